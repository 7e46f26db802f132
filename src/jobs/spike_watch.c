#include "jobs/spike_watch.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "domain/vote.h"
#include "jobs/spike_check.h"
#include "jobs/touched_teams.h"
#include "store/account.h"
#include "store/alert.h"
#include "store/frustration_hours.h"

#define TICK_US     (15 * US_PER_SECOND) /* alerts that are on are looked at so often */
#define REST_FACTOR 30                   /* after each look, times what it took */
#define REST_US_MAX (60 * US_PER_SECOND)
#define RETRY_US    US_PER_SECOND /* when the database is away */
#define FAILED_MAX                                                                                 \
    3 /* accounts in one turn: it is not they, then, that something is wrong with                  \
       */
#define ALERTS_MAX  1000 /* looked at in one tick */
#define THOUSANDTHS 1000.0

struct spike_watch {
    struct db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping; /* under the lock, as the next three */
    bool enabled;
    int64_t budget_milli;
    struct touched_teams touched;
    int64_t rest_until_us; /* monotonic; the thread's own, as the next */
    int64_t filled_us;     /* how much of this turn went into counting hours */
    int64_t tick_at_us;
};

/* What a turn of the thread is about. */
enum turn {
    TURN_STOP,
    TURN_TICK,
    TURN_ACCOUNT,
    TURN_EVERYTHING,
};

/* ---- waiting ---- */

static void wait_until(struct spike_watch *watch, int64_t end_us) {
    struct timespec until = {.tv_sec = end_us / US_PER_SECOND,
                             .tv_nsec = end_us % US_PER_SECOND * 1000};
    pthread_cond_timedwait(&watch->wake, &watch->lock, &until);
}

/* Waits for something to do, and for its rest to be over. */
static enum turn next_turn(struct spike_watch *watch, struct touched_account *account) {
    enum turn turn = TURN_STOP;
    pthread_mutex_lock(&watch->lock);
    for (bool found = false; !found && !watch->stopping;) {
        int64_t now_us = time_monotonic_us();
        bool rested = now_us >= watch->rest_until_us;
        if (now_us >= watch->tick_at_us) {
            turn = TURN_TICK;
        } else if (rested && watch->touched.everything) {
            watch->touched.everything = false;
            turn = TURN_EVERYTHING;
        } else if (rested && touched_teams_take(&watch->touched, account)) {
            turn = TURN_ACCOUNT;
        }
        found = turn != TURN_STOP;
        if (!found) {
            bool waits = !rested && !touched_teams_empty(&watch->touched) &&
                         watch->rest_until_us < watch->tick_at_us;
            wait_until(watch, waits ? watch->rest_until_us : watch->tick_at_us);
        }
    }
    turn = watch->stopping ? TURN_STOP : turn;
    pthread_mutex_unlock(&watch->lock);
    return turn;
}

static bool is_stopping(struct spike_watch *watch) {
    pthread_mutex_lock(&watch->lock);
    bool stopping = watch->stopping;
    pthread_mutex_unlock(&watch->lock);
    return stopping;
}

/* 0 while no alert is raised, nor ended. */
static double budget_of(struct spike_watch *watch) {
    pthread_mutex_lock(&watch->lock);
    double budget = watch->enabled ? (double)watch->budget_milli / THOUSANDTHS : 0;
    pthread_mutex_unlock(&watch->lock);
    return budget;
}

/* ---- hours ---- */

static enum outcome fill_account(struct spike_watch *watch, struct db_connection *connection,
                                 int64_t account_id) {
    bool finished = false;
    int64_t begun_us = time_monotonic_us();
    enum outcome outcome = OUTCOME_OK;
    while (outcome == OUTCOME_OK && !finished && !is_stopping(watch)) {
        outcome = fill_frustration_hours(connection, account_id, time_now_us(), &finished);
    }
    watch->filled_us += time_monotonic_us() - begun_us;
    return outcome;
}

