/* One customer's right to answer one survey about one contact. */
#ifndef DOMAIN_INVITATION_H
#define DOMAIN_INVITATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"
#include "domain/contact.h"
#include "domain/vote.h"

struct invitation {
    int64_t account_id;
    struct uuid id;
    char survey[SURVEY_NAME_BYTES_MAX + 1];
    struct contact contact;
    char source[SOURCE_BYTES_MAX + 1]; /* who made it: "api", "cli", "demo" */
    int64_t created_at_us;
    int64_t expires_at_us;
    int64_t sent_at_us;     /* TIME_NONE until a mail was sent */
    int64_t answered_at_us; /* of the first confirmed vote, or TIME_NONE */
};

#define INVITATION_NONE                                                                            \
    ((struct invitation){                                                                          \
        .contact = CONTACT_NONE, .sent_at_us = INT64_MIN, .answered_at_us = INT64_MIN})

void invitation_clear(struct invitation *invitation);

#endif
