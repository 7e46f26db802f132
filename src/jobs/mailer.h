/* Sends what is due: one thread per instance, one mail at a time. */
#ifndef JOBS_MAILER_H
#define JOBS_MAILER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "clients/mail.h"
#include "domain/invitation.h"

struct db;
struct mail_metrics;
struct mailer;
struct smtp_options;
struct survey_cache;

/*
 * Writes what a mail says: subject, html, text, unsubscribe_url, language. OUTCOME_NOT_FOUND: there
 * is no such survey any more; OUTCOME_UNAVAILABLE: later it may go. Leaves *mail alone unless
 * OUTCOME_OK. Called by the mailer's thread.
 */
typedef enum outcome mail_composer(void *context, const struct invitation *invitation,
                                   bool reminder, struct mail *mail);

struct mailer_options {
    struct db *db; /* lent, as all here */
    struct survey_cache *survey_cache;
    const struct smtp_options *relay;
    const struct mailbox *from;
    const struct mailbox *reply_to; /* NULL: from */
    mail_composer *compose;
    void *composer_context;
    struct mail_metrics *metrics;
    int64_t timeout_ms;           /* of one mail */
    int64_t statement_timeout_ms; /* of one statement */
    int64_t per_minute;           /* 0: as fast as the relay takes them */
};

/*
 * Claims one due invitation after the other, fairly over the accounts; decides whether its mail
 * still is to go, sends it and writes down what became of it, with the rollups, in one transaction.
 * A kill between sending and writing repeats at most the one mail that was on its way, and
 * invitations.unclear_attempts says so. NULL when out of memory or threads.
 */
struct mailer *mailer_start(const struct mailer_options *options);

/* From any thread; from the next mail on. */
void mailer_set_rate(struct mailer *mailer, int64_t per_minute);

/* No further mail is begun. */
void mailer_hold(struct mailer *mailer);

/* Waits for the mail on its way, but breaks it off after deadline_ms; then frees everything. */
void mailer_stop(struct mailer *mailer, unsigned deadline_ms);

#endif
