#include "store/streamed_account.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/array_param.h"

#define STEP_MS 5

#define HORIZON "pg_snapshot_xmin(pg_current_snapshot()), pg_snapshot_xmax(pg_current_snapshot())"

static uint64_t transaction_at(const PGresult *rows, int row, int column) {
    return strtoull(PQgetvalue(rows, row, column), NULL, 10);
}

enum outcome load_feed_horizon(struct db_connection *connection, struct feed_horizon *horizon) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows, "SELECT " HORIZON, DB_NO_PARAMS);
    if (outcome == OUTCOME_OK) {
        horizon->oldest = transaction_at(rows, 0, 0);
        horizon->next = transaction_at(rows, 0, 1);
    }
    return outcome;
}

struct feed_position feed_position_at(const struct feed_horizon *horizon) {
    struct feed_position position = {.transaction = horizon->oldest - 1};
    memset(position.id.bytes, 0xff, sizeof position.id.bytes);
    return position;
}

int feed_position_compare(const struct feed_position *one, const struct feed_position *other) {
    if (one->transaction != other->transaction) {
        return one->transaction < other->transaction ? -1 : 1;
    }
    return memcmp(one->id.bytes, other->id.bytes, sizeof one->id.bytes);
}

enum outcome keep_streamed(struct db_connection *connection, int64_t account_id, int64_t for_us,
                           struct streaming_since *since) {
    int64_t now_us = time_now_us();
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_time(&params, now_us);
    params_time(&params, now_us + for_us);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "UPDATE accounts SET streamed_until = greatest(streamed_until, $3::timestamptz),"
                 " streamed_from = CASE WHEN streamed_until > $2::timestamptz THEN streamed_from"
                 " ELSE pg_current_xact_id() END WHERE account_id = $1"
                 " RETURNING streamed_from, streamed_from = pg_current_xact_id()",
                 params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (PQntuples(rows) == 0) {
        return OUTCOME_NOT_FOUND;
    }
    since->from = transaction_at(rows, 0, 0);
    since->began = *db_text(rows, 0, 1) == 't';
    return OUTCOME_OK;
}

enum outcome keep_all_streamed(struct db_connection *connection, const int64_t account_ids[],
                               size_t count, int64_t until_us) {
    CLEANUP(text_clear) struct text ids = {0};
    CLEANUP(params_clear) struct params params = {0};
    for (size_t i = 0; i < count; i++) {
        array_append_int(&ids, account_ids[i]);
    }
    params_array(&params, &ids);
    params_time(&params, until_us);
    return params_ready(&params)
               ? db_query(connection, NULL,
                          "UPDATE accounts SET streamed_until = greatest(streamed_until, $2)"
                          " WHERE account_id = ANY ($1::bigint[])",
                          params_from(&params, 0, params.count))
               : OUTCOME_UNAVAILABLE;
}

enum outcome await_transactions(struct db_connection *connection, int64_t limit_us) {
    struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
    int64_t end_us = time_monotonic_us() + limit_us;
    struct feed_horizon first;
    enum outcome outcome = load_feed_horizon(connection, &first);
    struct feed_horizon now = first;
    while (outcome == OUTCOME_OK && now.oldest < first.next && time_monotonic_us() < end_us) {
        nanosleep(&step, NULL);
        outcome = load_feed_horizon(connection, &now);
    }
    return outcome;
}

/* ---- many feeds at once ---- */

static const char look_sql[] =
    "SELECT " HORIZON ", more.found FROM unnest($1::bigint[], $2::xid8[], $3::uuid[])"
    " WITH ORDINALITY AS reader (account_id, transaction, id, number)"
    " LEFT JOIN LATERAL (SELECT 1 AS found FROM events"
    " WHERE events.account_id = reader.account_id"
    " AND (events.transaction, events.id) > (reader.transaction, reader.id)"
    " AND events.transaction < pg_snapshot_xmin(pg_current_snapshot())"
    " ORDER BY events.transaction, events.id LIMIT 1) AS more ON true ORDER BY reader.number";

static void params_readers(struct params *params, const struct feed_reader readers[],
                           size_t count) {
    CLEANUP(text_clear)
    struct text accounts = {0}, transactions = {0}, ids = {0};
    for (size_t i = 0; i < count; i++) {
        array_append_int(&accounts, readers[i].account_id);
        array_append_int(&transactions, (int64_t)readers[i].position.transaction);
        array_append_uuid(&ids, &readers[i].position.id);
    }
    params_array(params, &accounts);
    params_array(params, &transactions);
    params_array(params, &ids);
}

enum outcome look_into_feeds(struct db_connection *connection, struct feed_reader readers[],
                             size_t count, struct feed_horizon *horizon) {
    CLEANUP(params_clear) struct params params = {0};
    params_readers(&params, readers, count);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, look_sql, params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK || (size_t)PQntuples(rows) != count) {
        return outcome == OUTCOME_OK ? OUTCOME_FAILED : outcome;
    }
    for (size_t i = 0; i < count; i++) {
        readers[i].has_more = !db_null(rows, (int)i, 2);
    }
    horizon->oldest = transaction_at(rows, 0, 0);
    horizon->next = transaction_at(rows, 0, 1);
    return OUTCOME_OK;
}
