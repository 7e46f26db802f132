/* What happened to one response: its votes as they arrived, and who overruled their trust. */
#ifndef STORE_VOTE_READ_H
#define STORE_VOTE_READ_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/uuid.h"
#include "domain/vote.h"
#include "store/db.h"

#define VOTES_SHOWN_MAX 500 /* of one response, the oldest ones */

struct recorded_vote {
    struct uuid id;
    struct answers answers;
    int64_t answered_at_us;
    int64_t received_at_us;
    enum trust trust;
    char source[SOURCE_BYTES_MAX + 1];
    enum vote_effect effect;
    int revision;   /* of the response after this vote */
    char *evidence; /* owned JSON object, or NULL */
};

struct recorded_votes {
    struct recorded_vote *items; /* owned */
    size_t count;
};

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

/* Both oldest first; empty on failure.
 *
 * No votes for a response whose one confirmed vote is the response's own row. */
enum outcome load_votes(struct db_connection *connection, int64_t account_id,
                        const struct uuid *response_id, struct recorded_votes *votes);
void recorded_votes_clear(struct recorded_votes *votes);

enum outcome load_reclassifications(struct db_connection *connection, int64_t account_id,
                                    const struct uuid *response_id,
                                    struct reclassifications *reclassifications);
void reclassifications_clear(struct reclassifications *reclassifications);

#endif
