/* Hours, and filters over several dimensions: what no rollup holds is counted from the rows. */
#include "base/cleanup.h"
#include "store/metrics_rows.h"
#include "store/metrics_sql.h"
#include "store/params.h"

/* $1 account, $2 survey, $3 from, $4 to, $5 agent, $6 team, $7 channel, $8 reason, $9 language,
 * $10 source: a range of responses_by_time or invitations_by_time. */
#define NARROWED(at)                                                                               \
    " WHERE account_id = $1 AND survey = $2 AND " at " >= $3::timestamptz AND " at                 \
    " < $4::timestamptz AND ($5::text IS NULL OR $5 = ANY (agents)) "                              \
    "AND ($6::text IS NULL OR team = $6) AND ($7::text IS NULL OR channel = $7) "                  \
    "AND ($8::text IS NULL OR reason = $8) AND ($9::text IS NULL OR language = $9) "               \
    "AND ($10::text IS NULL OR source = $10) "

#define HAS_RESPONSE                                                                               \
    "EXISTS (SELECT FROM responses answer WHERE answer.account_id = invitations.account_id "       \
    "AND answer.invitation_id = invitations.id AND answer.trust = 'confirmed')"

/* clang-format off */
/* The sums for each key, which is made from the time the row counts at (named at). */
#define FACT_SUMS(key, name)                                                                       \
    "SELECT " name ", " SUM_COUNTERS " FROM ("                                                     \
    "SELECT " key " AS " name ", " COUNT_RESPONSES                                                 \
    " FROM (SELECT *, answered_at AS at FROM responses" NARROWED("answered_at") ") responses "     \
    "GROUP BY 1 UNION ALL "                                                                        \
    "SELECT " key ", " NO_RESPONSES ", count(*), 0"                                                \
    " FROM (SELECT *, created_at AS at FROM invitations" NARROWED("created_at") ") invitations "   \
    "GROUP BY 1 UNION ALL "                                                                        \
    "SELECT " key ", " NO_RESPONSES ", 0, count(*)"                                                \
    " FROM (SELECT *, created_at AS at FROM invitations" NARROWED("created_at")                    \
    " AND " HAS_RESPONSE ") invitations "                                                          \
    "GROUP BY 1) facts GROUP BY " name

static const char fact_hours[] =
    "SELECT " DB_TIME("start") ", " UTC_OFFSET("$11::text", "start") ", " EACH_OR_ZERO
    " FROM (SELECT hour, $3::timestamptz + hour * interval '1 hour' AS start "
    "FROM generate_series(0, $12::int - 1) hour) hours LEFT JOIN ("
    FACT_SUMS("floor(extract(epoch FROM at - $3::timestamptz) / 3600)::int", "hour")
    ") sums USING (hour) ORDER BY start";

static const char fact_days[] =
    SERIES_OF_DAYS("$11::text", "$12::date", "$13::date",
                   FACT_SUMS(LOCAL_DAY("$11::text", "at"), "day"));

static const char fact_total[] =
    "SELECT " EACH_OR_ZERO " FROM (SELECT) one "
    "LEFT JOIN (" FACT_SUMS("true", "whole") ") sums ON true";

/* A contact's other agents are not the one asked for. */
#define FACT_GROUPS(key, wanted)                                                                   \
    LARGEST_GROUPS("SELECT * FROM (" FACT_SUMS(key, "value") ") each_value "                       \
                   "WHERE value IS NOT NULL AND " wanted)
/* clang-format on */

static const char *const fact_groups[DIMENSIONS] = {
    [DIMENSION_AGENT] = FACT_GROUPS("unnest(agents)", "($5::text IS NULL OR value = $5)"),
    [DIMENSION_TEAM] = FACT_GROUPS("team", "true"),
    [DIMENSION_CHANNEL] = FACT_GROUPS("channel", "true"),
    [DIMENSION_REASON] = FACT_GROUPS("reason", "true"),
    [DIMENSION_LANGUAGE] = FACT_GROUPS("language", "true"),
    [DIMENSION_SOURCE] = FACT_GROUPS("source", "true"),
};

/* $1 to $10. */
static void narrow(const struct metrics_query *query, const struct metrics_window *window,
                   struct params *params) {
    params_int(params, query->account_id);
    params_text(params, query->survey);
    params_time(params, window->from.time_us);
    params_time(params, window->to.time_us);
    for (int i = 0; i < DIMENSIONS; i++) {
        params_text(params, query->filters[i]);
    }
}

/* Not prepared: how many rows there are differs so much that the plan should know the values. */
static enum outcome query_facts(struct db_connection *connection, PGresult **rows, const char *sql,
                                const struct params *params) {
    return params_ready(params)
               ? db_query_once(connection, rows, sql, params_from(params, 0, params->count))
               : OUTCOME_FAILED;
}

static enum outcome load_fact_total(struct db_connection *connection, const struct params *params,
                                    struct metrics *metrics) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_facts(connection, &rows, fact_total, params);
    if (outcome == OUTCOME_OK) {
        metrics_total_from_rows(rows, metrics);
    }
    return outcome;
}

enum outcome load_fact_series(struct db_connection *connection, const struct metrics_query *query,
                              const struct metrics_window *window, struct metrics *metrics) {
    CLEANUP(params_clear) struct params params = {0};
    narrow(query, window, &params);
    if (query->interval == METRICS_ALL) {
        return load_fact_total(connection, &params, metrics);
    }
    bool in_hours = query->interval == METRICS_BY_HOUR;
    params_text(&params, window->time_zone);
    if (in_hours) {
        params_int(&params, window->points);
    } else {
        params_text(&params, window->first_day);
        params_text(&params, window->last_day);
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        query_facts(connection, &rows, in_hours ? fact_hours : fact_days, &params);
    return outcome == OUTCOME_OK ? metrics_series_from_rows(rows, metrics) : outcome;
}

enum outcome load_fact_groups(struct db_connection *connection, const struct metrics_query *query,
                              const struct metrics_window *window, struct metrics *metrics) {
    CLEANUP(params_clear) struct params params = {0};
    narrow(query, window, &params);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_facts(connection, &rows, fact_groups[query->by], &params);
    return outcome == OUTCOME_OK ? metrics_groups_from_rows(rows, metrics) : outcome;
}
