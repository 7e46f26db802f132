#include "base/cleanup.h"
#include "store/hook_delivery.h"
#include "store/params.h"

/* Ids begin with their time (UUIDv7): the primary key finds the oldest. */
enum outcome remove_deliveries(struct db_connection *connection, int64_t account_id,
                               int64_t before_us, int limit, int64_t *removed) {
    CLEANUP(params_clear) struct params params = {0};
    static const unsigned char least[UUID_BYTES] = {0};
    struct uuid before = uuid_at(before_us, least);
    params_int(&params, account_id);
    params_uuid(&params, &before);
    params_int(&params, limit);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "DELETE FROM deliveries WHERE account_id = $1 AND id IN"
                                    " (SELECT id FROM deliveries WHERE account_id = $1 AND id < $2"
                                    " ORDER BY id LIMIT $3)",
                                    params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        *removed = db_affected(rows);
    }
    return outcome;
}

enum outcome bound_deliveries(struct db_connection *connection, int64_t account_id, int64_t keep,
                              int limit, int64_t *removed) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_int(&params, keep);
    params_int(&params, limit);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "DELETE FROM deliveries WHERE account_id = $1 AND id IN"
                 " (SELECT surplus.id FROM sources CROSS JOIN LATERAL"
                 " (SELECT id FROM deliveries WHERE deliveries.account_id = $1"
                 " AND deliveries.source = sources.source"
                 " ORDER BY received_at DESC, id DESC OFFSET $2 LIMIT $3) AS surplus"
                 " WHERE sources.account_id = $1 LIMIT $3)",
                 params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        *removed = db_affected(rows);
    }
    return outcome;
}

enum outcome empty_deliveries(struct db_connection *connection, int64_t account_id,
                              const char *source, int limit, int64_t *removed) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_text(&params, source);
    params_int(&params, limit);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "DELETE FROM deliveries WHERE account_id = $1 AND id IN"
                                    " (SELECT id FROM deliveries WHERE account_id = $1"
                                    " AND source = $2 ORDER BY received_at LIMIT $3)",
                                    params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        *removed = db_affected(rows);
    }
    return outcome;
}
