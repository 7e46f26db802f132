#include "store/metrics.h"

#include "base/cleanup.h"
#include "store/metrics_rows.h"
#include "store/metrics_sql.h"
#include "store/params.h"

_Static_assert(METRICS_GROUPS_MAX == 1000, "LARGEST_GROUPS says 1000");

/* $1 account, $2 survey, $3 dimension, $4 value, $5 first day, $6 last day: one range of the
 * primary key. */
#define ROLLUP_RANGE                                                                               \
    " FROM rollups WHERE account_id = $1 AND survey = $2 AND dimension = $3 AND value = $4 "       \
    "AND day BETWEEN $5::date AND $6::date"

static const char rollup_series[] = SERIES_OF_DAYS(
    "$7::text", "$5::date", "$6::date", "SELECT day, " SUM_COUNTERS ROLLUP_RANGE " GROUP BY day");

static const char rollup_total[] = "SELECT " SUM_COUNTERS ROLLUP_RANGE;

/* A range of rollups_by_day. */
static const char rollup_groups[] = LARGEST_GROUPS(
    "SELECT value, " SUM_COUNTERS " FROM rollups WHERE account_id = $1 AND survey = $2 AND "
    "dimension = $3 AND day BETWEEN $4::date AND $5::date AND ($6::text IS NULL OR value = $6) "
    "GROUP BY value");

/* The only dimension that is filtered, or DIMENSIONS when there is none or more than one. */
static enum dimension only_filter(const struct metrics_query *query, size_t *count) {
    enum dimension only = DIMENSIONS;
    *count = 0;
    for (enum dimension i = 0; i < DIMENSIONS; i++) {
        if (query->filters[i]) {
            only = i;
            ++*count;
        }
    }
    return *count == 1 ? only : DIMENSIONS;
}

static enum outcome load_rollup_total(struct db_connection *connection, const struct params *params,
                                      struct metrics *metrics) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, rollup_total, params_from(params, 0, params->count));
    if (outcome == OUTCOME_OK) {
        metrics_total_from_rows(rows, metrics);
    }
    return outcome;
}

static enum outcome load_rollup_series(struct db_connection *connection,
                                       const struct metrics_query *query,
                                       const struct metrics_window *window, enum dimension filter,
                                       struct metrics *metrics) {
    bool all = filter == DIMENSIONS;
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, query->account_id);
    params_text(&params, query->survey);
    params_text(&params, all ? "all" : dimension_name(filter));
    params_text(&params, all ? "" : query->filters[filter]);
    params_text(&params, window->first_day);
    params_text(&params, window->last_day);
    if (query->interval != METRICS_ALL) {
        params_text(&params, window->time_zone);
    }
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    if (query->interval == METRICS_ALL) {
        return load_rollup_total(connection, &params, metrics);
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, rollup_series, params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? metrics_series_from_rows(rows, metrics) : outcome;
}

static enum outcome load_rollup_groups(struct db_connection *connection,
                                       const struct metrics_query *query,
                                       const struct metrics_window *window,
                                       struct metrics *metrics) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, query->account_id);
    params_text(&params, query->survey);
    params_text(&params, dimension_name(query->by));
    params_text(&params, window->first_day);
    params_text(&params, window->last_day);
    params_text(&params, query->filters[query->by]);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, rollup_groups, params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? metrics_groups_from_rows(rows, metrics) : outcome;
}

/* The series, with its total; then the groups, if they are asked for. */
static enum outcome load_both(struct db_connection *connection, const struct metrics_query *query,
                              const struct metrics_window *window, struct metrics *metrics) {
    size_t filters;
    enum dimension filter = only_filter(query, &filters);
    bool sums_in_rollups = query->interval != METRICS_BY_HOUR && filters <= 1;
    enum outcome outcome = sums_in_rollups
                               ? load_rollup_series(connection, query, window, filter, metrics)
                               : load_fact_series(connection, query, window, metrics);
    if (outcome != OUTCOME_OK || !query->grouped) {
        return outcome;
    }
    bool groups_in_rollups = sums_in_rollups && (filters == 0 || filter == query->by);
    return groups_in_rollups ? load_rollup_groups(connection, query, window, metrics)
                             : load_fact_groups(connection, query, window, metrics);
}

enum outcome load_metrics(struct db_connection *connection, const struct metrics_query *query,
                          const struct metrics_window *window, struct metrics *metrics) {
    if (!query->grouped) {
        return load_both(connection, query, window, metrics);
    }
    /* Two statements must not see different answers. Groups are few: sorting their rows to find
     * them would take longer than all the rest. */
    enum outcome outcome = db_execute(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                                                  " SET LOCAL enable_sort = off");
    if (outcome == OUTCOME_OK) {
        outcome = load_both(connection, query, window, metrics);
        db_execute(connection, "COMMIT");
    }
    return outcome;
}
