#include "jobs/mailer.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "jobs/mailer_parts.h"

#define POLL_US       US_PER_SECOND /* how soon what becomes due is noticed */
#define CLAIM_ROOM_MS 4000          /* beside the statements and the mail itself */
#define LUCK_STEPS    1000001

double mailer_luck(void) {
    return (double)randombytes_uniform(LUCK_STEPS) / (LUCK_STEPS - 1);
}

int64_t mailer_lease_us(const struct mailer *mailer) {
    const struct mailer_options *options = &mailer->options;
    return (options->timeout_ms + 2 * options->statement_timeout_ms + CLAIM_ROOM_MS) *
           INT64_C(1000);
}

bool mailer_out_of_time(struct mailer *mailer) {
    pthread_mutex_lock(&mailer->lock);
    bool out = mailer->stopping && time_monotonic_us() > mailer->stop_us;
    pthread_mutex_unlock(&mailer->lock);
    return out;
}

/* Waits, at most for wait_us; false when no further mail is to be begun. */
static bool wait_unless_held(struct mailer *mailer, int64_t wait_us) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t nanoseconds = until.tv_nsec + wait_us % US_PER_SECOND * 1000;
    until.tv_sec += (time_t)(wait_us / US_PER_SECOND + nanoseconds / 1000000000);
    until.tv_nsec = (long)(nanoseconds % 1000000000);
    int waited = wait_us > 0 ? 0 : ETIMEDOUT;
    pthread_mutex_lock(&mailer->lock);
    while (!mailer->held && waited == 0) {
        waited = pthread_cond_timedwait(&mailer->stop, &mailer->lock, &until);
    }
    bool go_on = !mailer->held;
    pthread_mutex_unlock(&mailer->lock);
    return go_on;
}

/* ---- the accounts' turns ---- */

static enum outcome load_turns(struct mailer *mailer, struct db_connection *connection) {
    free(mailer->accounts);
    mailer->accounts = NULL;
    mailer->account_count = mailer->next_account = 0;
    return load_accounts_with_mail(connection, time_now_us(), &mailer->accounts,
                                   &mailer->account_count);
}

static enum outcome claim_of(struct mailer *mailer, size_t turn, struct db_connection *connection,
                             struct mail_claim *claim) {
    return claim_mail(connection, mailer->accounts[turn], time_now_us(), mailer_lease_us(mailer),
                      claim);
}

/* One mail of the next account that has one; OUTCOME_NOT_FOUND: none of them has any more. */
static enum outcome claim_in_turn(struct mailer *mailer, struct db_connection *connection,
                                  struct mail_claim *claim) {
    while (mailer->account_count > 0) {
        size_t turn = mailer->next_account % mailer->account_count;
        enum outcome outcome = claim_of(mailer, turn, connection, claim);
        if (outcome != OUTCOME_NOT_FOUND) {
            mailer->next_account = turn + 1;
            return outcome;
        }
        mailer->accounts[turn] = mailer->accounts[--mailer->account_count];
    }
    return OUTCOME_NOT_FOUND;
}

static enum outcome claim_next(struct mailer *mailer, struct db_connection *connection,
                               struct mail_claim *claim) {
    enum outcome outcome = claim_in_turn(mailer, connection, claim);
    if (outcome != OUTCOME_NOT_FOUND) {
        return outcome;
    }
    outcome = load_turns(mailer, connection);
    return outcome == OUTCOME_OK ? claim_in_turn(mailer, connection, claim) : outcome;
}

/* ---- the thread ---- */

static enum outcome deliver_next(struct mailer *mailer) {
    CLEANUP(delivery_clear)
    struct delivery delivery = {
        .mailer = mailer,
        .claim = {.invitation = INVITATION_NONE},
        .claimed_at_us = time_monotonic_us(),
    };
    CLEANUP(db_release) struct db_connection *connection = db_acquire(mailer->options.db);
    if (!connection) {
        return OUTCOME_UNAVAILABLE;
    }
    enum outcome outcome = claim_next(mailer, connection, &delivery.claim);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    outcome = delivery_try(&delivery, &connection);
    delivery_write_down(&delivery);
    return outcome;
}

/* How long to wait before the next. */
static int64_t pause_after(const struct mailer *mailer, enum outcome outcome) {
    if (outcome != OUTCOME_OK) {
        return POLL_US;
    }
    if (mailer->relay_pause_us > 0) {
        return (int64_t)((double)mailer->relay_pause_us * (1 - mailer_luck() / 4));
    }
    int64_t left_us = mailer->rate_wait_until_us - time_monotonic_us();
    return left_us > 0 ? left_us : 0;
}

static void *run(void *context) {
    struct mailer *mailer = context;
    int64_t wait_us = 0;
    while (wait_unless_held(mailer, wait_us)) {
        wait_us = pause_after(mailer, deliver_next(mailer));
    }
    return NULL;
}

static void mailer_free(struct mailer *mailer) {
    pthread_cond_destroy(&mailer->stop);
    pthread_mutex_destroy(&mailer->lock);
    if (mailer->smtp) {
        smtp_close(mailer->smtp);
    }
    free(mailer->accounts);
    free(mailer);
}

static void init_waiting(struct mailer *mailer) {
    pthread_condattr_t monotonic;
    pthread_mutex_init(&mailer->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&mailer->stop, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

struct mailer *mailer_start(const struct mailer_options *options) {
    struct mailer *mailer = calloc(1, sizeof *mailer);
    if (!mailer) {
        return NULL;
    }
    mailer->options = *options;
    atomic_init(&mailer->per_minute, options->per_minute);
    init_waiting(mailer);
    mailer->smtp = smtp_open(options->relay);
    if (!mailer->smtp || pthread_create(&mailer->thread, NULL, run, mailer) != 0) {
        log_error("could not start sending mail");
        mailer_free(mailer);
        return NULL;
    }
    return mailer;
}

void mailer_set_rate(struct mailer *mailer, int64_t per_minute) {
    atomic_store(&mailer->per_minute, per_minute);
}

void mailer_hold(struct mailer *mailer) {
    pthread_mutex_lock(&mailer->lock);
    mailer->held = true;
    pthread_cond_signal(&mailer->stop);
    pthread_mutex_unlock(&mailer->lock);
}

void mailer_stop(struct mailer *mailer, unsigned deadline_ms) {
    int64_t stop_us = time_monotonic_us() + deadline_ms * INT64_C(1000);
    pthread_mutex_lock(&mailer->lock);
    mailer->held = mailer->stopping = true;
    mailer->stop_us = stop_us;
    pthread_cond_signal(&mailer->stop);
    pthread_mutex_unlock(&mailer->lock);
    smtp_set_deadline(mailer->smtp, stop_us);
    pthread_join(mailer->thread, NULL);
    mailer_free(mailer);
}
