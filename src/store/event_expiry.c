/* Events that are old, and events that were restored. */
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "store/event.h"

#define NUMBER_SIZE 24

/* From the beginning of the feed on, so that no index by time is needed. */
enum outcome remove_events(struct db_connection *connection, int64_t account_id, int64_t before_us,
                           int limit, int64_t *removed) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_time(&params, before_us);
    params_int(&params, limit);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "DELETE FROM events WHERE account_id = $1 AND occurred_at < $2::timestamptz"
                 " AND (transaction, id) IN (SELECT transaction, id FROM events"
                 " WHERE account_id = $1 ORDER BY transaction, id LIMIT $3)",
                 params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        *removed = db_affected(rows);
    }
    return outcome;
}

/* ---- restored ones ---- */

#define IN_FUTURE(table) table ".transaction >= pg_snapshot_xmax(pg_current_snapshot())"

/* The new number of what lies in the future: one more than there are positions before it. It is
 * smaller than that of any transaction which a database that holds our tables may still begin. */
#define PLACE_AMONG_POSITIONS(table)                                                               \
    "(SELECT 1 + count(DISTINCT (earlier.transaction, earlier.id)) FROM event_positions AS "       \
    "earlier"                                                                                      \
    " WHERE earlier.account_id = $1 AND " IN_FUTURE(                                               \
        "earlier") " AND (earlier.transaction, earlier.id) < (" table ".transaction, " table       \
                   ".id))::text::xid8"

static const char move_events[] = "UPDATE events SET transaction = " PLACE_AMONG_POSITIONS(
    "events") " WHERE account_id = $1 AND (transaction, id) IN (SELECT transaction, id FROM events"
              " WHERE account_id = $1 AND " IN_FUTURE(
                  "events") " ORDER BY transaction, id LIMIT $2)";

static const char move_positions[] =
    "UPDATE event_positions SET transaction = " PLACE_AMONG_POSITIONS(
        "event_positions") ", id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'"
                           " WHERE account_id = $1 AND " IN_FUTURE("event_positions");

enum outcome recover_feed(struct db_connection *connection, int64_t account_id, int limit,
                          int64_t *moved) {
    char account[NUMBER_SIZE];
    char most[NUMBER_SIZE];
    snprintf(account, sizeof account, "%" PRId64, account_id);
    snprintf(most, sizeof most, "%d", limit);
    CLEANUP(db_rows_free) PGresult *events = NULL;
    CLEANUP(db_rows_free) PGresult *positions = NULL;
    enum outcome outcome = db_query(connection, &events, move_events, DB_PARAMS(account, most));
    if (outcome == OUTCOME_OK && db_affected(events) == 0) {
        outcome = db_query(connection, &positions, move_positions, DB_PARAMS(account));
    }
    if (outcome == OUTCOME_OK) {
        *moved = db_affected(events);
    }
    return outcome;
}
