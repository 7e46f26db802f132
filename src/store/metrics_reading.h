/* What the files behind load_metrics share. */
#ifndef STORE_METRICS_READING_H
#define STORE_METRICS_READING_H

#include "store/metrics.h"
#include "store/params.h"

/* One request being read. */
struct metrics_reading {
    struct db_connection *connection;
    const struct metrics_query *query;
    const struct metrics_window *window;
    size_t filters;        /* how many dimensions are filtered */
    enum dimension filter; /* the only one, or DIMENSIONS */
};

/* Whether rollups hold the sums of the whole, and of its groups. */
bool sums_are_in_rollups(const struct metrics_reading *reading);
bool groups_are_in_rollups(const struct metrics_reading *reading);

/* Rows of start, offset, TOLD_COLUMNS; of those; of value, number of groups there are, those. The
 * groups are the largest, or those of named unless it is NULL. */
enum outcome query_rollup_series(const struct metrics_reading *reading, PGresult **rows);
enum outcome query_rollup_total(const struct metrics_reading *reading,
                                const struct metrics_span *span, PGresult **rows);
enum outcome query_rollup_groups(const struct metrics_reading *reading,
                                 const struct metrics_span *span, const struct metrics *named,
                                 PGresult **rows);

/* The same, counted from the rows themselves. */
enum outcome query_fact_series(const struct metrics_reading *reading, PGresult **rows);
enum outcome query_fact_total(const struct metrics_reading *reading,
                              const struct metrics_span *span, PGresult **rows);
enum outcome query_fact_groups(const struct metrics_reading *reading,
                               const struct metrics_span *span, const struct metrics *named,
                               PGresult **rows);

/* Choices of the whole and of the groups that were read. */
enum outcome load_choices(const struct metrics_reading *reading, struct metrics *metrics);
enum outcome load_group_choices(const struct metrics_reading *reading, struct metrics *metrics);

/* Appends the parameters of NARROWED (store/metrics_sql.h). */
void narrow_facts(const struct metrics_reading *reading, const struct metrics_span *span,
                  struct params *params);
/* The same of ROLLUP_RANGE and ROLLUP_GROUP_RANGE. */
void narrow_rollups(const struct metrics_reading *reading, const struct metrics_span *span,
                    struct params *params);
void narrow_rollup_groups(const struct metrics_reading *reading, const struct metrics_span *span,
                          struct params *params);
/* Runs it when the parameters are ready; facts are not prepared: how many rows there are differs so
 * much that the plan should know the values. */
enum outcome query_rollups(const struct metrics_reading *reading, PGresult **rows, const char *sql,
                           const struct params *params);
enum outcome query_facts(const struct metrics_reading *reading, PGresult **rows, const char *sql,
                         const struct params *params);

/* The values of the groups, as an array. */
void params_group_values(struct params *params, const struct metrics *metrics);

/* From rows with the columns above. The series is also added up as the total. */
enum outcome metrics_series_from_rows(const PGresult *rows, struct metrics *metrics);
struct counters metrics_total_from_rows(const PGresult *rows);
enum outcome metrics_groups_from_rows(const PGresult *rows, struct metrics *metrics);
/* Into the groups of the same values; both are in the same order. */
void metrics_groups_before_from_rows(const PGresult *rows, struct metrics *metrics);

#endif
