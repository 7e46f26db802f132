/* Invitations whose mail, or reminder, is due: claimed by one mailer at a time, for a while. */
#ifndef STORE_MAIL_QUEUE_H
#define STORE_MAIL_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/invitation.h"
#include "domain/mail_step.h"
#include "store/db.h"

/* The rollup slot of mailers: no lane writes there. */
#define MAIL_ROLLUP_SLOT 13

/* The accounts that have something due and not claimed, owned by the caller. */
enum outcome load_accounts_with_mail(struct db_connection *connection, int64_t now_us,
                                     int64_t **ids, size_t *count);

struct mail_claim {
    struct uuid id;               /* of the claim: whoever lost it cannot write any more */
    struct invitation invitation; /* with this attempt counted; the caller clears it */
};

/*
 * Claims what is due the longest, for lease_us; others pass over it. A claim of somebody's that ran
 * out is taken over and counted in unclear_attempts. OUTCOME_NOT_FOUND: nothing is due.
 */
enum outcome claim_mail(struct db_connection *connection, int64_t account_id, int64_t now_us,
                        int64_t lease_us, struct mail_claim *claim);

/*
 * Ends a claim and writes down how, with the rollups, in one transaction; with `suppress` the
 * address gets no mail any more. OUTCOME_NOT_FOUND, nothing written: the claim is no longer ours,
 * or was ended so already.
 */
enum outcome end_claim(struct db_connection *connection, const struct mail_claim *claim,
                       const struct mail_ending *ending, bool suppress);

#endif
