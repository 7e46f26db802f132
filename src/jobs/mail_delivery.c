/* One mail: whether it is to go, its going, and what is written down of it. */
#include <stdio.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "clients/mail_metrics.h"
#include "clients/mailbox.h"
#include "jobs/mailer_parts.h"
#include "store/contact_response.h"
#include "store/send_window.h"
#include "store/suppression.h"
#include "store/survey_cache.h"

#define PAUSE_FIRST_US     US_PER_SECOND /* while the mail server is away */
#define PAUSE_MAX_US       (60 * US_PER_SECOND)
#define WRITE_PAUSE_MS     100 /* while the database is */
#define WRITE_PAUSE_MS_MAX 1000
#define RATE_PERIOD_US     (60 * US_PER_SECOND)

void delivery_clear(struct delivery *delivery) {
    survey_cache_release(&delivery->survey);
    invitation_clear(&delivery->claim.invitation);
}

/* ---- deciding ---- */

static void end_as(struct delivery *delivery, enum mail_fate fate) {
    delivery->ending.fate = fate;
    delivery->ending.at_us = time_now_us();
}

static void note_words(struct delivery *delivery, const char *words) {
    snprintf(delivery->error, sizeof delivery->error, "%s", words);
    delivery->ending.error = delivery->error;
}

static void skip(struct delivery *delivery, enum skip_reason reason) {
    end_as(delivery, MAIL_SKIPPED);
    delivery->ending.reason = reason;
}

/* Without a link that works then there is nothing to send. */
static void back_off(struct delivery *delivery, bool unclear) {
    const struct invitation *invitation = &delivery->claim.invitation;
    int64_t due_at_us =
        time_now_us() + mail_backoff_us(invitation->attempts, unclear, mailer_luck());
    if (due_at_us >= invitation->expires_at_us) {
        skip(delivery, SKIP_EXPIRED);
        return;
    }
    end_as(delivery, MAIL_PUT_OFF);
    delivery->ending.due_at_us = due_at_us;
}

