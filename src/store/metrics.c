#include "store/metrics.h"

#include "base/cleanup.h"
#include "store/metrics_reading.h"

static struct metrics_reading reading_of(struct db_connection *connection,
                                         const struct metrics_query *query,
                                         const struct metrics_window *window) {
    struct metrics_reading reading = {connection, query, window, 0, DIMENSIONS};
    for (enum dimension i = 0; i < DIMENSIONS; i++) {
        if (query->filters[i]) {
            reading.filter = i;
            reading.filters++;
        }
    }
    reading.filter = reading.filters == 1 ? reading.filter : DIMENSIONS;
    return reading;
}

bool sums_are_in_rollups(const struct metrics_reading *reading) {
    return reading->query->interval != METRICS_BY_HOUR && reading->filters <= 1;
}

bool groups_are_in_rollups(const struct metrics_reading *reading) {
    return sums_are_in_rollups(reading) &&
           (reading->filters == 0 || reading->filter == reading->query->by);
}

static enum outcome load_total(const struct metrics_reading *reading,
                               const struct metrics_span *span, struct counters *total) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = sums_are_in_rollups(reading) ? query_rollup_total(reading, span, &rows)
                                                        : query_fact_total(reading, span, &rows);
    if (outcome == OUTCOME_OK) {
        *total = metrics_total_from_rows(rows);
    }
    return outcome;
}

static enum outcome load_series(const struct metrics_reading *reading, struct metrics *metrics) {
    if (reading->query->interval == METRICS_ALL) {
        return load_total(reading, &reading->window->asked, &metrics->total);
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = sums_are_in_rollups(reading) ? query_rollup_series(reading, &rows)
                                                        : query_fact_series(reading, &rows);
    return outcome == OUTCOME_OK ? metrics_series_from_rows(rows, metrics) : outcome;
}

static enum outcome query_groups(const struct metrics_reading *reading,
                                 const struct metrics_span *span, const struct metrics *named,
                                 PGresult **rows) {
    return groups_are_in_rollups(reading) ? query_rollup_groups(reading, span, named, rows)
                                          : query_fact_groups(reading, span, named, rows);
}

static enum outcome load_groups(const struct metrics_reading *reading, struct metrics *metrics) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_groups(reading, &reading->window->asked, NULL, &rows);
    return outcome == OUTCOME_OK ? metrics_groups_from_rows(rows, metrics) : outcome;
}

static enum outcome load_groups_before(const struct metrics_reading *reading,
                                       struct metrics *metrics) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_groups(reading, &reading->window->before, metrics, &rows);
    if (outcome == OUTCOME_OK) {
        metrics_groups_before_from_rows(rows, metrics);
    }
    return outcome;
}

/* Everything of the whole, then of the groups, as far as it is asked for. */
static enum outcome load_all(const struct metrics_reading *reading, struct metrics *metrics) {
    const struct metrics_query *query = reading->query;
    enum outcome outcome = load_series(reading, metrics);
    if (outcome == OUTCOME_OK && query->compared) {
        outcome = load_total(reading, &reading->window->before, &metrics->before);
    }
    if (outcome == OUTCOME_OK && reading->window->has_choices) {
        outcome = load_choices(reading, metrics);
    }
    if (outcome != OUTCOME_OK || !query->grouped) {
        return outcome;
    }
    outcome = load_groups(reading, metrics);
    if (outcome == OUTCOME_OK && query->compared) {
        outcome = load_groups_before(reading, metrics);
    }
    return outcome == OUTCOME_OK && reading->window->has_choices
               ? load_group_choices(reading, metrics)
               : outcome;
}

enum outcome load_metrics(struct db_connection *connection, const struct metrics_query *query,
                          const struct metrics_window *window, struct metrics *metrics) {
    struct metrics_reading reading = reading_of(connection, query, window);
    if (!query->grouped && !query->compared && !window->has_choices) {
        return load_all(&reading, metrics);
    }
    /* Two statements must not see different answers. Groups are few: sorting their rows to find
     * them would take longer than all the rest. */
    enum outcome outcome = db_execute(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                                                  " SET LOCAL enable_sort = off");
    if (outcome == OUTCOME_OK) {
        outcome = load_all(&reading, metrics);
        db_execute(connection, "COMMIT");
    }
    return outcome;
}
