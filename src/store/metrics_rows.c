#include "store/metrics_rows.h"

#include <stdlib.h>
#include <string.h>

static struct counters counters_from_row(const PGresult *rows, int row, int first_column) {
    struct counters counters;
    for (int i = 0; i < COUNTERS; i++) {
        counters.sums[i] = db_int(rows, row, first_column + i);
    }
    return counters;
}

enum outcome metrics_series_from_rows(const PGresult *rows, struct metrics *metrics) {
    int count = PQntuples(rows);
    metrics->series = calloc((size_t)count + 1, sizeof *metrics->series);
    if (!metrics->series) {
        return OUTCOME_FAILED;
    }
    for (int row = 0; row < count; row++) {
        struct metrics_point *point = &metrics->series[metrics->series_count++];
        point->start = (struct local_instant){db_time(rows, row, 0), db_int(rows, row, 1)};
        point->counters = counters_from_row(rows, row, 2);
        counters_add(&metrics->total, &point->counters);
    }
    return OUTCOME_OK;
}

void metrics_total_from_rows(const PGresult *rows, struct metrics *metrics) {
    metrics->total = counters_from_row(rows, 0, 0);
}

enum outcome metrics_groups_from_rows(const PGresult *rows, struct metrics *metrics) {
    int count = PQntuples(rows);
    metrics->groups = calloc((size_t)count + 1, sizeof *metrics->groups);
    if (!metrics->groups) {
        return OUTCOME_FAILED;
    }
    metrics->groups_truncated = count > 0 && db_int(rows, 0, 1) > count;
    for (int row = 0; row < count; row++) {
        struct metrics_group *group = &metrics->groups[metrics->group_count++];
        group->counters = counters_from_row(rows, row, 2);
        group->value = strdup(db_text(rows, row, 0));
        if (!group->value) {
            return OUTCOME_FAILED;
        }
    }
    return OUTCOME_OK;
}

void metrics_clear(struct metrics *metrics) {
    for (size_t i = 0; i < metrics->group_count; i++) {
        free(metrics->groups[i].value);
    }
    free(metrics->groups);
    free(metrics->series);
    *metrics = (struct metrics){0};
}
