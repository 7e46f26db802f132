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

struct db_options;
struct sentiment_scorer;
struct intake;

/* Called on a lane's thread, after COMMIT, for each vote that made its answer count, or count
 * otherwise, if that has an estimate: be quick, never block. */
typedef void answer_told(void *context, const struct survey_response *response);

struct intake_options {
    const struct db_options
        *database;      /* each lane keeps one connection of its own; lent for intake_start */
    unsigned lanes;     /* at most 2 */
    unsigned batch_max; /* votes per transaction, at most 1024 */
    unsigned queue_max; /* votes waiting in one lane; past it they are refused */
    unsigned commit_deadline_ms;
    bool per_account; /* one transaction per account (Citus) instead of per batch */
    bool quiet;       /* subscribers are not told: the answers are of the past, or made up */
    const struct sentiment_scorer *scorer; /* lent: estimates what the votes say */
    answer_told *tell;                     /* NULL: nobody watches */
    void *tell_context;
    unsigned instance; /* 0..6: with the lane it makes the rollup slot; slots 14 and 15 are for
                          other writers */
};

/* How one vote ended. OUTCOME_OK: it is committed. OUTCOME_UNAVAILABLE: it is not known to be, try
 * again with the same key. OUTCOME_CONFLICT: code says why; without one its id is in use.
 * OUTCOME_REJECTED: the database refused the data. OUTCOME_NOT_FOUND: the survey was deleted
 * meanwhile. */
struct vote_result {
    enum outcome outcome;
    const char *code; /* "edit_window_closed", "answered_already", "newer_answer_stored",
                         "idempotency_key_reused" or NULL */
    enum vote_effect effect;
    bool replayed;                          /* this very vote was committed before */
    const struct survey_response *response; /* as stored after the vote; lent until done returns */
};

/* Called exactly once per accepted vote, on the lane's thread: be quick, never block. */
typedef void vote_done(void *context, const struct vote_result *result);

struct intake *intake_start(const struct intake_options *options);

enum submission {
    SUBMITTED,
    SUBMISSION_QUEUE_FULL,  /* or stopping: 503, Retry-After */
    SUBMISSION_KEY_RUNNING, /* a vote with this Idempotency-Key and index is on its way in this
                               process */
};

/*
 * Hands vote in; takes ownership of it (a heap-allocated struct vote, freed with vote_clear and
 * free) when it answers SUBMITTED; else it is still the caller's. deadline_us (monotonic): past it
 * the vote is given up if it was not taken yet.
 */
enum submission intake_submit(struct intake *intake, struct vote *vote, int64_t deadline_us,
                              vote_done *done, void *context);

/* For one watcher that asks now and then: false, having logged why, once a lane has been at one and
 * the same attempt for patience_us. */
bool intake_alive(struct intake *intake, int64_t patience_us);

/* Commits what was accepted (at most deadline_ms; the rest ends OUTCOME_UNAVAILABLE) and frees
 * everything. */
void intake_stop(struct intake *intake, unsigned deadline_ms);

/* Appends Prometheus metrics: votes by effect, batches, rows per batch, queue depth, retries. */
void intake_append_metrics(const struct intake *intake, struct text *text);

#endif
