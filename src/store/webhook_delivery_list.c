#include "store/webhook_delivery_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "store/listing.h"
#include "store/params.h"

/* The columns delivery_from_row reads, in its order. */
/* clang-format off */
#define COLUMNS                                                                                    \
    "account_id, webhook_id, event_id, type, object_id, " DB_TIME("occurred_at") ", "              \
    DB_TIME("due_at") ", attempts, outcome, " DB_TIME("ended_at") ", attempt_log"
/* clang-format on */
#define REPLAY_MAX_TEXT "10000"

_Static_assert(REPLAY_MAX == 10000, "as REPLAY_MAX_TEXT");

/* Sent as if for the first time; its log goes on. Whoever sends it at this moment may still mark
 * it. */
#define BEGIN_ANEW "due_at = now(), attempts = 0, outcome = NULL, ended_at = NULL"

void outgoing_delivery_clear(struct outgoing_delivery *delivery) {
    free(delivery->outcome);
    json_decref(delivery->attempt_log);
    *delivery = (struct outgoing_delivery){.due_at_us = TIME_NONE};
}

static enum outcome delivery_from_row(const PGresult *rows, int row,
                                      struct outgoing_delivery *delivery) {
    const char *outcome = db_text(rows, row, 8);
    const char *log = db_text(rows, row, 10);
    *delivery = (struct outgoing_delivery){
        .event = {.account_id = db_int(rows, row, 0),
                  .type = (enum event_type)db_int(rows, row, 3),
                  .occurred_at_us = db_time(rows, row, 5)},
        .due_at_us = db_time(rows, row, 6),
        .attempts = (int)db_int(rows, row, 7),
        .outcome = outcome ? strdup(outcome) : NULL,
        .ended_at_us = db_time(rows, row, 9),
        .attempt_log = log ? json_loads(log, 0, NULL) : json_array(),
    };
    if ((outcome && !delivery->outcome) || !delivery->attempt_log ||
        (unsigned)delivery->event.type >= EVENT_TYPES ||
        !uuid_parse(db_text(rows, row, 1), &delivery->webhook_id) ||
        !uuid_parse(db_text(rows, row, 2), &delivery->event.id) ||
        !uuid_parse(db_text(rows, row, 4), &delivery->event.object_id)) {
        log_error("could not read a row of webhook_deliveries");
        outgoing_delivery_clear(delivery);
        return OUTCOME_FAILED;
    }
    return OUTCOME_OK;
}

/* ---- reading ---- */

void outgoing_list_clear(struct outgoing_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        outgoing_delivery_clear(&list->deliveries[i]);
    }
    free(list->deliveries);
    *list = (struct outgoing_list){0};
}

static void compare_outcome(struct listing *listing, const char *outcome) {
    if (outcome && strcmp(outcome, "pending") == 0) {
        text_append(&listing->sql, " AND outcome IS NULL");
    } else {
        listing_compare_text(listing, " AND outcome = ", outcome);
    }
}

static enum outcome query_below(struct db_connection *connection,
                                const struct outgoing_filter *filter, size_t limit,
                                PGresult **rows) {
    CLEANUP(listing_clear) struct listing listing = {.sql = {0}};
    params_int(&listing.params, filter->account_id);
    params_uuid(&listing.params, &filter->webhook_id);
    text_append(&listing.sql, "SELECT " COLUMNS " FROM webhook_deliveries"
                              " WHERE account_id = $1 AND webhook_id = $2");
    compare_outcome(&listing, filter->outcome);
    if (filter->type != EVENT_TYPES) {
        params_int(&listing.params, filter->type);
        listing_compare(&listing, " AND type = ");
    }
    if (filter->below) {
        params_uuid(&listing.params, filter->below);
        listing_compare(&listing, " AND event_id < ");
    }
    return listing_query(&listing, connection, "event_id DESC", limit, rows);
}

enum outcome list_outgoing_below(struct db_connection *connection,
                                 const struct outgoing_filter *filter, size_t limit,
                                 struct outgoing_list *list) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_below(connection, filter, limit, &rows);
    size_t count = outcome == OUTCOME_OK ? (size_t)PQntuples(rows) : 0;
    list->deliveries = calloc(count + 1, sizeof *list->deliveries);
    outcome = outcome == OUTCOME_OK && !list->deliveries ? OUTCOME_FAILED : outcome;
    while (outcome == OUTCOME_OK && list->count < count) {
        outcome = delivery_from_row(rows, (int)list->count, &list->deliveries[list->count]);
        list->count += outcome == OUTCOME_OK;
    }
    return outcome;
}

static bool name_delivery(struct params *params, int64_t account_id, const struct uuid *webhook_id,
                          const struct uuid *id) {
    params_int(params, account_id);
    params_uuid(params, webhook_id);
    params_uuid(params, id);
    return params_ready(params);
}

