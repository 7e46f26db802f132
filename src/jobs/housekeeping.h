/* What must not be kept for ever: one thread, small steps, every minute. */
#ifndef JOBS_HOUSEKEEPING_H
#define JOBS_HOUSEKEEPING_H

#include <stdint.h>

struct db;
struct housekeeping;

struct housekeeping_options {
    struct db *db;            /* lent */
    int64_t view_days;        /* page views are kept */
    int64_t provisional_days; /* then a held vote is discarded */
};

/*
 * Account by account: discards what was held too long (audited, through reclassify_vote), removes
 * old page views, forgets idempotency keys after a week. Safe beside other instances: each step
 * changes only what still is as it was found. NULL when out of memory or threads.
 */
struct housekeeping *housekeeping_start(const struct housekeeping_options *options);

/* From any thread; from the next step on. */
void housekeeping_set_days(struct housekeeping *housekeeping, int64_t view_days,
                           int64_t provisional_days);

/* Ends after the step that is under way. */
void housekeeping_stop(struct housekeeping *housekeeping);

#endif
