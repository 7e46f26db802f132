/*
 * The group commit: votes of many requests, one transaction. The API, the page, import and demo all
 * hand their votes in here. Knows no HTTP.
 */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/text.h"
#include "domain/vote.h"

struct db;
struct intake;

struct intake_options {
    struct db *db; /* lanes take their connections here */
    unsigned lanes;
    unsigned batch_max; /* votes per transaction, at most 256 */
    unsigned queue_max; /* votes waiting in one lane; past it they are refused */
    unsigned commit_deadline_ms;
    unsigned instance; /* 0..7: with the lane it makes the rollup slot */
};

/* How one vote ended. OUTCOME_OK: it is committed. OUTCOME_UNAVAILABLE: it is not known to be, try
 * again with the same key. OUTCOME_CONFLICT: code says why. OUTCOME_REJECTED: the database refused
 * the data. */
struct vote_result {
    enum outcome outcome;
    const char *code; /* "edit_window_closed", "idempotency_key_reused" or NULL */
    enum vote_effect effect;
    bool replayed;                          /* this very vote was committed before */
    const struct survey_response *response; /* as stored after the vote; lent until done returns */
};

/* Called exactly once per accepted vote, on the lane's thread: be quick, never block. */
typedef void vote_done(void *context, const struct vote_result *result);

struct intake *intake_start(const struct intake_options *options);

/*
 * Hands vote in; takes ownership of it (a heap-allocated struct vote, freed with vote_clear and
 * free) when it answers true. False: the queue is full or intake is stopping; the vote is still the
 * caller's. deadline_us (monotonic): past it the vote is given up if it was not taken yet.
 */
bool intake_submit(struct intake *intake, struct vote *vote, int64_t deadline_us, vote_done *done,
                   void *context);

/* Commits what was accepted (at most deadline_ms; the rest ends OUTCOME_UNAVAILABLE) and frees
 * everything. */
void intake_stop(struct intake *intake, unsigned deadline_ms);

/* True while a vote with this Idempotency-Key is on its way in this process. */
bool intake_key_running(struct intake *intake, int64_t account_id,
                        const unsigned char key_hash[HASH_BYTES]);

/* Appends Prometheus metrics: votes by effect, batches, rows per batch, queue depth, retries. */
void intake_append_metrics(const struct intake *intake, struct text *text);

#endif
