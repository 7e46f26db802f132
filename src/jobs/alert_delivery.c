/* One mail about an alert: its going, and what is written down of it. */
#include <sodium.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "clients/mail_metrics.h"
#include "domain/mail_step.h"
#include "jobs/alert_mailer_parts.h"
#include "jobs/alert_words.h"
#include "store/alert_mail.h"

#define PAUSE_FIRST_US US_PER_SECOND /* while the mail server is away */
#define PAUSE_MAX_US   (60 * US_PER_SECOND)
#define WRITE_PAUSE_NS (100 * 1000000L) /* while the database is */
#define CLAIM_ROOM_MS  4000             /* beside the statements and the mail itself */
#define UNCLEAR_TRIES  3 /* then a mail that nobody knows the end of counts as sent */
#define LUCK_STEPS     1000001
#define TOO_LATE       "it could not be sent within a day"

static int64_t lease_us(const struct alert_mailer *mailer) {
    const struct alert_mailer_options *options = &mailer->options;
    return (options->timeout_ms + 2 * options->statement_timeout_ms + CLAIM_ROOM_MS) *
           INT64_C(1000);
}

/* ---- sending ---- */

static void put_off(const struct alert_mail *mail, bool unclear, struct alert_mail_ending *ending) {
    double luck = (double)randombytes_uniform(LUCK_STEPS) / (LUCK_STEPS - 1);
    ending->fate =
        unclear && mail->attempts >= UNCLEAR_TRIES ? ALERT_MAIL_SENT : ALERT_MAIL_PUT_OFF;
    ending->wait_us = mail_backoff_us(mail->attempts, unclear, luck);
}

static void judge(const struct alert_mail *mail, const struct smtp_result *result,
                  struct alert_mail_ending *ending) {
    ending->error = result->words;
    switch (result->verdict) {
    case SMTP_ACCEPTED:
        ending->fate = ALERT_MAIL_SENT;
        ending->error = NULL;
        break;
    case SMTP_REJECTED:
        ending->fate = ALERT_MAIL_GIVEN_UP;
        break;
    case SMTP_DEFERRED:
        put_off(mail, result->unclear, ending);
        break;
    case SMTP_RELAY_AWAY:
    default:
        ending->fate = ALERT_MAIL_NOT_TRIED;
        break;
    }
}

/* Logged when it changes. */
static void note_relay(struct alert_mailer *mailer, const struct smtp_result *result) {
    bool away = result->verdict == SMTP_RELAY_AWAY;
    if (away && !mailer->relay_away) {
        log_error("alerts' mail waits: the mail server cannot be used: %s", result->words);
    } else if (!away && mailer->relay_away) {
        log_info("alerts' mail goes again");
    }
    mailer->relay_away = away;
    int64_t longer_us = mailer->relay_pause_us ? 2 * mailer->relay_pause_us : PAUSE_FIRST_US;
    longer_us = longer_us < PAUSE_MAX_US ? longer_us : PAUSE_MAX_US;
    mailer->relay_pause_us = away || result->connection_lost ? longer_us : 0;
}

static void address(const struct alert_mailer *mailer, const struct alert_mail *about,
                    struct mail *mail) {
    mail->from = mailer->options.from;
    mail->reply_to = mailer->options.reply_to;
    mail->to_address = about->recipient;
    mail->id = about->id;
    mail->reminder = about->told; /* an answer to the first */
    mail->date_us = time_now_us();
}

static bool too_late(const struct alert_mail *mail) {
    int64_t since_us = mail->told ? mail->alert.resolved_at_us : mail->alert.raised_at_us;
    return time_now_us() - since_us > ALERT_MAIL_LIFE_US;
}

static void send_mail(struct alert_mailer *mailer, const struct alert_mail *about,
                      struct smtp_result *result, struct alert_mail_ending *ending) {
    CLEANUP(mail_clear) struct mail mail = MAIL_NONE;
    if (!alert_mail_compose(about, mailer->options.public_url, &mail)) {
        put_off(about, false, ending);
        return;
    }
    address(mailer, about, &mail);
    smtp_send(mailer->smtp, &mail, result);
    judge(about, result, ending);
    if (result->asked) {
        note_relay(mailer, result);
    }
}

/* ---- writing down ---- */

static enum outcome write_ending(struct alert_mailer *mailer, const struct alert_mail *mail,
                                 const struct alert_mail_ending *ending) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(mailer->options.db);
    return connection ? end_alert_mail(connection, mail, ending) : OUTCOME_UNAVAILABLE;
}

static void count_ending(struct alert_mailer *mailer, const struct alert_mail_ending *ending) {
    struct mail_metrics *metrics = mailer->options.metrics;
    atomic_fetch_add(&metrics->alerts_told, ending->fate == ALERT_MAIL_SENT);
    atomic_fetch_add(&metrics->alerts_untold, ending->fate == ALERT_MAIL_GIVEN_UP);
}

/* What happened must not be forgotten because the database is away for a while. */
static void write_down(struct alert_mailer *mailer, const struct alert_mail *mail,
                       const struct alert_mail_ending *ending) {
    const struct timespec pause = {.tv_nsec = WRITE_PAUSE_NS};
    char id[UUID_TEXT_SIZE];
    enum outcome outcome = write_ending(mailer, mail, ending);
    while (outcome == OUTCOME_UNAVAILABLE && !alert_mailer_out_of_time(mailer)) {
        nanosleep(&pause, NULL);
        outcome = write_ending(mailer, mail, ending);
    }
    uuid_format(&mail->alert.id, id);
    if (outcome == OUTCOME_OK) {
        count_ending(mailer, ending);
    } else {
        log_error("could not write down what became of a mail about alert %s", id);
    }
    if (outcome == OUTCOME_OK && ending->fate == ALERT_MAIL_GIVEN_UP) {
        log_error("a mail about alert %s was given up: %s", id, ending->error);
    }
}

/* No connection is held while the mail server is talked to. */
enum outcome alert_delivery_next(struct alert_mailer *mailer, int64_t account_id) {
    CLEANUP(alert_mail_clear) struct alert_mail mail = ALERT_MAIL_NONE;
    CLEANUP(db_release) struct db_connection *connection = db_acquire(mailer->options.db);
    enum outcome outcome = OUTCOME_UNAVAILABLE;
    if (connection) {
        outcome = claim_alert_mail(connection, account_id, lease_us(mailer), &mail);
        db_release(&connection);
    }
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    struct smtp_result result = {.words = ""};
    struct alert_mail_ending ending = {.fate = ALERT_MAIL_GIVEN_UP, .error = TOO_LATE};
    if (!too_late(&mail)) {
        send_mail(mailer, &mail, &result, &ending);
    }
    write_down(mailer, &mail, &ending);
    return OUTCOME_OK;
}
