/* What the files of the alerts' mailer share. */
#ifndef JOBS_ALERT_MAILER_PARTS_H
#define JOBS_ALERT_MAILER_PARTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "clients/smtp.h"
#include "jobs/alert_mailer.h"

struct alert_mailer {
    struct alert_mailer_options options;
    struct smtp *smtp; /* owned */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool held;                     /* no further mail is begun */
    bool stopping;                 /* and what goes on ends at: */
    int64_t stop_us;               /* monotonic */
    bool has_next;                 /* there are others to tell from now on: */
    struct alert_recipients next;  /* owned */
    struct alert_recipients named; /* owned; the thread's own, as what follows */
    int64_t relay_pause_us;        /* the last one; 0 while the mail server answers */
    bool relay_away;               /* which was logged */
};

/* True when what goes on must end now. */
bool alert_mailer_out_of_time(struct alert_mailer *mailer);

/* Sends one mail of this account, if one is due, and writes down what became of it.
 * OUTCOME_NOT_FOUND: none is. */
enum outcome alert_delivery_next(struct alert_mailer *mailer, int64_t account_id);

#endif
