/* One customer's right to answer one survey about one contact. */
#ifndef DOMAIN_INVITATION_H
#define DOMAIN_INVITATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"
#include "domain/contact.h"
#include "domain/verdict.h"
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
    enum verdict verdict;
    enum skip_reason skip_reason; /* of VERDICT_SKIPPED */
    int64_t eligible_at_us;       /* of SKIP_FATIGUE, else TIME_NONE */
    int64_t due_at_us;            /* of the next mail, or TIME_NONE */
    int64_t reminded_at_us;       /* TIME_NONE until a reminder was sent */
    int attempts;                 /* to send the mail that is due or was sent last */
    int unclear_attempts; /* of them, those whose end nobody wrote down: it may have gone twice */
    int revision;         /* 1, and one more with each change */
    char *mail_error;     /* owned; what the mail server, or we, said of the last failure; or NULL
                           */
};

#define INVITATION_NONE                                                                            \
    ((struct invitation){                                                                          \
        .contact = CONTACT_NONE,                                                                   \
        .sent_at_us = INT64_MIN,                                                                   \
        .answered_at_us = INT64_MIN,                                                               \
        .eligible_at_us = INT64_MIN,                                                               \
        .due_at_us = INT64_MIN,                                                                    \
        .reminded_at_us = INT64_MIN,                                                               \
    })

void invitation_clear(struct invitation *invitation);

/* False when out of memory; *copy is then untouched. */
bool invitation_copy(const struct invitation *invitation, struct invitation *copy);

#endif
