/* Rows that are read by their ids, whatever the account, many at once. */
#ifndef STORE_OBJECT_KEY_H
#define STORE_OBJECT_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/uuid.h"
#include "store/db.h"

struct object_key {
    int64_t account_id;
    struct uuid id;
};

/* Runs sql, which selects FROM_OBJECTS, for these keys. */
enum outcome query_objects(struct db_connection *connection, const char *sql,
                           const struct object_key keys[], size_t count, PGresult **rows);

/* FROM the rows of table with these keys, each once. By its primary key: LATERAL and OFFSET 0, or
 * the planner may read all of the account's. */
#define FROM_OBJECTS(table)                                                                        \
    " FROM (SELECT DISTINCT account_id, id FROM unnest($1::bigint[], $2::uuid[])"                  \
    " AS given (account_id, id)) AS wanted CROSS JOIN LATERAL (SELECT * FROM " table               \
    " WHERE account_id = wanted.account_id AND id = wanted.id OFFSET 0) AS " table

#endif
