/* Hours, and filters over several dimensions: what no rollup holds is counted from the rows. */
#include "base/cleanup.h"
#include "store/metrics_reading.h"
#include "store/metrics_sql.h"

#define HAS_RESPONSE                                                                               \
    "EXISTS (SELECT FROM responses answer WHERE answer.account_id = invitations.account_id "       \
    "AND answer.invitation_id = invitations.id AND answer.trust = 'confirmed' "                    \
    "AND answer." VOUCHED_FOR ")"

/* clang-format off */
#define NO_PENDING ", 0::bigint AS pending"

/* The sums for each key, which is made from the time the row counts at (named at). */
#define FACT_SUMS(key, name, unverified)                                                           \
    "SELECT " name ", " SUM_COUNTERS ", sum(pending)::bigint AS pending FROM ("                    \
    "SELECT " key " AS " name ", " COUNT_RESPONSES NO_PENDING                                      \
    " FROM (SELECT *, answered_at AS at FROM responses" NARROWED("answered_at") unverified         \
    ") responses GROUP BY 1 UNION ALL "                                                            \
    "SELECT " key ", " COUNT_INVITATIONS NO_PENDING                                                \
    " FROM (SELECT *, created_at AS at FROM invitations" NARROWED("created_at") ") invitations "   \
    "GROUP BY 1 UNION ALL "                                                                        \
    "SELECT " key ", " COUNT_ANSWERED_INVITATIONS NO_PENDING                                       \
    " FROM (SELECT *, created_at AS at FROM invitations" NARROWED("created_at")                    \
    " AND " HAS_RESPONSE ") invitations "                                                          \
    "GROUP BY 1 UNION ALL "                                                                        \
    "SELECT " key ", " COUNT_CONTACTS("solved_at < $11::timestamptz") ", "                         \
    COUNT_WITH_CUSTOMER("solved_at >= $11::timestamptz") " AS pending"                             \
    " FROM (SELECT *, solved_at AS at FROM contacts" NARROWED_CONTACTS("solved_at") unverified     \
    ") contacts GROUP BY 1) facts GROUP BY " name

static const char fact_hours[] =
    "SELECT " DB_TIME("start") ", " UTC_OFFSET("$12::text", "start") ", " TOLD_OR_ZERO
    " FROM (SELECT hour, $3::timestamptz + hour * interval '1 hour' AS start "
    "FROM generate_series(0, $13::int - 1) hour) hours LEFT JOIN ("
    FACT_SUMS("floor(extract(epoch FROM at - $3::timestamptz) / 3600)::int", "hour",
              UNVERIFIED_LEFT_OUT)
    ") sums USING (hour) ORDER BY start";

#define FACT_SERIES(points, key)                                                                   \
    SERIES_OF(points("$13::date", "$14::date"), "$12::text",                                       \
              FACT_SUMS(key, "day", UNVERIFIED_LEFT_OUT))
#define FACT_DAY LOCAL_DAY("$12::text", "at")

static const char fact_days[] = FACT_SERIES(EACH_DAY, FACT_DAY);
static const char fact_weeks[] = FACT_SERIES(EACH_WEEK, WEEK_OF(FACT_DAY));
static const char fact_months[] = FACT_SERIES(EACH_MONTH, MONTH_OF(FACT_DAY));

static const char fact_total[] =
    "SELECT " TOLD_OR_ZERO " FROM (SELECT) one "
    "LEFT JOIN (" FACT_SUMS("true", "whole", UNVERIFIED_LEFT_OUT) ") sums ON true";

#define EACH_VALUE(key, wanted, unverified)                                                        \
    "SELECT * FROM (" FACT_SUMS(key, "value", unverified) ") each_value "                          \
    "WHERE value IS NOT NULL AND " wanted
#define FACT_GROUPS(...)                                                                           \
    { LARGEST_GROUPS(EACH_VALUE(__VA_ARGS__)), NAMED_GROUPS(EACH_VALUE(__VA_ARGS__), "$12") }
/* clang-format on */

static const struct {
    const char *largest;
    const char *named;
} fact_groups[DIMENSIONS] = {
    [DIMENSION_AGENT] = FACT_GROUPS("unnest(agents)", AGENT_WANTED, UNVERIFIED_LEFT_OUT),
    [DIMENSION_TEAM] = FACT_GROUPS("team", "true", UNVERIFIED_LEFT_OUT),
    [DIMENSION_CHANNEL] = FACT_GROUPS("channel", "true", UNVERIFIED_LEFT_OUT),
    [DIMENSION_REASON] = FACT_GROUPS("reason", "true", UNVERIFIED_LEFT_OUT),
    [DIMENSION_LANGUAGE] = FACT_GROUPS("language", "true", UNVERIFIED_LEFT_OUT),
    [DIMENSION_SOURCE] = FACT_GROUPS("source", "true", UNVERIFIED_TOO),
};

void narrow_facts(const struct metrics_reading *reading, const struct metrics_span *span,
                  struct params *params) {
    const struct metrics_query *query = reading->query;
    params_int(params, query->account_id);
    params_text(params, query->survey);
    params_time(params, span->from.time_us);
    params_time(params, span->to.time_us);
    for (int i = 0; i < DIMENSIONS; i++) {
        params_text(params, query->filters[i]);
    }
}

enum outcome query_facts(const struct metrics_reading *reading, PGresult **rows, const char *sql,
                         const struct params *params) {
    return params_ready(params) ? db_query_once(reading->connection, rows, sql,
                                                params_from(params, 0, params->count))
                                : OUTCOME_FAILED;
}

enum outcome query_fact_total(const struct metrics_reading *reading,
                              const struct metrics_span *span, PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    narrow_facts(reading, span, &params);
    params_time(&params, reading->window->recent_us);
    return query_facts(reading, rows, fact_total, &params);
}

enum outcome query_fact_series(const struct metrics_reading *reading, PGresult **rows) {
    static const char *const points[] = {[METRICS_BY_DAY] = fact_days,
                                         [METRICS_BY_WEEK] = fact_weeks,
                                         [METRICS_BY_MONTH] = fact_months};
    const struct metrics_window *window = reading->window;
    CLEANUP(params_clear) struct params params = {0};
    narrow_facts(reading, &window->asked, &params);
    params_time(&params, window->recent_us);
    params_text(&params, window->time_zone);
    if (reading->query->interval == METRICS_BY_HOUR) {
        params_int(&params, window->points);
        return query_facts(reading, rows, fact_hours, &params);
    }
    params_text(&params, window->asked.first_day);
    params_text(&params, window->asked.last_day);
    return query_facts(reading, rows, points[reading->query->interval], &params);
}

enum outcome query_fact_groups(const struct metrics_reading *reading,
                               const struct metrics_span *span, const struct metrics *named,
                               PGresult **rows) {
    enum dimension by = reading->query->by;
    CLEANUP(params_clear) struct params params = {0};
    narrow_facts(reading, span, &params);
    params_time(&params, reading->window->recent_us);
    if (!named) {
        return query_facts(reading, rows, fact_groups[by].largest, &params);
    }
    params_group_values(&params, named);
    return query_facts(reading, rows, fact_groups[by].named, &params);
}
