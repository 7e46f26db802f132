#include "store/customer_lock.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "domain/address.h"
#include "store/array_param.h"

static void free_text(char **text) {
    free(*text);
}

static void append_key(struct text *keys, const char *kind, const char *name) {
    CLEANUP(text_clear) struct text key = {0};
    text_append(&key, kind);
    text_append(&key, name);
    keys->failed |= key.failed;
    if (!key.failed) {
        array_append_text(keys, key.bytes);
    }
}

static void append_customer(struct text *keys, const struct contact *contact) {
    if (contact->customer_ref) {
        append_key(keys, "c:", contact->customer_ref);
    }
    if (contact->customer_email) {
        CLEANUP(free_text) char *address = address_key(contact->customer_email);
        keys->failed |= !address;
        append_key(keys, "a:", address ? address : "");
    }
}

static void params_of_reports(struct params *params, const struct report reports[], size_t count) {
    CLEANUP(text_clear) struct text keys = {0};
    CLEANUP(text_clear) struct text refs = {0};
    for (size_t i = 0; i < count; i++) {
        append_customer(&keys, &reports[i].contact);
        array_append_text(&refs, reports[i].contact.ref);
    }
    params_int(params, reports[0].account_id);
    params_array(params, &keys);
    params_array(params, &refs);
    params_time(params, reports[0].reported_at_us);
}

#define HASH(key) "sha256(convert_to(" key ", 'UTF8'))"
/* clang-format off */
#define STORED_HASH(kind, column)                                                                  \
    " UNION SELECT " HASH("'" kind "' || stored.name") " FROM unnest($3::text[]) AS known (ref)"   \
    " CROSS JOIN LATERAL (SELECT " column " AS name FROM contacts WHERE account_id = $1"           \
    " AND contact_ref = known.ref OFFSET 0) AS stored WHERE stored.name IS NOT NULL"
/* clang-format on */

enum outcome lock_customers(struct db_connection *connection, const struct report reports[],
                            size_t count) {
    CLEANUP(params_clear) struct params params = {0};
    params_of_reports(&params, reports, count);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    /* clang-format off */
    return db_query(connection, &rows,
                    "INSERT INTO customer_locks (account_id, customer_hash, used_at)"
                    " SELECT $1, hash, $4 FROM (SELECT " HASH("key") " AS hash"
                    " FROM unnest($2::text[]) AS reported (key)"
                    STORED_HASH("a:", "address_key") STORED_HASH("c:", "customer_ref")
                    ") AS customers ORDER BY hash"
                    " ON CONFLICT (account_id, customer_hash)"
                    " DO UPDATE SET used_at = excluded.used_at",
                    params_from(&params, 0, params.count));
    /* clang-format on */
}

enum outcome forget_customer_locks(struct db_connection *connection, int64_t account_id,
                                   int64_t before_us, int limit, int64_t *removed) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_time(&params, before_us);
    params_int(&params, limit);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "DELETE FROM customer_locks WHERE account_id = $1 AND customer_hash IN"
                 " (SELECT customer_hash FROM customer_locks WHERE account_id = $1"
                 " AND used_at < $2 LIMIT $3 FOR UPDATE SKIP LOCKED)",
                 params_from(&params, 0, params.count));
    *removed = outcome == OUTCOME_OK ? db_affected(rows) : 0;
    return outcome;
}
