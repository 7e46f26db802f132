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
#define LOCAL_INSTANT(column) DB_TIME(column) ", " UTC_OFFSET("zone", column)

/* Columns that window_from_row reads. */
#define WINDOW_COLUMNS                                                                             \
    "zone, points, first_day, last_day, " LOCAL_INSTANT("start") ", " LOCAL_INSTANT("finish") ", " \
    "before_first, before_last, " LOCAL_INSTANT("before_start") ", "                               \
    "EXISTS (SELECT FROM choice_rollups WHERE account_id = $1 AND survey = $2), "                  \
    "recent_day, " DB_TIME(DAY_START("zone", "recent_day"))

/* The first local day whose contacts may still repeat: all before it were solved earlier than that many times 24 hours ago. */
#define RECENT                                                                                     \
    " CROSS JOIN LATERAL (SELECT " LOCAL_DAY("zone", "now() - repeat_days * interval '24 hours'")  \
    " AS recent_day FROM accounts WHERE account_id = $1) recent"

/* Each step materialized: put into one another their expressions would be worked out over and over. In units of days, weeks or months ($8): what was touched of them, whole. */
static const char window_in_days[] =
    "WITH asked AS (SELECT zone, ('1 ' || $8)::interval AS unit, "
    "COALESCE($3::date, " LOCAL_DAY("zone", "$4::timestamptz") ") AS first_day, "
    "COALESCE($5::date, " LOCAL_DAY("zone", BEFORE("$6")) ") AS last_day" ZONE_OF_ACCOUNT "), "
    "whole AS MATERIALIZED (SELECT zone, unit, first_day > last_day AS backwards, "
    "date_trunc($8, COALESCE(first_day::timestamp, last_day - ($7::int - 1) * unit))::date "
    "AS first_day, (date_trunc($8, last_day::timestamp) + unit)::date - 1 AS last_day FROM asked), "
    "counted AS (SELECT *, CASE WHEN backwards THEN 0 WHEN $8 = 'week' "
    "THEN (last_day - first_day + 1) / 7 WHEN $8 = 'month' "
    "THEN 12 * (extract(year FROM last_day) - extract(year FROM first_day))::int "
    "+ (extract(month FROM last_day) - extract(month FROM first_day))::int + 1 "
    "ELSE last_day - first_day + 1 END AS points FROM whole), "
    "days AS MATERIALIZED (SELECT *, (first_day - points * unit)::date AS before_first, "
    "first_day - 1 AS before_last FROM counted), "
    "bounds AS MATERIALIZED (SELECT *, " DAY_START("zone", "first_day") " AS start, "
    DAY_START("zone", "(last_day + 1)") " AS finish, "
    DAY_START("zone", "before_first") " AS before_start FROM days) "
    "SELECT " WINDOW_COLUMNS " FROM bounds" RECENT;

static const char window_in_hours[] =
    "WITH asked AS (SELECT zone, "
    "COALESCE(" DAY_START("zone", "$3::date") ", $4::timestamptz) AS start, "
    "COALESCE(" DAY_START("zone", "($5::date + 1)") ", $6::timestamptz) AS finish"
    ZONE_OF_ACCOUNT "), "
    "hours AS (SELECT zone, start, "
    HOUR_START("zone", BEFORE("finish")) " + interval '1 hour' AS finish FROM asked), "
    "bounds AS MATERIALIZED (SELECT zone, COALESCE(" HOUR_START("zone", "start") ", "
    "finish - $7::int * interval '1 hour') AS start, finish FROM hours), "
    "resolved AS MATERIALIZED (SELECT *, start - (finish - start) AS before_start FROM bounds) "
    "SELECT " WINDOW_COLUMNS " FROM (SELECT *, "
    "ceil(extract(epoch FROM finish - start) / 3600)::bigint AS points, "
    LOCAL_DAY("zone", "start") " AS first_day, "
    LOCAL_DAY("zone", BEFORE("finish")) " AS last_day, "
    LOCAL_DAY("zone", "before_start") " AS before_first, "
    LOCAL_DAY("zone", BEFORE("start")) " AS before_last FROM resolved) named" RECENT;
/* clang-format on */

/* The names are those of PostgreSQL's date_trunc. */
static const struct {
    const char *unit;
    int points;
} defaults[] = {
    [METRICS_BY_DAY] = {"day", METRICS_DAYS_DEFAULT},
    [METRICS_BY_HOUR] = {NULL, METRICS_HOURS_DEFAULT},
    [METRICS_ALL] = {"day", METRICS_DAYS_DEFAULT},
    [METRICS_BY_WEEK] = {"week", METRICS_WEEKS_DEFAULT},
    [METRICS_BY_MONTH] = {"month", METRICS_MONTHS_DEFAULT},
};

static void window_from_row(const PGresult *rows, struct metrics_window *window) {
    struct local_instant start = {db_time(rows, 0, 4), db_int(rows, 0, 5)};
    *window = (struct metrics_window){
        .points = db_int(rows, 0, 1),
        .asked = {.from = start, .to = {db_time(rows, 0, 6), db_int(rows, 0, 7)}},
        .before = {.from = {db_time(rows, 0, 10), db_int(rows, 0, 11)}, .to = start},
        .has_choices = *db_text(rows, 0, 12) == 't',
        .recent_us = db_time(rows, 0, 14),
    };
    snprintf(window->time_zone, sizeof window->time_zone, "%s", db_text(rows, 0, 0));
    struct metrics_span *asked = &window->asked;
    struct metrics_span *before = &window->before;
    snprintf(asked->first_day, sizeof asked->first_day, "%s", db_text(rows, 0, 2));
    snprintf(asked->last_day, sizeof asked->last_day, "%s", db_text(rows, 0, 3));
    snprintf(before->first_day, sizeof before->first_day, "%s", db_text(rows, 0, 8));
    snprintf(before->last_day, sizeof before->last_day, "%s", db_text(rows, 0, 9));
    snprintf(window->recent_day, sizeof window->recent_day, "%s", db_text(rows, 0, 13));
}

enum outcome load_metrics_window(struct db_connection *connection,
                                 const struct metrics_query *query, struct metrics_window *window) {
    bool in_hours = query->interval == METRICS_BY_HOUR;
    char account[24];
    char points[24];
    snprintf(account, sizeof account, "%lld", (long long)query->account_id);
    snprintf(points, sizeof points, "%d", defaults[query->interval].points);
    struct db_params params =
        DB_PARAMS(account, query->survey, query->from.date, query->from.instant, query->to.date,
                  query->to.instant, points, defaults[query->interval].unit);
    params.count -= in_hours;

    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, in_hours ? window_in_hours : window_in_days, params);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (PQntuples(rows) == 0) {
        return OUTCOME_NOT_FOUND;
    }
    window_from_row(rows, window);
    return OUTCOME_OK;
}
