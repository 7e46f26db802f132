/* Responses that a transaction is about to change, locked in id order inside one account. */
#ifndef STORE_RESPONSE_LOCK_H
#define STORE_RESPONSE_LOCK_H

#include "store/response.h"
#include "store/rollup.h"

struct locked_response {
    struct survey_response response;
    char day[DAY_TEXT_SIZE]; /* of answered_at, in the account's zone */
    struct idempotency idempotency;
};

struct locked_responses {
    struct locked_response *responses; /* owned */
    size_t count;
};

void locked_responses_clear(struct locked_responses *locked);

#define LOCK_VOTES_MAX 1024

/* Whose responses are to be locked: those that one of the votes (of one account) may concern, as it
 * has the same survey and contact, the same id, or the same idempotency key; and those with one of
 * the ids. */
struct lock_order {
    int64_t account_id;
    struct vote *const *votes;
    size_t count; /* at most LOCK_VOTES_MAX */
    const struct uuid *ids;
    size_t id_count;
};

enum outcome lock_responses(struct db_connection *connection, const struct lock_order *order,
                            struct locked_responses *locked);

#endif
