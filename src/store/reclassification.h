/* Who overruled the trust of which vote, when and why. */
#ifndef STORE_RECLASSIFICATION_H
#define STORE_RECLASSIFICATION_H

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
void reclassifications_clear(struct reclassifications *reclassifications);

#endif