enum outcome load_outgoing(struct db_connection *connection, int64_t account_id,
                           const struct uuid *webhook_id, const struct uuid *id,
                           struct outgoing_delivery *delivery) {
    CLEANUP(params_clear) struct params params = {0};
    if (!name_delivery(&params, account_id, webhook_id, id)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT " COLUMNS " FROM webhook_deliveries"
                                    " WHERE account_id = $1 AND webhook_id = $2 AND event_id = $3",
                                    params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    return PQntuples(rows) == 0 ? OUTCOME_NOT_FOUND : delivery_from_row(rows, 0, delivery);
}

/* ---- sending again ---- */

enum outcome replay_outgoing(struct db_connection *connection, int64_t account_id,
                             const struct uuid *webhook_id, const struct uuid *id) {
    CLEANUP(params_clear) struct params params = {0};
    if (!name_delivery(&params, account_id, webhook_id, id)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "UPDATE webhook_deliveries SET " BEGIN_ANEW
                                    " WHERE account_id = $1 AND webhook_id = $2 AND event_id = $3",
                                    params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK && db_affected(rows) == 0 ? OUTCOME_NOT_FOUND : outcome;
}

/* Of one more than there may be, which says where to go on. */
#define FOUND                                                                                      \
    " FROM (SELECT * FROM found ORDER BY occurred_at, id LIMIT " REPLAY_MAX_TEXT ") AS first"
#define RESULT                                                                                     \
    " SELECT (SELECT count(*) FROM replayed), " DB_TIME(                                           \
        "(SELECT occurred_at FROM found ORDER BY occurred_at, id OFFSET " REPLAY_MAX_TEXT ")")

static const char replay_events_sql[] =
    "WITH found AS MATERIALIZED (SELECT id, type, object_id, occurred_at FROM events"
    " WHERE account_id = $1 AND occurred_at >= $3 AND occurred_at < $4"
    " AND ($5::int >> type) & 1 = 1 ORDER BY occurred_at, id LIMIT " REPLAY_MAX_TEXT " + 1),"
    " replayed AS (INSERT INTO webhook_deliveries AS kept (account_id, webhook_id, event_id, type,"
    " object_id, occurred_at, due_at)"
    " SELECT $1::bigint, $2::uuid, id, type, object_id, occurred_at, now()" FOUND
    " ON CONFLICT (account_id, webhook_id, event_id) DO UPDATE SET " BEGIN_ANEW
    " RETURNING event_id)" RESULT;

static const char replay_failed_sql[] =
    "WITH found AS MATERIALIZED (SELECT event_id AS id, occurred_at FROM webhook_deliveries"
    " WHERE account_id = $1 AND webhook_id = $2 AND outcome = 'failed'"
    " AND occurred_at >= $3 AND occurred_at < $4 AND ($5::int >> type) & 1 = 1"
    " ORDER BY occurred_at, event_id LIMIT " REPLAY_MAX_TEXT " + 1),"
    " replayed AS (UPDATE webhook_deliveries SET " BEGIN_ANEW " WHERE account_id = $1"
    " AND webhook_id = $2 AND event_id IN (SELECT id" FOUND ") RETURNING event_id)" RESULT;

static enum outcome replay(struct db_connection *connection, const char *sql,
                           const struct replay_order *order, struct replay_result *result) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, order->account_id);
    params_uuid(&params, &order->webhook_id);
    params_time(&params, order->from_us);
    params_time(&params, order->to_us);
    params_int(&params, order->event_mask);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows, sql, params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        *result = (struct replay_result){db_int(rows, 0, 0), db_time(rows, 0, 1)};
    }
    return outcome;
}

enum outcome replay_events(struct db_connection *connection, const struct replay_order *order,
                           struct replay_result *result) {
    return replay(connection, replay_events_sql, order, result);
}

enum outcome replay_failed(struct db_connection *connection, const struct replay_order *order,
                           struct replay_result *result) {
    return replay(connection, replay_failed_sql, order, result);
}

/* ---- a webhook that is gone ---- */

enum outcome empty_outgoing(struct db_connection *connection, int64_t account_id,
                            const struct uuid *webhook_id, int limit, int64_t *removed) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_uuid(&params, webhook_id);
    params_int(&params, limit);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "DELETE FROM webhook_deliveries WHERE account_id = $1 AND webhook_id = $2"
                 " AND event_id IN (SELECT event_id FROM webhook_deliveries"
                 " WHERE account_id = $1 AND webhook_id = $2 LIMIT $3)",
                 params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        *removed = db_affected(rows);
    }
    return outcome;
}
