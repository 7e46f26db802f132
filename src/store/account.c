#include "store/account.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/contact_repeat.h"
#include "store/params.h"
#include "store/rollup_audit.h"

#define ID_TEXT_SIZE 24

static void account_from_row(const PGresult *rows, int row, struct account *account) {
    account->account_id = db_int(rows, row, 0);
    snprintf(account->name, sizeof account->name, "%s", db_text(rows, row, 1));
    snprintf(account->time_zone, sizeof account->time_zone, "%s", db_text(rows, row, 2));
    account->fatigue_days = (int)db_int(rows, row, 3);
    account->repeat_days = (int)db_int(rows, row, 4);
}

static enum outcome check_time_zone(struct db_connection *connection, const char *time_zone) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, "SELECT FROM pg_timezone_names WHERE name = $1 LIMIT 1",
                 DB_PARAMS(time_zone));
    if (outcome == OUTCOME_OK && PQntuples(rows) == 0) {
        return OUTCOME_REJECTED;
    }
    return outcome;
}

enum outcome store_account(struct db_connection *connection, struct account *account) {
    enum outcome outcome = check_time_zone(connection, account->time_zone);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    char now[TIME_TEXT_SIZE];
    time_format(time_now_us(), now);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    do {
        outcome = db_query(connection, &rows,
                           "WITH made AS (INSERT INTO accounts"
                           " (account_id, name, time_zone, created_at)"
                           " SELECT coalesce(max(account_id), 0) + 1, $1, $2, $3 FROM accounts"
                           " RETURNING account_id)"
                           " INSERT INTO surveys (account_id, survey, created_at, updated_at)"
                           " SELECT account_id, 'understood', $3, $3 FROM made"
                           " RETURNING account_id",
                           DB_PARAMS(account->name, account->time_zone, now));
    } while (outcome == OUTCOME_CONFLICT); /* somebody else took that id */
    if (outcome == OUTCOME_OK) {
        account->account_id = db_int(rows, 0, 0);
    }
    return outcome;
}

enum outcome list_accounts(struct db_connection *connection,
                           void (*each)(const struct account *account)) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT account_id, name, time_zone, fatigue_days, repeat_days"
                                    " FROM accounts ORDER BY account_id",
                                    DB_NO_PARAMS);
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(rows); row++) {
        struct account account;
        account_from_row(rows, row, &account);
        each(&account);
    }
    return outcome;
}

enum outcome account_ids_from_rows(const PGresult *rows, int64_t **ids, size_t *count) {
    size_t found = (size_t)PQntuples(rows);
    int64_t *list = calloc(found + 1, sizeof *list);
    if (!list) {
        return OUTCOME_FAILED;
    }
    for (size_t i = 0; i < found; i++) {
        list[i] = db_int(rows, (int)i, 0);
    }
    *ids = list;
    *count = found;
    return OUTCOME_OK;
}

enum outcome load_account_ids(struct db_connection *connection, int64_t account_id, int64_t **ids,
                              size_t *count) {
    char id[ID_TEXT_SIZE];
    snprintf(id, sizeof id, "%" PRId64, account_id);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT account_id FROM accounts WHERE $1::bigint IN (0, "
                                    "account_id) ORDER BY account_id",
                                    DB_PARAMS(id));
    return outcome == OUTCOME_OK ? account_ids_from_rows(rows, ids, count) : outcome;
}

static enum outcome update_account(struct db_connection *connection, int64_t account_id,
                                   const struct account_change *change) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_text(&params, change->name);
    params_text(&params, change->time_zone);
    params_int_unless(&params, change->fatigue_days, DAYS_STAY);
    params_int_unless(&params, change->repeat_days, DAYS_STAY);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "UPDATE accounts SET name = coalesce($2, name),"
                                    " time_zone = coalesce($3, time_zone),"
                                    " fatigue_days = coalesce($4, fatigue_days),"
                                    " repeat_days = coalesce($5, repeat_days)"
                                    " WHERE account_id = $1",
                                    params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK && db_affected(rows) == 0) {
        return OUTCOME_NOT_FOUND;
    }
    return outcome;
}

/* The days of every answer move with the zone, the marks of contacts with the days: counted again
 * before anybody else counts. */
static enum outcome move_account(struct db_connection *connection, int64_t account_id,
                                 const struct account_change *change) {
    enum outcome outcome = db_execute(connection, ROLLUP_REBUILD_BEGIN);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    outcome = update_account(connection, account_id, change);
    if (outcome == OUTCOME_OK && change->repeat_days != DAYS_STAY) {
        outcome = mark_all_repeats(connection, account_id);
    }
    if (outcome == OUTCOME_OK) {
        outcome = rollups_rewrite(connection, account_id);
    }
    enum outcome end = db_execute(connection, outcome == OUTCOME_OK ? "COMMIT" : "ROLLBACK");
    return outcome == OUTCOME_OK ? end : outcome;
}

enum outcome change_account(struct db_connection *connection, int64_t account_id,
                            const struct account_change *change) {
    if (!change->time_zone && change->repeat_days == DAYS_STAY) {
        return update_account(connection, account_id, change);
    }
    enum outcome outcome =
        change->time_zone ? check_time_zone(connection, change->time_zone) : OUTCOME_OK;
    return outcome == OUTCOME_OK ? move_account(connection, account_id, change) : outcome;
}