static enum outcome lend_survey(struct delivery *delivery) {
    const struct invitation *invitation = &delivery->claim.invitation;
    enum outcome outcome =
        survey_cache_get(delivery->mailer->options.survey_cache, invitation->account_id,
                         invitation->survey, true, &delivery->survey);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome check_suppressed(const struct invitation *invitation,
                                     struct db_connection *connection, bool *suppressed) {
    CLEANUP(suppression_clear) struct suppression found = {0};
    const char *email = invitation->contact.customer_email;
    enum outcome outcome = OUTCOME_NOT_FOUND;
    if (email) {
        outcome = load_suppression(connection, invitation->account_id, email, &found);
    }
    *suppressed = outcome == OUTCOME_OK;
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome find_facts(const struct delivery *delivery, struct db_connection *connection,
                               struct mail_facts *facts) {
    const struct invitation *invitation = &delivery->claim.invitation;
    const struct survey *survey = delivery->survey;
    *facts = (struct mail_facts){.now_us = time_now_us(), .archived = !survey || survey->archived};
    facts->allowed_at_us = facts->now_us;
    enum outcome outcome = check_suppressed(invitation, connection, &facts->suppressed);
    if (outcome == OUTCOME_OK) {
        outcome = find_contact_answered(connection, invitation, &facts->answered);
    }
    return outcome == OUTCOME_OK && survey
               ? find_send_time(connection, invitation->account_id, &survey->invite.window,
                                facts->now_us, &facts->allowed_at_us)
               : outcome;
}

/* Sets the ending when the mail is not to be sent now; *sends otherwise. */
static enum outcome decide(struct delivery *delivery, struct db_connection *connection,
                           bool *sends) {
    struct mail_facts facts;
    enum outcome outcome = lend_survey(delivery);
    outcome = outcome == OUTCOME_OK ? find_facts(delivery, connection, &facts) : outcome;
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    struct mail_decision decision = mail_decide(&delivery->claim.invitation, &facts);
    *sends = decision.step == MAIL_SEND;
    if (decision.step == MAIL_SKIP) {
        skip(delivery, decision.reason);
    } else if (decision.step == MAIL_POSTPONE) {
        end_as(delivery, MAIL_POSTPONED);
        delivery->ending.due_at_us = decision.due_at_us;
    } else if (decision.step == MAIL_GIVE_UP) {
        end_as(delivery, MAIL_SENT);
        note_words(delivery, "sent several times without an answer: no more is sent");
    }
    return OUTCOME_OK;
}

/* ---- sending ---- */

static void note_result(struct delivery *delivery, const struct smtp_result *result) {
    switch (result->verdict) {
    case SMTP_ACCEPTED:
        end_as(delivery, MAIL_SENT);
        return;
    case SMTP_REJECTED:
        end_as(delivery, MAIL_BOUNCED);
        delivery->suppress = result->mailbox_refused;
        break;
    case SMTP_DEFERRED:
        back_off(delivery, result->unclear);
        delivery->ending.unclear = result->unclear;
        break;
    case SMTP_RELAY_AWAY:
    default:
        end_as(delivery, MAIL_NOT_TRIED);
        return;
    }
    note_words(delivery, result->words);
}

/* Logged when it changes; the words of SMTP_RELAY_AWAY name no customer. */
static void note_relay(struct mailer *mailer, const struct smtp_result *result) {
    bool away = result->verdict == SMTP_RELAY_AWAY;
    if (away && !mailer->relay_away) {
        log_error("mail waits: the mail server cannot be used: %s", result->words);
    } else if (!away && mailer->relay_away) {
        log_info("the mail server can be used again");
    }
    mailer->relay_away = away;
    atomic_store(&mailer->options.metrics->relay_away, away);
    int64_t longer_us = mailer->relay_pause_us ? 2 * mailer->relay_pause_us : PAUSE_FIRST_US;
    longer_us = longer_us < PAUSE_MAX_US ? longer_us : PAUSE_MAX_US;
    mailer->relay_pause_us = away || result->connection_lost ? longer_us : 0;
}

/* Any outcome but OUTCOME_OK: there is no mail. */
static enum outcome compose(struct delivery *delivery, struct mail *mail) {
    const struct mailer_options *options = &delivery->mailer->options;
    enum outcome outcome = options->compose(options->composer_context, &delivery->claim.invitation,
                                            delivery->reminder, mail);
    if (outcome == OUTCOME_NOT_FOUND) {
        skip(delivery, SKIP_ARCHIVED);
    }
    return outcome;
}

static void address(const struct delivery *delivery, struct mail *mail) {
    const struct mailer_options *options = &delivery->mailer->options;
    const struct invitation *invitation = &delivery->claim.invitation;
    mail->from = options->from;
    mail->reply_to = options->reply_to;
    mail->to_address = invitation->contact.customer_email;
    mail->to_name = invitation->contact.customer_name;
    mail->id = invitation->id;
    mail->reminder = delivery->reminder;
    mail->date_us = time_now_us();
}

/* Later, and it could still be on its way when somebody else takes it over. */
static bool may_still_send(const struct delivery *delivery) {
    const struct mailer_options *options = &delivery->mailer->options;
    int64_t left_us =
        delivery->claimed_at_us + mailer_lease_us(delivery->mailer) - time_monotonic_us();
    return left_us > (options->timeout_ms + options->statement_timeout_ms) * INT64_C(1000);
}

static void keep_rate(struct mailer *mailer) {
    int64_t per_minute = atomic_load(&mailer->per_minute);
    mailer->rate_wait_until_us =
        time_monotonic_us() + (per_minute > 0 ? RATE_PERIOD_US / per_minute : 0);
}

static enum outcome send_mail(struct delivery *delivery) {
    struct mailer *mailer = delivery->mailer;
    CLEANUP(mail_clear) struct mail mail = MAIL_NONE;
    struct smtp_result result;
    enum outcome outcome = compose(delivery, &mail);
    if (outcome != OUTCOME_OK || !may_still_send(delivery)) {
        return outcome;
    }
    address(delivery, &mail);
    keep_rate(mailer);
    smtp_send(mailer->smtp, &mail, &result);
    note_result(delivery, &result);
    if (result.asked) {
        note_relay(mailer, &result);
    }
    return OUTCOME_OK;
}

/* Not for a while, but for itself: the others must not wait behind it. */
static void set_aside(struct delivery *delivery) {
    back_off(delivery, false);
    note_words(delivery, "the mail could not be composed");
}

enum outcome delivery_try(struct delivery *delivery, struct db_connection **connection) {
    bool sends = false;
    delivery->reminder = mail_is_reminder(&delivery->claim.invitation);
    delivery->ending.reminder = delivery->reminder;
    end_as(delivery, MAIL_NOT_TRIED);
    enum outcome outcome = decide(delivery, *connection, &sends);
    db_release(connection); /* not held while the mail server is talked to */
    outcome = sends ? send_mail(delivery) : outcome;
    if (outcome == OUTCOME_FAILED || outcome == OUTCOME_REJECTED) {
        set_aside(delivery);
    }
    return outcome;
}

/* ---- writing down ---- */

static void count_ending(const struct delivery *delivery) {
    struct mail_metrics *metrics = delivery->mailer->options.metrics;
    const struct mail_ending *ending = &delivery->ending;
    if (ending->fate == MAIL_SENT && !ending->error) {
        atomic_fetch_add(&metrics->sent, 1);
        atomic_fetch_add(&metrics->reminders, ending->reminder);
    } else if (ending->fate == MAIL_BOUNCED) {
        atomic_fetch_add(&metrics->bounced, 1);
    } else if (ending->fate == MAIL_SKIPPED) {
        atomic_fetch_add(&metrics->skipped, 1);
    } else if (ending->fate == MAIL_PUT_OFF) {
        atomic_fetch_add(&metrics->deferred, 1);
    }
}

/* When the reminder of a mail that went now is due; TIME_NONE without one. */
static enum outcome plan_reminder(struct delivery *delivery, struct db_connection *connection) {
    const struct invite_rules *rules = delivery->survey ? &delivery->survey->invite : NULL;
    struct mail_ending *ending = &delivery->ending;
    ending->due_at_us = TIME_NONE;
    bool gave_up = ending->error != NULL;
    if (ending->reminder || gave_up || !rules || rules->reminder_days == INVITE_REMINDER_NONE) {
        return OUTCOME_OK;
    }
    int64_t due_at_us = TIME_NONE;
    enum outcome outcome =
        find_send_time(connection, delivery->claim.invitation.account_id, &rules->window,
                       ending->at_us + rules->reminder_days * US_PER_DAY, &due_at_us);
    if (outcome == OUTCOME_OK && due_at_us < delivery->claim.invitation.expires_at_us) {
        ending->due_at_us = due_at_us;
    }
    return outcome;
}

static enum outcome write_ending(struct delivery *delivery) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(delivery->mailer->options.db);
    enum outcome outcome = connection ? OUTCOME_OK : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_OK && delivery->ending.fate == MAIL_SENT) {
        outcome = plan_reminder(delivery, connection);
    }
    return outcome == OUTCOME_OK
               ? end_claim(connection, &delivery->claim, &delivery->ending, delivery->suppress)
               : outcome;
}

/* What happened must not be forgotten because the database is away for a while. */
static enum outcome write_patiently(struct delivery *delivery) {
    int64_t pause_ms = WRITE_PAUSE_MS;
    enum outcome outcome = write_ending(delivery);
    while (outcome == OUTCOME_UNAVAILABLE && !mailer_out_of_time(delivery->mailer)) {
        const struct timespec pause = {.tv_sec = pause_ms / 1000,
                                       .tv_nsec = pause_ms % 1000 * 1000000};
        nanosleep(&pause, NULL);
        pause_ms = pause_ms < WRITE_PAUSE_MS_MAX ? 2 * pause_ms : pause_ms;
        outcome = write_ending(delivery);
    }
    return outcome;
}

void delivery_write_down(struct delivery *delivery) {
    char id[UUID_TEXT_SIZE]; /* logged: that mail may go twice */
    enum outcome outcome = write_patiently(delivery);
    if (outcome == OUTCOME_OK) {
        count_ending(delivery);
        return;
    }
    uuid_format(&delivery->claim.invitation.id, id);
    log_error("could not write down what became of the mail of invitation %s: %s", id,
              outcome == OUTCOME_NOT_FOUND
                  ? "it is written down, or somebody else has taken it over"
                  : "the database could not do it");
}
