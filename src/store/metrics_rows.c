#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/array_param.h"
#include "store/metrics_reading.h"

static struct counters counters_from_row(const PGresult *rows, int row, int first_column) {
    struct counters counters;
    for (int i = 0; i < COUNTERS; i++) {
        counters.sums[i] = db_int(rows, row, first_column + i);
    }
    counters.pending = db_int(rows, row, first_column + COUNTERS);
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

struct counters metrics_total_from_rows(const PGresult *rows) {
    return counters_from_row(rows, 0, 0);
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

void metrics_groups_before_from_rows(const PGresult *rows, struct metrics *metrics) {
    int row = 0;
    for (size_t i = 0; i < metrics->group_count && row < PQntuples(rows); i++) {
        struct metrics_group *group = &metrics->groups[i];
        if (strcmp(db_text(rows, row, 0), group->value) == 0) {
            group->before = counters_from_row(rows, row++, 2);
        }
    }
}

void params_group_values(struct params *params, const struct metrics *metrics) {
    CLEANUP(text_clear) struct text values = {0};
    for (size_t i = 0; i < metrics->group_count; i++) {
        array_append_text(&values, metrics->groups[i].value);
    }
    params_array(params, &values);
}

void metrics_clear(struct metrics *metrics) {
    for (size_t i = 0; i < metrics->group_count; i++) {
        free(metrics->groups[i].value);
    }
    free(metrics->groups);
    free(metrics->series);
    free(metrics->chosen[0]);
    free(metrics->chosen[1]);
    arena_clear(&metrics->names);
    *metrics = (struct metrics){0};
}
