#include "jobs/alert_mailer.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "jobs/alert_mailer_parts.h"
#include "store/alert_mail.h"

#define POLL_US      US_PER_SECOND /* how soon an alert is noticed */
#define TOLD_AT_ONCE 100
#define MS_TO_US     INT64_C(1000)

/* Waits, at most for wait_us; false when no further mail is to be begun. Takes over recipients that
 * were set meanwhile. */
static bool wait_unless_held(struct alert_mailer *mailer, int64_t wait_us) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t end_us = until.tv_sec * US_PER_SECOND + until.tv_nsec / 1000 + wait_us;
    until.tv_sec = end_us / US_PER_SECOND;
    until.tv_nsec = end_us % US_PER_SECOND * 1000;
    int waited = wait_us > 0 ? 0 : ETIMEDOUT;
    pthread_mutex_lock(&mailer->lock);
    while (!mailer->held && waited == 0) {
        waited = pthread_cond_timedwait(&mailer->wake, &mailer->lock, &until);
    }
    if (mailer->has_next) {
        alert_recipients_clear(&mailer->named);
        mailer->named = mailer->next;
        mailer->has_next = false;
    }
    bool go_on = !mailer->held;
    pthread_mutex_unlock(&mailer->lock);
    return go_on;
}

bool alert_mailer_out_of_time(struct alert_mailer *mailer) {
    pthread_mutex_lock(&mailer->lock);
    bool out = mailer->stopping && time_monotonic_us() > mailer->stop_us;
    pthread_mutex_unlock(&mailer->lock);
    return out;
}

/* ---- planning ---- */

static enum outcome plan(struct alert_mailer *mailer, struct db_connection *connection,
                         int64_t account_id) {
    CLEANUP(alert_list_clear) struct alert_list list = {0};
    enum outcome outcome = load_alerts_to_tell(connection, account_id, TOLD_AT_ONCE, &list);
    for (size_t i = 0; outcome == OUTCOME_OK && i < list.count; i++) {
        char *addresses[ALERT_RECIPIENTS_MAX];
        size_t count =
            alert_recipients_for(&mailer->named, account_id, list.alerts[i].team, addresses);
        outcome = plan_alert_mails(connection, &list.alerts[i], addresses, count);
    }
    return outcome;
}

/* ---- the thread ---- */

static enum outcome plan_account(struct alert_mailer *mailer, int64_t account_id) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(mailer->options.db);
    return connection ? plan(mailer, connection, account_id) : OUTCOME_UNAVAILABLE;
}

/* False when it is time to stop, or to pause. */
static bool tell_account(struct alert_mailer *mailer, int64_t account_id) {
    enum outcome outcome = plan_account(mailer, account_id);
    while (outcome == OUTCOME_OK && wait_unless_held(mailer, 0)) {
        outcome = alert_delivery_next(mailer, account_id);
        if (outcome == OUTCOME_OK && mailer->relay_pause_us > 0) {
            return false;
        }
    }
    return outcome == OUTCOME_NOT_FOUND;
}

static enum outcome load_accounts(struct alert_mailer *mailer, int64_t **ids, size_t *count) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(mailer->options.db);
    return connection ? load_accounts_with_alert_mail(connection, ids, count) : OUTCOME_UNAVAILABLE;
}

static void tell(struct alert_mailer *mailer) {
    int64_t *ids = NULL;
    size_t count = 0;
    if (mailer->named.count > 0 && load_accounts(mailer, &ids, &count) == OUTCOME_OK) {
        bool go_on = true;
        for (size_t i = 0; go_on && i < count; i++) {
            go_on = tell_account(mailer, ids[i]);
        }
    }
    free(ids);
}

static void *run(void *context) {
    struct alert_mailer *mailer = context;
    int64_t wait_us = 0;
    while (wait_unless_held(mailer, wait_us)) {
        tell(mailer);
        wait_us = mailer->relay_pause_us ? mailer->relay_pause_us : POLL_US;
    }
    return NULL;
}

static void mailer_free(struct alert_mailer *mailer) {
    pthread_cond_destroy(&mailer->wake);
    pthread_mutex_destroy(&mailer->lock);
    if (mailer->smtp) {
        smtp_close(mailer->smtp);
    }
    alert_recipients_clear(&mailer->named);
    if (mailer->has_next) {
        alert_recipients_clear(&mailer->next);
    }
    free(mailer);
}

static void init_waiting(struct alert_mailer *mailer) {
    pthread_condattr_t monotonic;
    pthread_mutex_init(&mailer->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&mailer->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

struct alert_mailer *alert_mailer_start(const struct alert_mailer_options *options) {
    struct alert_mailer *mailer = calloc(1, sizeof *mailer);
    if (!mailer) {
        return NULL;
    }
    mailer->options = *options;
    init_waiting(mailer);
    mailer->smtp = smtp_open(options->relay);
    if (!mailer->smtp || pthread_create(&mailer->thread, NULL, run, mailer) != 0) {
        log_error("could not start telling of alerts by mail");
        mailer_free(mailer);
        return NULL;
    }
    return mailer;
}

void alert_mailer_set_recipients(struct alert_mailer *mailer, struct alert_recipients *recipients) {
    pthread_mutex_lock(&mailer->lock);
    if (mailer->has_next) {
        alert_recipients_clear(&mailer->next);
    }
    mailer->next = *recipients;
    mailer->has_next = true;
    pthread_mutex_unlock(&mailer->lock);
    *recipients = (struct alert_recipients){0};
}

void alert_mailer_hold(struct alert_mailer *mailer) {
    pthread_mutex_lock(&mailer->lock);
    mailer->held = true;
    pthread_cond_signal(&mailer->wake);
    pthread_mutex_unlock(&mailer->lock);
}

void alert_mailer_stop(struct alert_mailer *mailer, unsigned deadline_ms) {
    int64_t stop_us = time_monotonic_us() + deadline_ms * MS_TO_US;
    pthread_mutex_lock(&mailer->lock);
    mailer->held = mailer->stopping = true;
    mailer->stop_us = stop_us;
    pthread_cond_signal(&mailer->wake);
    pthread_mutex_unlock(&mailer->lock);
    smtp_set_deadline(mailer->smtp, stop_us);
    pthread_join(mailer->thread, NULL);
    mailer_free(mailer);
}
