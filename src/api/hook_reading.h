/* A webhook read by its source: verified, parsed, understood, step by step. Nothing is stored. */
#ifndef API_HOOK_READING_H
#define API_HOOK_READING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/hook_contact.h"
#include "api/source_definition.h"
#include "domain/report.h"
#include "domain/webhook_verifier.h"
#include "store/source.h"

struct hook {
    const struct source *source; /* lent */
    struct source_definition definition;
    struct webhook_message message; /* lent */
    int64_t now_us;
    bool tells_values; /* the steps quote the body: for whoever sent it only */

    json_t *steps; /* owned [{"step", "ok", "detail", ..}], as far as it came */
    json_t *body;  /* owned; NULL until it is parsed, or when it is no JSON */
    enum report_event event;
    struct hook_contact contact;
    bool readable; /* there is a contact to report */
    json_t *id;    /* owned; what the sender calls this delivery, or NULL */
};

/* Fills a zeroed hook for a message; false when the source's definition cannot be read (logged) or
 * memory ran out. The caller clears it either way. */
bool hook_begin(struct hook *hook, const struct source *source,
                const struct webhook_message *message, int64_t now_us);
void hook_clear(struct hook *hook);

/* Notes what happened, and true or false. Takes detail; NULL: nothing more to say. */
bool hook_step(struct hook *hook, const char *step, bool ok, json_t *detail);

/* True when the message comes from the source; else finding says why not. */
bool hook_verify(struct hook *hook, struct webhook_finding *finding);

/* Parses the body and makes the contact of it; false when out of memory. */
bool hook_read(struct hook *hook);

#endif
