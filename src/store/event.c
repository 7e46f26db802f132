#include "store/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "store/binary_array.h"

#define EVENT_PARAMS 5
#define XID_SIZE     24

_Static_assert(EVENTS_STREAMED == 391, "as EVENTS_STREAMED_TEXT");

/* clang-format off */
#define EVENTS "unnest($1::bigint[], $2::uuid[], $3::smallint[], $4::uuid[], $5::timestamptz[])" \
    " AS new (account_id, id, type, object_id, occurred_at)"
/* clang-format on */

static const char insert_sql[] =
    "INSERT INTO events (" EVENT_COLUMNS ") SELECT " EVENT_COLUMNS " FROM " EVENTS;

static const char insert_wanted_sql[] =
    "INSERT INTO events (" EVENT_COLUMNS ")"
    " SELECT new.account_id, new.id, new.type, new.object_id, new.occurred_at FROM " EVENTS
    " JOIN accounts ON accounts.account_id = new.account_id"
    " WHERE (" WANTED_EVENTS " >> new.type) & 1 = 1";

/* The columns of events, as arrays. */
struct columns {
    struct binary_array accounts;
    struct binary_array ids;
    struct binary_array types;
    struct binary_array objects;
    struct binary_array times;
};

static void columns_clear(struct columns *columns) {
    binary_array_clear(&columns->accounts);
    binary_array_clear(&columns->ids);
    binary_array_clear(&columns->types);
    binary_array_clear(&columns->objects);
    binary_array_clear(&columns->times);
}

static void params_events(struct params *params, const struct event events[], size_t count) {
    CLEANUP(columns_clear) struct columns columns = {.accounts = {.count = 0}};
    for (size_t i = 0; i < count; i++) {
        binary_array_append_bigint(&columns.accounts, events[i].account_id);
        binary_array_append_uuid(&columns.ids, &events[i].id);
        binary_array_append_smallint(&columns.types, (int)events[i].type);
        binary_array_append_uuid(&columns.objects, &events[i].object_id);
        binary_array_append_time(&columns.times, events[i].occurred_at_us);
    }
    params_binary_array(params, ELEMENT_BIGINT, &columns.accounts);
    params_binary_array(params, ELEMENT_UUID, &columns.ids);
    params_binary_array(params, ELEMENT_SMALLINT, &columns.types);
    params_binary_array(params, ELEMENT_UUID, &columns.objects);
    params_binary_array(params, ELEMENT_TIMESTAMPTZ, &columns.times);
}

enum outcome store_events(struct db_connection *connection, struct event events[], size_t count) {
    static const struct uuid none;
    for (size_t i = 0; i < count; i++) {
        if (memcmp(&events[i].id, &none, sizeof none) == 0) {
            events[i].id = uuid_new();
        }
    }
    if (count == 0) {
        return OUTCOME_OK;
    }
    CLEANUP(params_clear) struct params params = {0};
    params_events(&params, events, count);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows, insert_wanted_sql, params_from(&params, 0, EVENT_PARAMS));
}

enum outcome send_events(struct db_connection *connection, const struct event events[],
                         size_t count, struct params *params) {
    size_t first = params->count;
    params_events(params, events, count);
    if (!params_ready(params)) {
        return OUTCOME_UNAVAILABLE;
    }
    return db_pipeline_send(connection, insert_sql, params_from(params, first, EVENT_PARAMS));
}

/* ---- the feed ---- */

void feed_page_clear(struct feed_page *page) {
    free(page->entries);
    *page = (struct feed_page){0};
}

static bool position_from_row(const PGresult *rows, int row, int column,
                              struct feed_position *position) {
    position->transaction = strtoull(PQgetvalue(rows, row, column), NULL, 10);
    return uuid_parse(PQgetvalue(rows, row, column + 1), &position->id);
}

enum outcome load_feed_end(struct db_connection *connection, int64_t account_id,
                           struct feed_position *position) {
    char account[XID_SIZE];
    snprintf(account, sizeof account, "%" PRId64, account_id);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT transaction, id FROM events WHERE account_id = $1"
                                    " AND transaction < pg_snapshot_xmin(pg_current_snapshot())"
                                    " ORDER BY transaction DESC, id DESC LIMIT 1",
                                    DB_PARAMS(account));
    struct feed_position end = {.transaction = 0};
    if (outcome == OUTCOME_OK && PQntuples(rows) > 0 && !position_from_row(rows, 0, 0, &end)) {
        return OUTCOME_FAILED;
    }
    if (outcome == OUTCOME_OK) {
        *position = end;
    }
    return outcome;
}

static bool entry_from_row(const PGresult *rows, int row, int64_t account_id,
                           struct feed_entry *entry) {
    *entry = (struct feed_entry){
        .event = {.account_id = account_id,
                  .type = (enum event_type)db_int(rows, row, 2),
                  .occurred_at_us = db_time(rows, row, 4)},
    };
    if (!position_from_row(rows, row, 0, &entry->position) ||
        !uuid_parse(PQgetvalue(rows, row, 3), &entry->event.object_id)) {
        return false;
    }
    entry->event.id = entry->position.id;
    return (unsigned)entry->event.type < EVENT_TYPES;
}

static enum outcome page_from_rows(const PGresult *rows, int64_t account_id,
                                   struct feed_page *page) {
    size_t count = (size_t)PQntuples(rows);
    if (count == 0) {
        return OUTCOME_OK;
    }
    page->entries = calloc(count, sizeof *page->entries);
    if (!page->entries) {
        return OUTCOME_UNAVAILABLE;
    }
    for (size_t i = 0; i < count; i++) {
        if (!entry_from_row(rows, (int)i, account_id, &page->entries[page->count++])) {
            log_error("an event in the database is none that this version knows");
            return OUTCOME_FAILED;
        }
    }
    return OUTCOME_OK;
}

enum outcome load_feed(struct db_connection *connection, int64_t account_id,
                       const struct feed_position *position, size_t limit, struct feed_page *page) {
    char account[XID_SIZE], transaction[XID_SIZE], id[UUID_TEXT_SIZE], most[XID_SIZE];
    snprintf(account, sizeof account, "%" PRId64, account_id);
    snprintf(transaction, sizeof transaction, "%" PRIu64, position->transaction);
    uuid_format(&position->id, id);
    snprintf(most, sizeof most, "%zu", limit);
    *page = (struct feed_page){0};
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT transaction, id, type, object_id, " DB_TIME(
                     "occurred_at") " FROM events WHERE account_id = $1"
                                    " AND (transaction, id) > ($2::xid8, $3::uuid)"
                                    " AND transaction < pg_snapshot_xmin(pg_current_snapshot())"
                                    " ORDER BY transaction, id LIMIT $4",
                 DB_PARAMS(account, transaction, id, most));
    return outcome == OUTCOME_OK ? page_from_rows(rows, account_id, page) : outcome;
}
