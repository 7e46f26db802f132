/* What the files of the mailer share. */
#ifndef JOBS_MAILER_PARTS_H
#define JOBS_MAILER_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "clients/smtp.h"
#include "domain/mail_step.h"
#include "domain/survey.h"
#include "jobs/mailer.h"
#include "store/mail_queue.h"

struct mailer {
    struct mailer_options options;
    _Atomic(int64_t) per_minute;
    struct smtp *smtp; /* owned */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop;
    bool held;       /* no further mail is begun */
    bool stopping;   /* and what goes on ends at: */
    int64_t stop_us; /* monotonic */
    /* The thread's own: */
    int64_t *accounts; /* owned; those that had something due: each has its turn */
    size_t account_count;
    size_t next_account;
    int64_t rate_wait_until_us; /* monotonic; no mail before, so that they are not too many */
    int64_t relay_pause_us;     /* the last one; 0 while the mail server answers */
    bool relay_away;            /* which was logged */
};

/* A claimed mail on its way. */
struct delivery {
    struct mailer *mailer;
    struct mail_claim claim; /* owned */
    int64_t claimed_at_us;   /* monotonic */
    bool reminder;
    const struct survey *survey; /* lent by the cache; NULL when it is gone */
    struct mail_ending ending;
    char error[SMTP_WORDS_SIZE];
    bool suppress;
};

/* 0..1 */
double mailer_luck(void);

/* How long a claim lasts: any attempt is over by then, and what became of it written down. */
int64_t mailer_lease_us(const struct mailer *mailer);

/* True when what goes on must end now. */
bool mailer_out_of_time(struct mailer *mailer);

/* ---- mail_delivery.c ---- */

/* Decides what is to be done with the claimed mail, and does it: sets the ending. Gives the
 * connection back. Any outcome but OUTCOME_OK: not now, and the ending says so. */
enum outcome delivery_try(struct delivery *delivery, struct db_connection **connection);

/* Writes the ending down, trying again while the database is away. */
void delivery_write_down(struct delivery *delivery);

void delivery_clear(struct delivery *delivery);

#endif
