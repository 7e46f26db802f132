/* A spike of frustration in a team, raised once, resolved once. */
#ifndef DOMAIN_ALERT_H
#define DOMAIN_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "base/uuid.h"
#include "domain/contact.h"

#define ALERT_RESPONSES_MAX 30 /* named by an alert; it may have been raised for more */

enum alert_status {
    ALERT_OPEN,
    ALERT_ACKNOWLEDGED, /* somebody looks after it */
    ALERT_RESOLVED,
    ALERT_STATUSES,
};

struct alert {
    int64_t account_id;
    struct uuid id;
    char team[DIMENSION_BYTES_MAX + 1]; /* "": the whole account */
    int64_t raised_at_us;
    int frustrated; /* of n answers from window_from_us until it was raised */
    int n;
    int64_t window_from_us;
    int baseline_frustrated; /* what is usual, of baseline_n answers */
    int baseline_n;
    double p; /* how probable so many would be if all were as usual */
    double alpha;
    struct uuid response_ids[ALERT_RESPONSES_MAX]; /* the frustrated ones, the newest first */
    size_t response_count;
    int64_t exceeded_at_us; /* last time that the threshold was passed */
    enum alert_status status;
    int64_t acknowledged_at_us; /* TIME_NONE, as resolved_at_us, before it happened */
    char *acknowledged_by;      /* owned, or NULL; as the others */
    int64_t resolved_at_us;
    char *resolved_by; /* NULL when frustration fell back by itself */
    char *note;
    int revision;
};

/* Of no account, and as if it was just raised. */
#define ALERT_NONE                                                                                 \
    ((struct alert){.acknowledged_at_us = INT64_MIN, .resolved_at_us = INT64_MIN, .revision = 1})

void alert_clear(struct alert *alert);

/* "open", "acknowledged", "resolved" */
const char *alert_status_name(enum alert_status status);
bool alert_status_from_name(const char *name, enum alert_status *status);

/* What is done about an alert. */
struct alert_deed {
    const char *by;   /* lent; NULL: the service does it */
    const char *note; /* lent; NULL: leaves what was noted */
    int64_t at_us;
};

enum alert_effect {
    ALERT_STAYS,   /* it was so already */
    ALERT_CHANGES, /* with a revision of its own */
    ALERT_REFUSES, /* it is over */
    ALERT_FAILS,   /* out of memory */
};

/*
 * Both may be repeated: whoever was first stays the one who did it, and a note takes the place of
 * the one before. A resolved alert is not acknowledged any more; but a note may still be put to it
 * by resolving it again, as one that fell back at night has none.
 */
enum alert_effect alert_acknowledge(struct alert *alert, const struct alert_deed *deed);
enum alert_effect alert_resolve(struct alert *alert, const struct alert_deed *deed);

/* Appends what happened, in words: "Billing: 9 of 20 answers in the last hour were frustrated;
 * usually 15 %". */
void alert_append_text(struct text *text, const struct alert *alert);

#endif
