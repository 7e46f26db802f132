/* The shape of the rows that store/metrics_rows.c reads, round whatever yields the sums. */
#ifndef STORE_METRICS_SQL_H
#define STORE_METRICS_SQL_H

#include "domain/vote.h"
#include "store/counting.h"
#include "store/db.h"
#include "store/local_time.h"

/* clang-format off */
/* The first day of each point of a series, from the first day to the last. */
#define EACH_DAY(first, last)                                                                      \
    "SELECT " first " + step AS day FROM generate_series(0, " last " - " first ") step"
#define EACH_WEEK(first, last)                                                                     \
    "SELECT " first " + 7 * step AS day FROM generate_series(0, (" last " - " first ") / 7) step"
#define EACH_MONTH(first, last)                                                                    \
    "SELECT month::date AS day FROM "                                                              \
    "generate_series(" first "::timestamp, " last "::timestamp, interval '1 month') month"

/* The first day of the week or month that day is in. */
#define WEEK_OF(day)  "date_trunc('week', (" day ")::timestamp)::date"
#define MONTH_OF(day) "date_trunc('month', (" day ")::timestamp)::date"

/* Columns of what metrics_rows.c reads as struct counters. */
#define TOLD_COLUMNS COUNTER_COLUMNS ", pending"
#define TOLD_OR_ZERO COUNTERS_OR_ZERO("") ", COALESCE(pending, 0)"

/* One row for each of the points' first days; sums has a column day. */
#define SERIES_OF(points, zone, sums)                                                              \
    "SELECT " DB_TIME("start") ", " UTC_OFFSET(zone, "start") ", " TOLD_OR_ZERO                             \
    " FROM (SELECT day, " DAY_START(zone, "day") " AS start FROM (" points ") points) days "       \
    "LEFT JOIN (" sums ") sums USING (day) ORDER BY start"

/* The most answered groups, by value; sums has a column value and one row for each. */
#define LARGEST_GROUPS(sums)                                                                       \
    "SELECT value, groups, " TOLD_COLUMNS                                                          \
    " FROM (SELECT *, count(*) OVER () AS groups FROM (" sums ") sums "                            \
    "WHERE " ANY_SOME " ORDER BY n DESC, value LIMIT 1000) "                                       \
    "largest ORDER BY value COLLATE \"C\""

/* Those of an array of values, at most 1000. */
#define NAMED_GROUPS(sums, values)                                                                 \
    "SELECT value, 0, " TOLD_COLUMNS " FROM (" sums ") sums "                                   \
    "JOIN unnest(" values "::text[]) named (value) USING (value) ORDER BY value COLLATE \"C\""

#define OF_SURVEY              "survey = $2"
#define OF_SURVEY_AND_CONTACTS "survey IN ($2, '')"

/* $1 account, $2 survey, $3 dimension, $4 value, $5 first day, $6 last day: one range of the
 * primary key, or two. */
#define ROLLUP_RANGE(of)                                                                           \
    " WHERE account_id = $1 AND " of " AND dimension = $3 AND value = $4 "                         \
    "AND day BETWEEN $5::date AND $6::date"

/* $1 account, $2 survey, $3 dimension, $4 first day, $5 last day, $6 value or NULL: a range of
 * rollups_by_day. */
#define ROLLUP_GROUP_RANGE(of)                                                                     \
    " WHERE account_id = $1 AND " of " AND dimension = $3 "                                        \
    "AND day BETWEEN $4::date AND $5::date AND ($6::text IS NULL OR value = $6)"

/* $1 account, $2 survey, $3 from, $4 to, $5 agent, $6 team, $7 channel, $8 reason, $9 language,
 * $10 source: a range of responses_by_time or invitations_by_time, or of contacts_by_time, which are
 * no survey's. */
#define NARROWED(at) NARROWED_TO(OF_SURVEY " AND ", at)
#define NARROWED_CONTACTS(at) NARROWED_TO("", at)
#define NARROWED_TO(survey, at)                                                                    \
    " WHERE account_id = $1 AND " survey at " >= $3::timestamptz AND " at                          \
    " < $4::timestamptz AND ($5::text IS NULL OR $5 = ANY (agents)) "                              \
    "AND ($6::text IS NULL OR team = $6) AND ($7::text IS NULL OR channel = $7) "                  \
    "AND ($8::text IS NULL OR reason = $8) AND ($9::text IS NULL OR language = $9) "               \
    "AND ($10::text IS NULL OR source = $10) "

/* What came by unsigned links counts only where its source is asked for. */
#define UNVERIFIED_LEFT_OUT                                                                        \
    "AND ($10::text IS NOT NULL OR " VOUCHED_FOR ") "
#define UNVERIFIED_TOO ""

/* Of a contact's agents, only the one asked for. */
#define AGENT_WANTED "($5::text IS NULL OR value = $5)"
/* clang-format on */

#endif
