/* Overruling how far a vote is trusted: audited, and the scores follow. */
#ifndef STORE_RECLASSIFY_H
#define STORE_RECLASSIFY_H

#include <stdint.h>

#include "base/outcome.h"
#include "domain/vote.h"
#include "store/db.h"

#define RECLASSIFY_ROLLUP_SLOT 15 /* the lanes of the first seven instances use others */

struct reclassify_order {
    int64_t account_id;
    struct uuid response_id;
    struct uuid vote_id; /* the first vote has the response's id */
    enum trust trust;
    const char *reason;
    const char *made_by; /* an API key's id, or a job's name */
    int slot;            /* of the rollups */
    const struct sentiment_scorer *scorer;
};

/*
 * In one transaction: the vote's trust, a row of the audit, the response's answer (its latest
 * confirmed vote) and the rollups. A vote that is trusted so already is left alone, and nothing is
 * written. OUTCOME_NOT_FOUND: no such response, or the vote is not one of its votes. *response, as
 * it is now, is the caller's to clear.
 */
enum outcome reclassify_vote(struct db_connection *connection, const struct reclassify_order *order,
                             struct survey_response *response);

#define OVERDUE_VOTES_MAX 100

/* Votes that wait to be overruled. */
struct overdue_votes {
    struct overdue_vote {
        struct uuid id;
        struct uuid response_id;
    } votes[OVERDUE_VOTES_MAX];
    size_t count;
};

/* The account's oldest votes that are still provisional and came before before_us, as many as fit.
 */
enum outcome load_overdue_votes(struct db_connection *connection, int64_t account_id,
                                int64_t before_us, struct overdue_votes *overdue);

#endif
