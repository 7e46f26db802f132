#include <stdio.h>

#include "base/cleanup.h"
#include "store/local_time.h"
#include "store/metrics.h"

/* The account's zone, when the account has the survey. */
#define ZONE_OF_ACCOUNT                                                                            \
    " FROM (SELECT time_zone AS zone FROM accounts WHERE account_id = $1 AND EXISTS "              \
    "(SELECT FROM surveys WHERE account_id = $1 AND survey = $2)) account"

#define BEFORE(instant) "(" instant "::timestamptz - interval '1 microsecond')"

/* clang-format off */
/* Columns that window_from_row reads, but for the last. */
#define WINDOW_COLUMNS                                                                             \
    "zone, first_day, last_day, " DB_TIME("start") ", " UTC_OFFSET("zone", "start") ", "           \
    DB_TIME("finish") ", " UTC_OFFSET("zone", "finish")

static const char window_in_days[] =
    "WITH asked AS (SELECT zone, "
    "COALESCE($3::date, " LOCAL_DAY("zone", "$4::timestamptz") ") AS first_day, "
    "COALESCE($5::date, " LOCAL_DAY("zone", BEFORE("$6")) ") AS last_day" ZONE_OF_ACCOUNT "), "
    "days AS (SELECT zone, COALESCE(first_day, last_day - $7::int + 1) AS first_day, last_day "
    "FROM asked), "
    "bounds AS (SELECT *, " DAY_START("zone", "first_day") " AS start, "
    DAY_START("zone", "(last_day + 1)") " AS finish FROM days) "
    "SELECT " WINDOW_COLUMNS ", last_day - first_day + 1 FROM bounds";

static const char window_in_hours[] =
    "WITH asked AS (SELECT zone, "
    "COALESCE(" DAY_START("zone", "$3::date") ", $4::timestamptz) AS start, "
    "COALESCE(" DAY_START("zone", "($5::date + 1)") ", $6::timestamptz) AS finish"
    ZONE_OF_ACCOUNT "), "
    "hours AS (SELECT zone, start, "
    HOUR_START("zone", BEFORE("finish")) " + interval '1 hour' AS finish FROM asked), "
    "bounds AS (SELECT zone, COALESCE(" HOUR_START("zone", "start") ", "
    "finish - $7::int * interval '1 hour') AS start, finish FROM hours) "
    "SELECT " WINDOW_COLUMNS ", ceil(extract(epoch FROM finish - start) / 3600)::bigint "
    "FROM (SELECT *, " LOCAL_DAY("zone", "start") " AS first_day, "
    LOCAL_DAY("zone", BEFORE("finish")) " AS last_day FROM bounds) resolved";
/* clang-format on */

static void window_from_row(const PGresult *rows, struct metrics_window *window) {
    *window = (struct metrics_window){
        .from = {db_time(rows, 0, 3), db_int(rows, 0, 4)},
        .to = {db_time(rows, 0, 5), db_int(rows, 0, 6)},
        .points = db_int(rows, 0, 7),
    };
    snprintf(window->time_zone, sizeof window->time_zone, "%s", db_text(rows, 0, 0));
    snprintf(window->first_day, sizeof window->first_day, "%s", db_text(rows, 0, 1));
    snprintf(window->last_day, sizeof window->last_day, "%s", db_text(rows, 0, 2));
}

enum outcome load_metrics_window(struct db_connection *connection,
                                 const struct metrics_query *query, struct metrics_window *window) {
    bool in_hours = query->interval == METRICS_BY_HOUR;
    char account[24];
    char points[24];
    snprintf(account, sizeof account, "%lld", (long long)query->account_id);
    snprintf(points, sizeof points, "%d", in_hours ? METRICS_HOURS_DEFAULT : METRICS_DAYS_DEFAULT);

    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, in_hours ? window_in_hours : window_in_days,
                 DB_PARAMS(account, query->survey, query->from.date, query->from.instant,
                           query->to.date, query->to.instant, points));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (PQntuples(rows) == 0) {
        return OUTCOME_NOT_FOUND;
    }
    window_from_row(rows, window);
    return OUTCOME_OK;
}
