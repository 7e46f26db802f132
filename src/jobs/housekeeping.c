#include "jobs/housekeeping.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "store/account.h"
#include "store/customer_lock.h"
#include "store/delivery.h"
#include "store/idempotency_expiry.h"
#include "store/page_view.h"
#include "store/reclassify.h"

#define FIRST_ROUND_AFTER_S  1
#define ROUND_EVERY_S        60
#define STEPS_PER_ROUND      100 /* of each kind and account; the next round goes on */
#define VIEWS_PER_STEP       1000
#define DELIVERIES_PER_STEP  500
#define IDEMPOTENCY_KEY_DAYS 7
#define LOCKS_PER_STEP       1000
#define LOCK_DAYS            1
#define MADE_BY              "housekeeping"

/* How far an account's idempotency keys are forgotten. */
struct progress {
    int64_t account_id;
    struct expiry_walk walk;
};

struct housekeeping {
    struct db *db;
    const struct sentiment_scorer *scorer;
    _Atomic(int64_t) view_days;
    _Atomic(int64_t) provisional_days;
    _Atomic(int64_t) delivery_days;
    _Atomic(int64_t) delivery_rows;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop;
    bool stopping;
    struct progress *progress; /* owned */
    size_t progress_count;
};

static bool stopping(struct housekeeping *housekeeping) {
    pthread_mutex_lock(&housekeeping->lock);
    bool is = housekeeping->stopping;
    pthread_mutex_unlock(&housekeeping->lock);
    return is;
}

/* One step of one kind of work; *finished when there is no more of it for now. */
typedef enum outcome step(struct housekeeping *housekeeping, struct db_connection *connection,
                          struct progress *progress, bool *finished);

static enum outcome discard_vote(struct housekeeping *housekeeping,
                                 struct db_connection *connection, int64_t account_id,
                                 const struct overdue_vote *vote) {
    const struct reclassify_order order = {
        .account_id = account_id,
        .response_id = vote->response_id,
        .vote_id = vote->id,
        .trust = TRUST_DISCARDED,
        .reason = "held too long",
        .made_by = MADE_BY,
        .slot = RECLASSIFY_ROLLUP_SLOT,
        .scorer = housekeeping->scorer,
    };
    CLEANUP(survey_response_clear)
    struct survey_response response = {.contact = CONTACT_NONE, .answers = ANSWERS_NONE};
    return reclassify_vote(connection, &order, &response);
}

static enum outcome discard_overdue(struct housekeeping *housekeeping,
                                    struct db_connection *connection, struct progress *progress,
                                    bool *finished) {
    struct overdue_votes overdue = {0};
    int64_t before_us = time_now_us() - atomic_load(&housekeeping->provisional_days) * US_PER_DAY;
    enum outcome outcome =
        load_overdue_votes(connection, progress->account_id, before_us, &overdue);
    /* One that cannot be discarded was logged and is passed over; the others must not wait for it.
     */
    for (size_t i = 0;
         i < overdue.count && outcome != OUTCOME_UNAVAILABLE && !stopping(housekeeping); i++) {
        outcome = discard_vote(housekeeping, connection, progress->account_id, &overdue.votes[i]);
    }
    *finished = overdue.count < OVERDUE_VOTES_MAX;
    return outcome;
}

static enum outcome remove_views(struct housekeeping *housekeeping,
                                 struct db_connection *connection, struct progress *progress,
                                 bool *finished) {
    int64_t removed = 0;
    int64_t before_us = time_now_us() - atomic_load(&housekeeping->view_days) * US_PER_DAY;
    enum outcome outcome =
        remove_page_views(connection, progress->account_id, before_us, VIEWS_PER_STEP, &removed);
    *finished = removed < VIEWS_PER_STEP;
    return outcome;
}

static enum outcome forget_keys(struct housekeeping *housekeeping, struct db_connection *connection,
                                struct progress *progress, bool *finished) {
    (void)housekeeping;
    int64_t before_us = time_now_us() - IDEMPOTENCY_KEY_DAYS * US_PER_DAY;
    return forget_idempotency_keys(connection, progress->account_id, before_us, &progress->walk,
                                   finished);
}

static enum outcome remove_old_deliveries(struct housekeeping *housekeeping,
                                          struct db_connection *connection,
                                          struct progress *progress, bool *finished) {
    int64_t removed = 0;
    int64_t before_us = time_now_us() - atomic_load(&housekeeping->delivery_days) * US_PER_DAY;
    enum outcome outcome = remove_deliveries(connection, progress->account_id, before_us,
                                             DELIVERIES_PER_STEP, &removed);
    *finished = removed < DELIVERIES_PER_STEP;
    return outcome;
}

static enum outcome remove_surplus_deliveries(struct housekeeping *housekeeping,
                                              struct db_connection *connection,
                                              struct progress *progress, bool *finished) {
    int64_t removed = 0;
    enum outcome outcome =
        bound_deliveries(connection, progress->account_id,
                         atomic_load(&housekeeping->delivery_rows), DELIVERIES_PER_STEP, &removed);
    *finished = removed < DELIVERIES_PER_STEP;
    return outcome;
}

