#include "jobs/housekeeping.h"

#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "jobs/housekeeping_parts.h"
#include "store/account.h"

#define FIRST_ROUND_AFTER_S 1
#define ROUND_EVERY_S       60
#define STEPS_PER_ROUND     100 /* of each kind and account; the next round goes on */

bool housekeeping_stopping(struct housekeeping *housekeeping) {
    pthread_mutex_lock(&housekeeping->lock);
    bool is = housekeeping->stopping;
    pthread_mutex_unlock(&housekeeping->lock);
    return is;
}

/* A connection is held for one step only. A failure was logged by store/; the next round tries
 * again. */
static void run_steps(struct housekeeping *housekeeping, housekeeping_step *take_step,
                      struct progress *progress) {
    bool finished = false;
    for (int i = 0; i < STEPS_PER_ROUND && !finished && !housekeeping_stopping(housekeeping); i++) {
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
    struct progress *progress = progress_of(housekeeping, account_id);
    for (size_t i = 0;
         progress && i < housekeeping_step_count && !housekeeping_stopping(housekeeping); i++) {
        run_steps(housekeeping, housekeeping_steps[i], progress);
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
    atomic_store(&housekeeping->event_days, limits->event_days);
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
