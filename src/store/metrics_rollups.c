/* Days, weeks, months and all, filtered by one dimension at most: sums of rollups. */
#include "base/cleanup.h"
#include "store/metrics_reading.h"
#include "store/metrics_sql.h"

/* clang-format off */
#define SUM_LATER_LEFT_OUT(name, recent)                                                           \
    ", sum(" #name ") FILTER (WHERE day < " recent ")::bigint AS " #name

/* TOLD_COLUMNS, recent being the first day that is. */
#define SUM_TOLD(recent)                                                                           \
    COUNTER_SUM(n, ) EACH_ANSWER_COUNTER(COUNTER_SUM_NEXT, )                                       \
    EACH_INVITATION_COUNTER(COUNTER_SUM_NEXT, )                                                    \
    COUNTER_SUM_NEXT(contacts, ) COUNTER_SUM_NEXT(with_customer, )                                 \
    SUM_LATER_LEFT_OUT(repeated, recent) SUM_LATER_LEFT_OUT(repeated_same_reason, recent)          \
    COUNTER_SUM_NEXT(reassigned, ) EACH_VERDICT_COUNTER(COUNTER_SUM_NEXT, )                        \
    ", sum(with_customer) FILTER (WHERE day >= " recent ")::bigint AS pending"

#define ROLLUP_SERIES(points, key)                                                                 \
    SERIES_OF(points("$5::date", "$6::date"), "$8::text",                                          \
              "SELECT " key " AS day, " SUM_TOLD("$7::date")                                       \
              " FROM rollups" ROLLUP_RANGE(OF_SURVEY_AND_CONTACTS) " GROUP BY 1")

static const char rollup_days[] = ROLLUP_SERIES(EACH_DAY, "day");
static const char rollup_weeks[] = ROLLUP_SERIES(EACH_WEEK, WEEK_OF("day"));
static const char rollup_months[] = ROLLUP_SERIES(EACH_MONTH, MONTH_OF("day"));

static const char rollup_total[] =
    "SELECT " SUM_TOLD("$7::date") " FROM rollups" ROLLUP_RANGE(OF_SURVEY_AND_CONTACTS);

#define EACH_VALUE                                                                                 \
    "SELECT value, " SUM_TOLD("$7::date")                                                          \
    " FROM rollups" ROLLUP_GROUP_RANGE(OF_SURVEY_AND_CONTACTS) " GROUP BY value"

static const char rollup_groups[] = LARGEST_GROUPS(EACH_VALUE);
static const char rollup_named_groups[] = NAMED_GROUPS(EACH_VALUE, "$8");
/* clang-format on */

void narrow_rollups(const struct metrics_reading *reading, const struct metrics_span *span,
                    struct params *params) {
    const struct metrics_query *query = reading->query;
    bool all = reading->filter == DIMENSIONS;
    params_int(params, query->account_id);
    params_text(params, query->survey);
    params_text(params, all ? "all" : dimension_name(reading->filter));
    params_text(params, all ? "" : query->filters[reading->filter]);
    params_text(params, span->first_day);
    params_text(params, span->last_day);
}

enum outcome query_rollups(const struct metrics_reading *reading, PGresult **rows, const char *sql,
                           const struct params *params) {
    return params_ready(params)
               ? db_query(reading->connection, rows, sql, params_from(params, 0, params->count))
               : OUTCOME_FAILED;
}

enum outcome query_rollup_series(const struct metrics_reading *reading, PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    narrow_rollups(reading, &reading->window->asked, &params);
    params_text(&params, reading->window->recent_day);
    params_text(&params, reading->window->time_zone);
    if (reading->query->interval == METRICS_BY_DAY) {
        return query_rollups(reading, rows, rollup_days, &params);
    }
    bool in_weeks = reading->query->interval == METRICS_BY_WEEK;
    return query_rollups(reading, rows, in_weeks ? rollup_weeks : rollup_months, &params);
}

enum outcome query_rollup_total(const struct metrics_reading *reading,
                                const struct metrics_span *span, PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    narrow_rollups(reading, span, &params);
    params_text(&params, reading->window->recent_day);
    return query_rollups(reading, rows, rollup_total, &params);
}

void narrow_rollup_groups(const struct metrics_reading *reading, const struct metrics_span *span,
                          struct params *params) {
    const struct metrics_query *query = reading->query;
    params_int(params, query->account_id);
    params_text(params, query->survey);
    params_text(params, dimension_name(query->by));
    params_text(params, span->first_day);
    params_text(params, span->last_day);
    params_text(params, query->filters[query->by]);
}

enum outcome query_rollup_groups(const struct metrics_reading *reading,
                                 const struct metrics_span *span, const struct metrics *named,
                                 PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    narrow_rollup_groups(reading, span, &params);
    params_text(&params, reading->window->recent_day);
    if (!named) {
        return query_rollups(reading, rows, rollup_groups, &params);
    }
    params_group_values(&params, named);
    return query_rollups(reading, rows, rollup_named_groups, &params);
}