static enum outcome forget_locks(struct housekeeping *housekeeping,
                                 struct db_connection *connection, struct progress *progress,
                                 bool *finished) {
    (void)housekeeping;
    int64_t removed = 0;
    int64_t before_us = time_now_us() - LOCK_DAYS * US_PER_DAY;
    enum outcome outcome = forget_customer_locks(connection, progress->account_id, before_us,
                                                 LOCKS_PER_STEP, &removed);
    *finished = removed < LOCKS_PER_STEP;
    return outcome;
}

/* A connection is held for one step only. A failure was logged by store/; the next round tries
 * again. */
static void run_steps(struct housekeeping *housekeeping, step *take_step,
                      struct progress *progress) {
    bool finished = false;
    for (int i = 0; i < STEPS_PER_ROUND && !finished && !stopping(housekeeping); i++) {
        CLEANUP(db_release) struct db_connection *connection = db_acquire(housekeeping->db);
        if (!connection || take_step(housekeeping, connection, progress, &finished) != OUTCOME_OK) {
            return;
        }
    }
}

static struct progress *progress_of(struct housekeeping *housekeeping, int64_t account_id) {
    for (size_t i = 0; i < housekeeping->progress_count; i++) {
        if (housekeeping->progress[i].account_id == account_id) {
            return &housekeeping->progress[i];
        }
    }
    struct progress *grown =
        realloc(housekeeping->progress, (housekeeping->progress_count + 1) * sizeof *grown);
    if (!grown) {
        return NULL;
    }
    housekeeping->progress = grown;
    struct progress *progress = &grown[housekeeping->progress_count++];
    *progress = (struct progress){.account_id = account_id};
    return progress;
}

static void keep_account(struct housekeeping *housekeeping, int64_t account_id) {
    static step *const steps[] = {discard_overdue,       remove_views,
                                  forget_keys,           forget_locks,
                                  remove_old_deliveries, remove_surplus_deliveries};
    struct progress *progress = progress_of(housekeeping, account_id);
    for (size_t i = 0; progress && i < COUNT(steps) && !stopping(housekeeping); i++) {
        run_steps(housekeeping, steps[i], progress);
    }
}

static enum outcome load_accounts(struct housekeeping *housekeeping, int64_t **ids, size_t *count) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(housekeeping->db);
    return connection ? load_account_ids(connection, 0, ids, count) : OUTCOME_UNAVAILABLE;
}

static void keep_house(struct housekeeping *housekeeping) {
    int64_t *ids = NULL;
    size_t count = 0;
    if (load_accounts(housekeeping, &ids, &count) == OUTCOME_OK) {
        for (size_t i = 0; i < count; i++) {
            keep_account(housekeeping, ids[i]);
        }
    }
    free(ids);
}

/* False when it is time to stop. */
static bool wait_for_round(struct housekeeping *housekeeping, time_t seconds) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    int waited = 0;
    pthread_mutex_lock(&housekeeping->lock);
    while (!housekeeping->stopping && waited == 0) {
        waited = pthread_cond_timedwait(&housekeeping->stop, &housekeeping->lock, &until);
    }
    bool go_on = !housekeeping->stopping;
    pthread_mutex_unlock(&housekeeping->lock);
    return go_on;
}

static void *run(void *context) {
    struct housekeeping *housekeeping = context;
    time_t wait_s = FIRST_ROUND_AFTER_S;
    while (wait_for_round(housekeeping, wait_s)) {
        keep_house(housekeeping);
        wait_s = ROUND_EVERY_S;
    }
    return NULL;
}

static void housekeeping_free(struct housekeeping *housekeeping) {
    pthread_cond_destroy(&housekeeping->stop);
    pthread_mutex_destroy(&housekeeping->lock);
    free(housekeeping->progress);
    free(housekeeping);
}

void housekeeping_set_limits(struct housekeeping *housekeeping,
                             const struct housekeeping_limits *limits) {
    atomic_store(&housekeeping->view_days, limits->view_days);
    atomic_store(&housekeeping->provisional_days, limits->provisional_days);
    atomic_store(&housekeeping->delivery_days, limits->delivery_days);
    atomic_store(&housekeeping->delivery_rows, limits->delivery_rows);
}

struct housekeeping *housekeeping_start(const struct housekeeping_options *options) {
    struct housekeeping *housekeeping = calloc(1, sizeof *housekeeping);
    if (!housekeeping) {
        return NULL;
    }
    housekeeping->db = options->db;
    housekeeping->scorer = options->scorer;
    housekeeping_set_limits(housekeeping, &options->limits);
    pthread_mutex_init(&housekeeping->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&housekeeping->stop, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&housekeeping->thread, NULL, run, housekeeping) != 0) {
        log_error("could not start housekeeping");
        housekeeping_free(housekeeping);
        return NULL;
    }
    return housekeeping;
}

void housekeeping_stop(struct housekeeping *housekeeping) {
    pthread_mutex_lock(&housekeeping->lock);
    housekeeping->stopping = true;
    pthread_cond_signal(&housekeeping->stop);
    pthread_mutex_unlock(&housekeeping->lock);
    pthread_join(housekeeping->thread, NULL);
    housekeeping_free(housekeeping);
}
