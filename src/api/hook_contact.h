/* A webhook's body as a contact, field by field, by the rules of its source. */
#ifndef API_HOOK_CONTACT_H
#define API_HOOK_CONTACT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "domain/contact.h"

struct hook_contact {
    struct contact contact; /* owned; without ref when there was none */
    json_t *fields;         /* owned; see hook_read_contact */
    int64_t time_us; /* solved_at as the body has it, also when it lies ahead; or TIME_NONE */
};

#define HOOK_CONTACT_NONE ((struct hook_contact){.contact = CONTACT_NONE})

/*
 * Fills a HOOK_CONTACT_NONE. A value that cannot be used is left out, the others count all the
 * same: a customer is not left unasked because of a team's name. found->fields tells of each rule
 * {"field": "/fields/customer/email", "pointers": [those that gave it], "value", or, when nothing
 * was there, "tried": [pointers]; "literal" or "default": true; "mistakes": [texts]}. False when
 * out of memory.
 */
bool hook_read_contact(const json_t *rules, const json_t *body, int64_t now_us,
                       struct hook_contact *found);

void hook_contact_clear(struct hook_contact *found);

#endif
