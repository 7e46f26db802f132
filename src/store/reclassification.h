/* Who overruled the trust of which vote, when and why. */
#ifndef STORE_RECLASSIFICATION_H
#define STORE_RECLASSIFICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/uuid.h"
#include "domain/vote.h"
#include "store/db.h"

#define RECLASSIFICATIONS_MAX 500 /* of one response, the oldest ones */

struct reclassification {
    struct uuid id;
    struct uuid vote_id;
    enum trust before;
    enum trust after;
    char *reason;  /* owned */
    char *made_by; /* owned: an API key's id, or a job's name */
    int64_t made_at_us;
};

struct reclassifications {
    struct reclassification *items; /* owned */
    size_t count;
};

/* Of a response, oldest first; empty on failure. */
enum outcome load_reclassifications(struct db_connection *connection, int64_t account_id,
                                    const struct uuid *response_id,
                                    struct reclassifications *reclassifications);

/* Whether a response that does not count by now did at some time: then who was told of it knows it.
 */
enum outcome find_earlier_confirmation(struct db_connection *connection, int64_t account_id,
                                       const struct uuid *response_id, bool *found);

/* Tells subscribers, in the caller's transaction, of a response one of whose votes was overruled:
 * when it counts for the first time by that, it is recorded. */
enum outcome tell_reclassified(struct db_connection *connection,
                               const struct survey_response *before,
                               const struct survey_response *after);

void reclassifications_clear(struct reclassifications *reclassifications);

#endif
