/* Tells those whom the operator named of alerts, by mail: one thread per instance, one mail at a
 * time, beside the mailer of invitations. */
#ifndef JOBS_ALERT_MAILER_H
#define JOBS_ALERT_MAILER_H

#include <stdint.h>

#include "jobs/alert_recipients.h"

struct alert_mailer;
struct db;
struct mail_metrics;
struct mailbox;
struct smtp_options;

struct alert_mailer_options {
    struct db *db; /* lent, as all here */
    const struct smtp_options *relay;
    const struct mailbox *from;
    const struct mailbox *reply_to; /* NULL: from */
    struct mail_metrics *metrics;
    const char *public_url;
    int64_t timeout_ms;           /* of one mail */
    int64_t statement_timeout_ms; /* of one statement */
};

/*
 * One mail to each recipient when an alert is raised, and another, an answer to it, when it is
 * resolved; what cannot be sent within a day is given up. Several instances share the work. A kill
 * between sending and writing repeats at most the one mail that was on its way, with the same
 * Message-ID. Without recipients it rests. NULL, logged, when out of memory or threads.
 */
struct alert_mailer *alert_mailer_start(const struct alert_mailer_options *options);

/* For alerts that nobody was told of yet. Takes ownership of what *recipients holds. */
void alert_mailer_set_recipients(struct alert_mailer *mailer, struct alert_recipients *recipients);

/* No further mail is begun. */
void alert_mailer_hold(struct alert_mailer *mailer);

/* Waits for the mail on its way, but breaks it off after deadline_ms; then frees everything. */
void alert_mailer_stop(struct alert_mailer *mailer, unsigned deadline_ms);

#endif
