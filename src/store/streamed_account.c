#include "store/streamed_account.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/array_param.h"

#define STEP_MS 5

/* clang-format off */
/* $2: now, $3: until when. streamed_from stays, unless for a while nothing was written down, or the
 * database was restored: then transactions are numbered anew. */
#define KEEP_STREAMED                                                                              \
    "UPDATE accounts SET streamed_until = greatest(streamed_until, $3::timestamptz),"              \
    " streamed_from = CASE WHEN streamed_until > $2::timestamptz"                                  \
    " AND streamed_from <= pg_current_xact_id() THEN streamed_from"                                \
    " ELSE pg_current_xact_id() END"
/* clang-format on */

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
                           uint64_t *from) {
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
        db_query(connection, &rows, KEEP_STREAMED " WHERE account_id = $1 RETURNING streamed_from",
                 params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (PQntuples(rows) == 0) {
        return OUTCOME_NOT_FOUND;
    }
    *from = transaction_at(rows, 0, 0);
    return OUTCOME_OK;
}

/* An account that is gone has no row, and stays as it is. */
static void froms_from_rows(const PGresult *rows, struct streamed_feed feeds[], size_t count) {
    for (int row = 0; row < PQntuples(rows); row++) {
        size_t position = (size_t)db_int(rows, row, 0);
        if (position > 0 && position <= count) {
            feeds[position - 1].from = transaction_at(rows, row, 1);
        }
    }
}

enum outcome keep_all_streamed(struct db_connection *connection, struct streamed_feed feeds[],
                               size_t count, int64_t for_us) {
    int64_t now_us = time_now_us();
    CLEANUP(text_clear) struct text ids = {0};
    CLEANUP(params_clear) struct params params = {0};
    for (size_t i = 0; i < count; i++) {
        array_append_int(&ids, feeds[i].account_id);
    }
    params_array(&params, &ids);
    params_time(&params, now_us);
    params_time(&params, now_us + for_us);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 KEEP_STREAMED " FROM unnest($1::bigint[]) WITH ORDINALITY AS kept (id, position)"
                               " WHERE accounts.account_id = kept.id"
                               " RETURNING kept.position, accounts.streamed_from",
                 params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        froms_from_rows(rows, feeds, count);
    }
    return outcome;
}

/* The database's clock. */
static enum outcome load_now(struct db_connection *connection, int64_t *now_us) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, "SELECT " DB_TIME("clock_timestamp()"), DB_NO_PARAMS);
    if (outcome == OUTCOME_OK) {
        *now_us = db_time(rows, 0, 0);
    }
    return outcome;
}

/* By when they began, not by their numbers: they have none before they write. */
static enum outcome count_transactions(struct db_connection *connection, int64_t from_us,
                                       int64_t to_us, int64_t *count) {
    CLEANUP(params_clear) struct params params = {0};
    params_time(&params, from_us);
    params_time(&params, to_us);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT count(*) FROM pg_stat_activity"
                                    " WHERE datname = current_database()"
                                    " AND pid <> pg_backend_pid()"
                                    " AND xact_start BETWEEN $1::timestamptz AND $2::timestamptz",
                                    params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        *count = db_int(rows, 0, 0);
    }
    return outcome;
}

enum outcome await_transactions(struct db_connection *connection, int64_t limit_us) {
    struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
    int64_t end_us = time_monotonic_us() + limit_us;
    int64_t began_us = 0;
    int64_t count = 1;
    enum outcome outcome = load_now(connection, &began_us);
    while (outcome == OUTCOME_OK && count > 0 && time_monotonic_us() < end_us) {
        outcome = count_transactions(connection, began_us - limit_us, began_us, &count);
        if (count > 0) {
            nanosleep(&step, NULL);
        }
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