static void look_again(struct spike_watch *watch, int64_t account_id) {
    pthread_mutex_lock(&watch->lock);
    touched_teams_add_whole(&watch->touched, account_id, INT64_MAX);
    pthread_mutex_unlock(&watch->lock);
}

/* Hours that were closed since, and those that somebody forgot. What is usual is known better then:
 * the last hour is looked at again. One account's trouble holds no other up. */
static enum outcome fill_hours(struct spike_watch *watch, struct db_connection *connection) {
    int64_t *ids = NULL;
    size_t count = 0;
    int failed = 0;
    enum outcome outcome = load_uncounted_accounts(connection, time_now_us(), &ids, &count);
    for (size_t i = 0; outcome == OUTCOME_OK && i < count && !is_stopping(watch); i++) {
        enum outcome filled = fill_account(watch, connection, ids[i]);
        failed += filled != OUTCOME_OK;
        outcome = failed < FAILED_MAX ? OUTCOME_OK : filled;
        look_again(watch, ids[i]);
    }
    free(ids);
    return outcome;
}

/* ---- looks ---- */

static enum outcome look_at_account(struct spike_watch *watch, struct db_connection *connection,
                                    const struct touched_account *account) {
    struct spike_scene scene = {connection, account->account_id, time_now_us()};
    enum outcome outcome = OUTCOME_OK;
    if (account->given_us < frustration_hours_end(scene.now_us)) {
        outcome = forget_frustration_hours(connection, account->account_id, account->given_us);
    }
    /* Also what another process, such as an import, has them forget. */
    if (outcome == OUTCOME_OK) {
        outcome = fill_account(watch, connection, account->account_id);
    }
    double budget = budget_of(watch);
    return outcome == OUTCOME_OK && budget > 0 ? check_spikes(&scene, account, budget) : outcome;
}

/* Who could not be looked at gets a turn of its own. */
static enum outcome look_at_everything(struct spike_watch *watch,
                                       struct db_connection *connection) {
    int64_t *ids = NULL;
    size_t count = 0;
    int failed = 0;
    enum outcome outcome = load_account_ids(connection, 0, &ids, &count);
    for (size_t i = 0; outcome == OUTCOME_OK && i < count && !is_stopping(watch); i++) {
        struct touched_account account = {
            .account_id = ids[i], .all_teams = true, .given_us = INT64_MAX};
        enum outcome looked = look_at_account(watch, connection, &account);
        if (looked != OUTCOME_OK) {
            look_again(watch, ids[i]);
            outcome = ++failed < FAILED_MAX ? OUTCOME_OK : looked;
        }
    }
    free(ids);
    return outcome;
}

static enum outcome look_at_alerts(struct spike_watch *watch, struct db_connection *connection,
                                   double budget) {
    CLEANUP(alert_list_clear) struct alert_list unresolved = {0};
    enum outcome outcome = load_unresolved_alerts(connection, 0, ALERTS_MAX, &unresolved);
    for (size_t i = 0; outcome == OUTCOME_OK && i < unresolved.count && !is_stopping(watch); i++) {
        const struct alert *alert = &unresolved.alerts[i];
        struct spike_scene scene = {connection, alert->account_id, time_now_us()};
        outcome = check_alert(&scene, alert, budget);
    }
    return outcome;
}

static enum outcome tick(struct spike_watch *watch, struct db_connection *connection) {
    enum outcome outcome = fill_hours(watch, connection);
    double budget = budget_of(watch);
    return outcome == OUTCOME_OK && budget > 0 ? look_at_alerts(watch, connection, budget)
                                               : outcome;
}

/* ---- turns ---- */

static enum outcome look(struct spike_watch *watch, enum turn turn,
                         const struct touched_account *account) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(watch->db);
    if (!connection) {
        return OUTCOME_UNAVAILABLE;
    }
    if (turn == TURN_TICK) {
        return tick(watch, connection);
    }
    return turn == TURN_EVERYTHING ? look_at_everything(watch, connection)
                                   : look_at_account(watch, connection, account);
}

