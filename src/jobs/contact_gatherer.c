#include "jobs/contact_gatherer.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "base/uuid.h"
#include "store/account.h"
#include "store/contact_gathering.h"

#define ROUND_EVERY_US_MAX (10 * US_PER_SECOND)

/* For each second of work the thread rests so many: while every core is busy
 * answers come first. */
#define REST_FACTOR_BUSY 99
#define REST_FACTOR      1

/* Answers may be committed long after they were given, when the database was
 * away: whoever starts looks back. */
#define LOOK_BACK_US (3600 * US_PER_SECOND)

struct contact_gatherer {
    struct db *db;
    int64_t lag_us;
    bool looked_back;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop;
    bool stopping;
};

/* False when it is time to stop. */
static bool rest(struct contact_gatherer *gatherer, int64_t duration_us) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t end_us = until.tv_sec * US_PER_SECOND + until.tv_nsec / 1000 + duration_us;
    until.tv_sec = end_us / US_PER_SECOND;
    until.tv_nsec = end_us % US_PER_SECOND * 1000;
    int waited = 0;
    pthread_mutex_lock(&gatherer->lock);
    while (!gatherer->stopping && waited == 0) {
        waited = pthread_cond_timedwait(&gatherer->stop, &gatherer->lock, &until);
    }
    bool go_on = !gatherer->stopping;
    pthread_mutex_unlock(&gatherer->lock);
    return go_on;
}

static int64_t rest_after(int64_t work_us) {
    double load;
    bool busy = getloadavg(&load, 1) == 1 && load >= (double)sysconf(_SC_NPROCESSORS_ONLN);
    return work_us * (busy ? REST_FACTOR_BUSY : REST_FACTOR);
}

static struct uuid id_at(int64_t time_us) {
    static const unsigned char least[UUID_BYTES];
    return uuid_at(time_us, least);
}

/* A connection is held for one step only. False when it is time to stop, or the
 * step failed: that was logged by store/, and the next round tries again. */
static bool take_step(struct contact_gatherer *gatherer, int64_t account_id, enum gathering from,
                      bool *finished) {
    struct uuid bound = id_at(time_now_us() - gatherer->lag_us);
    int64_t begun_us = time_monotonic_us();
    enum outcome outcome = OUTCOME_UNAVAILABLE;
    {
        CLEANUP(db_release)
        struct db_connection *connection = db_acquire(gatherer->db);
        if (connection) {
            outcome = gather_contacts(connection, account_id, from, &bound, finished);
        }
    }
    int64_t rest_us = *finished ? 0 : rest_after(time_monotonic_us() - begun_us);
    return outcome == OUTCOME_OK && rest(gatherer, rest_us);
}

static void look_back(struct contact_gatherer *gatherer, int64_t account_id) {
    struct uuid from = id_at(time_now_us() - LOOK_BACK_US);
    CLEANUP(db_release)
    struct db_connection *connection = db_acquire(gatherer->db);
    if (connection) {
        rewind_gathering(connection, account_id, &from);
    }
}

/* False when it is time to stop. */
static bool gather_of_account(struct contact_gatherer *gatherer, int64_t account_id) {
    if (!gatherer->looked_back) {
        look_back(gatherer, account_id);
    }
    for (enum gathering from = 0; from < GATHERINGS; from++) {
        bool finished = false;
        while (!finished && take_step(gatherer, account_id, from, &finished)) {
        }
    }
    return rest(gatherer, 0);
}

static enum outcome load_accounts(struct contact_gatherer *gatherer, int64_t **ids, size_t *count) {
    CLEANUP(db_release)
    struct db_connection *connection = db_acquire(gatherer->db);
    return connection ? load_account_ids(connection, 0, ids, count) : OUTCOME_UNAVAILABLE;
}

static void gather(struct contact_gatherer *gatherer) {
    int64_t *ids = NULL;
    size_t count = 0;
    if (load_accounts(gatherer, &ids, &count) == OUTCOME_OK) {
        bool go_on = true;
        for (size_t i = 0; go_on && i < count; i++) {
            go_on = gather_of_account(gatherer, ids[i]);
        }
        gatherer->looked_back = true;
    }
    free(ids);
}

static void *run(void *context) {
    struct contact_gatherer *gatherer = context;
    int64_t wait_us = gatherer->lag_us < ROUND_EVERY_US_MAX ? gatherer->lag_us : ROUND_EVERY_US_MAX;
    while (rest(gatherer, wait_us)) {
        gather(gatherer);
    }
    return NULL;
}

static void gatherer_free(struct contact_gatherer *gatherer) {
    pthread_cond_destroy(&gatherer->stop);
    pthread_mutex_destroy(&gatherer->lock);
    free(gatherer);
}

struct contact_gatherer *contact_gatherer_start(struct db *db, int64_t lag_s) {
    struct contact_gatherer *gatherer = calloc(1, sizeof *gatherer);
    if (!gatherer) {
        return NULL;
    }
    gatherer->db = db;
    gatherer->lag_us = lag_s * US_PER_SECOND;
    pthread_mutex_init(&gatherer->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&gatherer->stop, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&gatherer->thread, NULL, run, gatherer) != 0) {
        log_error("could not start the thread that gathers contacts");
        gatherer_free(gatherer);
        return NULL;
    }
    return gatherer;
}

void contact_gatherer_stop(struct contact_gatherer *gatherer) {
    pthread_mutex_lock(&gatherer->lock);
    gatherer->stopping = true;
    pthread_cond_signal(&gatherer->stop);
    pthread_mutex_unlock(&gatherer->lock);
    pthread_join(gatherer->thread, NULL);
    gatherer_free(gatherer);
}
