/* What must not be kept for ever: one thread, small steps, every minute. */
#ifndef JOBS_HOUSEKEEPING_H
#define JOBS_HOUSEKEEPING_H

#include <stdint.h>

struct db;
struct housekeeping;
struct sentiment_scorer;

struct housekeeping_limits {
    int64_t view_days;        /* page views are kept */
    int64_t provisional_days; /* then a held vote is discarded */
    int64_t delivery_days;    /* webhooks that came in are kept */
    int64_t delivery_rows;    /* and of each source the newest so many */
    int64_t event_days;       /* events, and webhooks that went out, are kept */
};

struct housekeeping_options {
    struct db *db;                         /* lent */
    const struct sentiment_scorer *scorer; /* lent */
    struct housekeeping_limits limits;
};

/*
 * Account by account: discards what was held too long (audited, through reclassify_vote), removes
 * old page views, webhooks that came in, events and deliveries of webhooks, forgets idempotency
 * keys after a week and customers' locks after a day, and has the feed of a restored database go
 * on. Safe beside other instances: each step changes only what still is as it was found. NULL when
 * out of memory or threads.
 */
struct housekeeping *housekeeping_start(const struct housekeeping_options *options);

/* From any thread; from the next step on. */
void housekeeping_set_limits(struct housekeeping *housekeeping,
                             const struct housekeeping_limits *limits);

/* Ends after the step that is under way. */
void housekeeping_stop(struct housekeeping *housekeeping);

#endif
