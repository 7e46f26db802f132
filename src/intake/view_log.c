#include "intake/view_log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "store/page_view.h"

#define WAITING_MAX    8192
#define RETRY_EVERY_MS 50
#define FLUSH_EVERY_MS 200
#define TURN_WAIT_MS   2000
#define NS_PER_MS      1000000L
#define NS_PER_SECOND  1000000000L

struct view_log {
    struct db *db;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    struct page_view *waiting; /* owned ring of WAITING_MAX */
    size_t first;
    size_t count;
    bool stopping;
    bool writing;        /* somebody does: one at a time */
    pthread_cond_t turn; /* nobody does any more */
    atomic_ullong written;
    atomic_ullong dropped;
};

/* Copies out the oldest views, leaving them noted until they are written. */
static size_t peek(struct view_log *log, struct page_view batch[PAGE_VIEWS_BATCH_MAX]) {
    pthread_mutex_lock(&log->lock);
    size_t count = log->count < PAGE_VIEWS_BATCH_MAX ? log->count : PAGE_VIEWS_BATCH_MAX;
    for (size_t i = 0; i < count; i++) {
        batch[i] = log->waiting[(log->first + i) % WAITING_MAX];
    }
    pthread_mutex_unlock(&log->lock);
    return count;
}

static void forget(struct view_log *log, size_t count) {
    pthread_mutex_lock(&log->lock);
    log->first = (log->first + count) % WAITING_MAX;
    log->count -= count;
    pthread_mutex_unlock(&log->lock);
}

/* In the writer's turn. Rows the database refuses would stop all others for ever: they are dropped.
 */
static enum outcome write_batch(struct view_log *log, const struct page_view batch[],
                                size_t count) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(log->db);
    if (!connection) {
        return OUTCOME_UNAVAILABLE;
    }
    enum outcome outcome = store_page_views(connection, batch, count);
    if (outcome == OUTCOME_UNAVAILABLE) {
        return outcome;
    }
    atomic_fetch_add(outcome == OUTCOME_OK ? &log->written : &log->dropped, count);
    forget(log, count);
    return OUTCOME_OK;
}

static struct timespec after_ms(int64_t milliseconds) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_nsec += milliseconds % 1000 * NS_PER_MS;
    time.tv_sec += milliseconds / 1000 + time.tv_nsec / NS_PER_SECOND;
    time.tv_nsec %= NS_PER_SECOND;
    return time;
}

/* False when the one who writes takes too long: the database is slow, or away. */
static bool take_turn(struct view_log *log) {
    struct timespec until = after_ms(TURN_WAIT_MS);
    pthread_mutex_lock(&log->lock);
    int waited = 0;
    while (log->writing && waited == 0) {
        waited = pthread_cond_timedwait(&log->turn, &log->lock, &until);
    }
    bool ours = !log->writing;
    log->writing = true;
    pthread_mutex_unlock(&log->lock);
    return ours;
}

static void end_turn(struct view_log *log) {
    pthread_mutex_lock(&log->lock);
    log->writing = false;
    pthread_cond_signal(&log->turn);
    pthread_mutex_unlock(&log->lock);
}

enum outcome view_log_flush(struct view_log *log) {
    struct page_view batch[PAGE_VIEWS_BATCH_MAX];
    enum outcome outcome = OUTCOME_OK;
    size_t budget = WAITING_MAX; /* what others keep adding is not ours to wait for */
    if (!take_turn(log)) {
        return OUTCOME_UNAVAILABLE;
    }
    size_t count = peek(log, batch);
    while (count > 0 && budget >= count && outcome == OUTCOME_OK) {
        outcome = write_batch(log, batch, count);
        budget -= count;
        count = outcome == OUTCOME_OK ? peek(log, batch) : 0;
    }
    end_turn(log);
    return outcome;
}

/* Sleeps for the interval; false when it is time to stop. */
static bool wait_for_more(struct view_log *log) {
    struct timespec until = after_ms(FLUSH_EVERY_MS);
    pthread_mutex_lock(&log->lock);
    int waited = 0;
    while (!log->stopping && waited == 0) {
        waited = pthread_cond_timedwait(&log->changed, &log->lock, &until);
    }
    bool go_on = !log->stopping;
    pthread_mutex_unlock(&log->lock);
    return go_on;
}

static void *flush_now_and_then(void *context) {
    struct view_log *log = context;
    while (wait_for_more(log)) {
        view_log_flush(log);
    }
    return NULL;
}

static void view_log_free(struct view_log *log) {
    pthread_cond_destroy(&log->changed);
    pthread_cond_destroy(&log->turn);
    pthread_mutex_destroy(&log->lock);
    free(log->waiting);
    free(log);
}

struct view_log *view_log_start(struct db *db) {
    struct view_log *log = calloc(1, sizeof *log);
    if (!log) {
        return NULL;
    }
    log->db = db;
    log->waiting = calloc(WAITING_MAX, sizeof *log->waiting);
    pthread_mutex_init(&log->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&log->changed, &monotonic);
    pthread_cond_init(&log->turn, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (!log->waiting || pthread_create(&log->thread, NULL, flush_now_and_then, log) != 0) {
        view_log_free(log);
        return NULL;
    }
    return log;
}

void view_log_add(struct view_log *log, int64_t account_id, const struct uuid *invitation_id,
                  const struct answers *preselected, int64_t viewed_at_us) {
    struct page_view view = {
        .account_id = account_id,
        .invitation_id = *invitation_id,
        .id = uuid_new(),
        .viewed_at_us = viewed_at_us,
    };
    preselection_format(preselected, view.preselected);
    pthread_mutex_lock(&log->lock);
    bool fits = log->count < WAITING_MAX;
    if (fits) {
        log->waiting[(log->first + log->count) % WAITING_MAX] = view;
        log->count++;
    }
    pthread_mutex_unlock(&log->lock);
    if (!fits && atomic_fetch_add(&log->dropped, 1) == 0) {
        log_error("page views wait for the database in vain: the first one was dropped");
    }
}

void view_log_stop(struct view_log *log, unsigned deadline_ms) {
    int64_t until_us = time_monotonic_us() + deadline_ms * INT64_C(1000);
    pthread_mutex_lock(&log->lock);
    log->stopping = true;
    pthread_cond_signal(&log->changed);
    pthread_mutex_unlock(&log->lock);
    pthread_join(log->thread, NULL);
    while (view_log_flush(log) != OUTCOME_OK && time_monotonic_us() < until_us) {
        nanosleep(&(struct timespec){.tv_nsec = RETRY_EVERY_MS * NS_PER_MS}, NULL);
    }
    if (log->count > 0) {
        log_error("could not write %zu page views: the database is away", log->count);
    }
    view_log_free(log);
}

void view_log_append_metrics(struct view_log *log, struct text *text) {
    text_append_format(text,
                       "# HELP understood_page_views_total Survey pages opened, by what became of "
                       "the note about it.\n"
                       "# TYPE understood_page_views_total counter\n"
                       "understood_page_views_total{fate=\"written\"} %llu\n"
                       "understood_page_views_total{fate=\"dropped\"} %llu\n",
                       atomic_load(&log->written), atomic_load(&log->dropped));
}
