/* The shape of the rows that store/metrics_rows.c reads, round whatever yields the sums. */
#ifndef STORE_METRICS_SQL_H
#define STORE_METRICS_SQL_H

#include "store/counting.h"
#include "store/db.h"
#include "store/local_time.h"

#define EACH_OR_ZERO                                                                               \
    "COALESCE(n, 0), COALESCE(provisional, 0), COALESCE(answered, 0), COALESCE(yes, 0), "          \
    "COALESCE(partly, 0), COALESCE(no, 0), COALESCE(csat_1, 0), COALESCE(csat_2, 0), "             \
    "COALESCE(csat_3, 0), COALESCE(csat_4, 0), COALESCE(csat_5, 0), COALESCE(promoters, 0), "      \
    "COALESCE(passives, 0), COALESCE(detractors, 0), "                                             \
    "COALESCE(ces_1, 0), "                                                                         \
    "COALESCE(ces_2, 0), "                                                                         \
    "COALESCE(ces_3, 0), "                                                                         \
    "COALESCE(ces_4, 0), "                                                                         \
    "COALESCE(ces_5, 0), "                                                                         \
    "COALESCE(ces_6, 0), "                                                                         \
    "COALESCE(ces_7, 0), "                                                                         \
    "COALESCE(invited, 0), "                                                                       \
    "COALESCE(invited_answered, 0)"

/* clang-format off */
/* One row for each day from first to last; sums has a column day. */
#define SERIES_OF_DAYS(zone, first, last, sums)                                                    \
    "SELECT " DB_TIME("start") ", " UTC_OFFSET(zone, "start") ", " EACH_OR_ZERO                    \
    " FROM (SELECT day, " DAY_START(zone, "day") " AS start FROM ("                                \
    "SELECT " first " + step AS day FROM generate_series(0, " last " - " first ") step) steps) days "\
    "LEFT JOIN (" sums ") sums USING (day) ORDER BY start"

/* The most answered groups, by value; sums has a column value and one row for each. */
#define LARGEST_GROUPS(sums)                                                                       \
    "SELECT value, groups, " COUNTER_COLUMNS                                                       \
    " FROM (SELECT *, count(*) OVER () AS groups FROM (" sums ") sums "                            \
    "WHERE n <> 0 OR provisional <> 0 OR invited <> 0 ORDER BY n DESC, value LIMIT 1000) "         \
    "largest ORDER BY value COLLATE \"C\""
/* clang-format on */

#endif
