/* Idempotency keys are kept for a time, then forgotten. */
#ifndef STORE_IDEMPOTENCY_EXPIRY_H
#define STORE_IDEMPOTENCY_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/uuid.h"
#include "store/db.h"

/* Where the walk through an account's rows stands; zeroed to begin at the oldest. Ids are made in
 * the order of time, so what was walked past need not be looked at again. */
struct expiry_walk {
    struct uuid responses_done;
    struct uuid votes_done;
};

/* Forgets the keys of at most a few thousand rows of each table, those made before before_us and
 * not walked past yet; *finished when there are no more. */
enum outcome forget_idempotency_keys(struct db_connection *connection, int64_t account_id,
                                     int64_t before_us, struct expiry_walk *walk, bool *finished);

#endif