/* What was not seen is to be seen again. */
static void keep_in_mind(struct spike_watch *watch, enum turn turn,
                         const struct touched_account *account) {
    pthread_mutex_lock(&watch->lock);
    if (turn == TURN_ACCOUNT) {
        touched_teams_add_whole(&watch->touched, account->account_id, account->given_us);
    } else if (turn == TURN_EVERYTHING) {
        watch->touched.everything = true;
    }
    pthread_mutex_unlock(&watch->lock);
}

/* So that looks take no more than a small part of the time: a tick neither ends such a rest nor
 * comes sooner than one. Hours are counted once; whose answers came meanwhile should not wait long.
 */
static void rest_after(struct spike_watch *watch, enum turn turn, int64_t begun_us,
                       enum outcome outcome) {
    int64_t now_us = time_monotonic_us();
    int64_t rest_us = (now_us - begun_us - watch->filled_us) * REST_FACTOR;
    rest_us = rest_us < REST_US_MAX ? rest_us : REST_US_MAX;
    if (outcome != OUTCOME_OK && rest_us < RETRY_US) {
        rest_us = RETRY_US;
    }
    if (turn == TURN_TICK) {
        bool soon = outcome != OUTCOME_OK || rest_us > TICK_US;
        watch->tick_at_us = now_us + (soon ? rest_us : TICK_US);
    } else {
        watch->rest_until_us = now_us + rest_us;
    }
}

static void *run(void *context) {
    struct spike_watch *watch = context;
    struct touched_account account;
    enum turn turn;
    while ((turn = next_turn(watch, &account)) != TURN_STOP) {
        int64_t begun_us = time_monotonic_us();
        watch->filled_us = 0;
        enum outcome outcome = look(watch, turn, &account);
        if (outcome != OUTCOME_OK) {
            keep_in_mind(watch, turn, &account);
        }
        rest_after(watch, turn, begun_us, outcome);
    }
    return NULL;
}

/* ---- outside ---- */

static void watch_free(struct spike_watch *watch) {
    pthread_cond_destroy(&watch->wake);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

struct spike_watch *spike_watch_start(const struct spike_watch_options *options) {
    struct spike_watch *watch = calloc(1, sizeof *watch);
    if (!watch) {
        return NULL;
    }
    watch->db = options->db;
    watch->enabled = options->enabled;
    watch->budget_milli = options->budget_milli;
    watch->touched.everything = true;
    pthread_mutex_init(&watch->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&watch->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&watch->thread, NULL, run, watch) != 0) {
        log_error("could not start the thread that watches for spikes");
        watch_free(watch);
        return NULL;
    }
    return watch;
}

void spike_watch_touch(void *context, const struct survey_response *response) {
    struct spike_watch *watch = context;
    int64_t given_us = response->answered_at_us;
    if (response->revision > 1 && response->confirmed_at_us < given_us) {
        given_us = response->confirmed_at_us; /* it counted since then, in an hour of its own */
    }
    pthread_mutex_lock(&watch->lock);
    bool waits = touched_teams_empty(&watch->touched);
    touched_teams_add(&watch->touched, response->account_id, response->contact.team, given_us);
    if (waits) {
        pthread_cond_signal(&watch->wake);
    }
    pthread_mutex_unlock(&watch->lock);
}

void spike_watch_set(struct spike_watch *watch, bool enabled, int64_t budget_milli) {
    pthread_mutex_lock(&watch->lock);
    watch->enabled = enabled;
    watch->budget_milli = budget_milli;
    pthread_mutex_unlock(&watch->lock);
}

void spike_watch_stop(struct spike_watch *watch) {
    pthread_mutex_lock(&watch->lock);
    watch->stopping = true;
    pthread_cond_signal(&watch->wake);
    pthread_mutex_unlock(&watch->lock);
    pthread_join(watch->thread, NULL);
    watch_free(watch);
}
