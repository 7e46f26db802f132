/* Mails that tell of alerts: planned for each who is to be told, claimed by one instance at a time,
 * for a while. */
#ifndef STORE_ALERT_MAIL_H
#define STORE_ALERT_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/time.h"
#include "domain/alert.h"
#include "store/account.h"
#include "store/alert.h"
#include "store/db.h"

/* What could not be sent by then is of no use any more. */
#define ALERT_MAIL_LIFE_US US_PER_DAY

#define LOCAL_TIME_SIZE 20 /* "2026-11-23 11:05" and the NUL, with room */

/* The accounts that have an alert to plan mails for, or a mail that is due, owned by the caller. */
enum outcome load_accounts_with_alert_mail(struct db_connection *connection, int64_t **ids,
                                           size_t *count);

/* Alerts of the last day of which nobody was told yet, the oldest first, at most limit. The caller
 * clears *list either way. */
enum outcome load_alerts_to_tell(struct db_connection *connection, int64_t account_id, size_t limit,
                                 struct alert_list *list);

/* Plans a mail to each of count addresses, none twice; of several instances that do so at once, one
 * does. */
enum outcome plan_alert_mails(struct db_connection *connection, const struct alert *alert,
                              char *const addresses[], size_t count);

/* A claimed mail, and what it is about. */
struct alert_mail {
    struct uuid claim_id; /* whoever lost it cannot write any more */
    struct uuid id;       /* what its Message-ID is made of */
    char *recipient;      /* owned */
    int attempts;         /* with this one */
    bool told;            /* the recipient knows of the alert: this says that it is over */
    struct alert alert;   /* owned */
    char account_name[ACCOUNT_NAME_BYTES_MAX + 1];
    char time_zone[TIME_ZONE_BYTES_MAX + 1]; /* the account's; of these two: */
    char raised_at[LOCAL_TIME_SIZE];
    char resolved_at[LOCAL_TIME_SIZE]; /* "" before */
};

#define ALERT_MAIL_NONE ((struct alert_mail){.alert = {.revision = 1}})

void alert_mail_clear(struct alert_mail *mail);

/* Claims what is due the longest, for lease_us. OUTCOME_NOT_FOUND: nothing is due. */
enum outcome claim_alert_mail(struct db_connection *connection, int64_t account_id,
                              int64_t lease_us, struct alert_mail *mail);

enum alert_mail_fate {
    ALERT_MAIL_SENT,     /* where it said that the alert goes on: another follows when it is over */
    ALERT_MAIL_GIVEN_UP, /* refused for good, or too late */
    ALERT_MAIL_PUT_OFF,  /* for wait_us */
    ALERT_MAIL_NOT_TRIED, /* as if it had not been claimed */
};

struct alert_mail_ending {
    enum alert_mail_fate fate;
    int64_t wait_us;
    const char
        *error; /* lent; what the mail server, or we, said; NULL: what it said before stays */
};

/* Ends a claim. OUTCOME_NOT_FOUND: it is no longer ours. */
enum outcome end_alert_mail(struct db_connection *connection, const struct alert_mail *mail,
                            const struct alert_mail_ending *ending);

#endif
