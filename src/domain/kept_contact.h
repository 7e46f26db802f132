/* A contact as it is kept: the snapshot of its solving, and what became of it afterwards. */
#ifndef DOMAIN_KEPT_CONTACT_H
#define DOMAIN_KEPT_CONTACT_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/contact.h"
#include "domain/report.h"
#include "domain/vote.h"

struct kept_contact {
    int64_t account_id;
    struct contact contact;
    char source[SOURCE_BYTES_MAX + 1]; /* who reported it first */
    int64_t recorded_at_us;
    int64_t reopened_at_us;   /* while it is open again, else TIME_NONE */
    int64_t reassigned_at_us; /* when somebody else was first said to have it, solved and not yet
                                 answered; or TIME_NONE */
    char *repeat_ref;     /* owned: the first contact with which its customer came back, or NULL */
    int64_t repeat_at_us; /* when that one began */
    bool repeat_same_reason; /* it, or another within those days, was about the same */
};

#define KEPT_CONTACT_NONE                                                                          \
    ((struct kept_contact){                                                                        \
        .contact = CONTACT_NONE,                                                                   \
        .reopened_at_us = INT64_MIN,                                                               \
        .reassigned_at_us = INT64_MIN,                                                             \
        .repeat_at_us = INT64_MIN,                                                                 \
    })

void kept_contact_clear(struct kept_contact *kept);

/* What happened to a contact besides what is reported of it. */
struct contact_history {
    bool asked;    /* a customer has the link, or answered: the snapshot stays for good */
    bool answered; /* by a confirmed vote */
};

/* What a report does to a contact that is kept already; nothing when all are false. */
struct report_effect {
    bool reopened;
    bool solved_again;
    bool renewed; /* the snapshot: solved again before anybody was asked */
    bool reassigned;
};

struct report_effect kept_contact_effect(const struct kept_contact *kept,
                                         const struct report *report,
                                         struct contact_history history);

bool report_effect_none(struct report_effect effect);

/* Does it. False when out of memory; *kept is then untouched. */
bool kept_contact_take(struct kept_contact *kept, const struct report *report,
                       struct report_effect effect);

#endif
