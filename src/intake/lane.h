/* One thread that commits the votes of its queue, as many at once as are waiting. */
#ifndef INTAKE_LANE_H
#define INTAKE_LANE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "intake/intake.h"
#include "intake/running_keys.h"
#include "store/db.h"

/* A vote in the queue. Freed by the lane after done was called. */
struct pending_vote {
    struct vote *vote; /* owned */
    int64_t deadline_us;
    vote_done *done;
    void *context;
    struct pending_vote *next;
};

/* Shared by the lanes, read by the metrics. */
struct intake_counts {
    atomic_uint_fast64_t created;
    atomic_uint_fast64_t changed;
    atomic_uint_fast64_t held;
    atomic_uint_fast64_t replayed;
    atomic_uint_fast64_t refused;     /* conflicts and rejected data */
    atomic_uint_fast64_t unavailable; /* given up */
    atomic_uint_fast64_t batches;
    atomic_uint_fast64_t batched; /* votes in them */
    atomic_uint_fast64_t retries;
    atomic_int_fast64_t waiting;
};

struct lane_options {
    struct db *db;                         /* lent */
    struct running_keys *keys;             /* lent */
    struct intake_counts *counts;          /* lent */
    const struct sentiment_scorer *scorer; /* lent */
    answer_told *tell;                     /* or NULL */
    void *tell_context;
    unsigned batch_max;
    unsigned queue_max;
    unsigned commit_deadline_ms;
    bool per_account;
    bool quiet; /* nobody is told */
    int slot;
};

struct lane;

struct lane *lane_start(const struct lane_options *options);

/* False when the queue is full or the lane is stopping; pending is then still the caller's. */
bool lane_push(struct lane *lane, struct pending_vote *pending);

/* For one watcher: for how long the lane has been seen at one attempt to commit; 0 when it waits.
 */
int64_t lane_stuck_us(struct lane *lane);

/* Takes no more votes, and commits what it has until deadline_us (monotonic); does not wait. */
void lane_finish(struct lane *lane, int64_t deadline_us);
bool lane_finished(struct lane *lane);

/* After lane_finish: waits for its end and frees everything. */
void lane_free(struct lane *lane);

#endif
