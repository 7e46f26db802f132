/* What reading rollups and reading facts share: their rows have the same columns. */
#ifndef STORE_METRICS_ROWS_H
#define STORE_METRICS_ROWS_H

#include "store/metrics.h"

/* Rows of start, offset, counters. Also adds them up as the total. */
enum outcome metrics_series_from_rows(const PGresult *rows, struct metrics *metrics);

/* One row of counters, NULLs for no rows at all. */
void metrics_total_from_rows(const PGresult *rows, struct metrics *metrics);

/* Rows of value, number of groups there are, counters. */
enum outcome metrics_groups_from_rows(const PGresult *rows, struct metrics *metrics);

/* The facts' side of load_metrics. */
enum outcome load_fact_series(struct db_connection *connection, const struct metrics_query *query,
                              const struct metrics_window *window, struct metrics *metrics);
enum outcome load_fact_groups(struct db_connection *connection, const struct metrics_query *query,
                              const struct metrics_window *window, struct metrics *metrics);

#endif
