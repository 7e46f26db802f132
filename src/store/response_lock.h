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

/* Every response that one of the votes (of one account) may concern: the same survey and contact,
 * the same id, or the same idempotency key; and those with one of the further ids. */
enum outcome lock_responses(struct db_connection *connection, struct vote *const votes[],
                            size_t count, const struct uuid further[], size_t further_count,
                            struct locked_responses *locked);

#endif
