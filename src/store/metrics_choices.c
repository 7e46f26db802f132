/* How often each choice was chosen; one more query for surveys with choices, another for their
 * groups. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/metrics_reading.h"
#include "store/metrics_sql.h"

_Static_assert(METRICS_CHOICES_MAX == 20000, "GROUP_CHOICES asks for one more");

/* Rows of value, question, choice, n; sums has columns of these names. */
#define CHOICES(sums) "SELECT value, question, choice, n FROM (" sums ") sums WHERE n <> 0 "

/* clang-format off */
#define GROUP_CHOICES(sums, values)                                                                \
    "SELECT value, question, choice, n FROM (" sums ") sums "                                      \
    "JOIN unnest(" values "::text[]) named (value) USING (value) WHERE n <> 0 "                    \
    "ORDER BY value COLLATE \"C\", question COLLATE \"C\", choice COLLATE \"C\" LIMIT 20001"

#define IN_ORDER "ORDER BY question COLLATE \"C\", choice COLLATE \"C\""

static const char rollup_choices[] = CHOICES(
    "SELECT '' AS value, question, choice, sum(n)::bigint AS n FROM choice_rollups"
    ROLLUP_RANGE(OF_SURVEY)
    " GROUP BY question, choice") IN_ORDER;

static const char rollup_group_choices[] = GROUP_CHOICES(
    "SELECT value, question, choice, sum(n)::bigint AS n FROM choice_rollups"
    ROLLUP_GROUP_RANGE(OF_SURVEY)
    " GROUP BY value, question, choice", "$7");

/* Choice '' counts the responses that answered the question, as in choice_rollups. */
#define FACT_CHOICES(key, wanted, unverified)                                                      \
    "SELECT value, question, choice, count(*) AS n FROM (SELECT " key " AS value, extras "         \
    "FROM responses" NARROWED("answered_at") unverified                                            \
    "AND trust = 'confirmed' AND extras ? 'choices') answers "                                     \
    "CROSS JOIN LATERAL jsonb_each(extras -> 'choices') AS chosen (question, choices) "            \
    "CROSS JOIN LATERAL (SELECT '' UNION ALL SELECT jsonb_array_elements_text(choices)) "          \
    "AS each_choice (choice) WHERE " wanted " GROUP BY value, question, choice"

static const char fact_choices[] =
    CHOICES(FACT_CHOICES("''", "true", UNVERIFIED_LEFT_OUT)) IN_ORDER;

#define FACT_GROUP_CHOICES(...) GROUP_CHOICES(FACT_CHOICES(__VA_ARGS__), "$11")

static const char *const fact_group_choices[DIMENSIONS] = {
    [DIMENSION_AGENT] = FACT_GROUP_CHOICES("unnest(agents)", AGENT_WANTED, UNVERIFIED_LEFT_OUT),
    [DIMENSION_TEAM] = FACT_GROUP_CHOICES("team", "true", UNVERIFIED_LEFT_OUT),
    [DIMENSION_CHANNEL] = FACT_GROUP_CHOICES("channel", "true", UNVERIFIED_LEFT_OUT),
    [DIMENSION_REASON] = FACT_GROUP_CHOICES("reason", "true", UNVERIFIED_LEFT_OUT),
    [DIMENSION_LANGUAGE] = FACT_GROUP_CHOICES("language", "true", UNVERIFIED_LEFT_OUT),
    [DIMENSION_SOURCE] = FACT_GROUP_CHOICES("source", "true", UNVERIFIED_TOO),
};
/* clang-format on */

/* All rows as a list of which the groups, or the whole, get their parts; NULL when out of memory.
 */
static struct choice_count *choices_from_rows(const PGresult *rows, struct arena *names) {
    int count = PQntuples(rows);
    struct choice_count *list = calloc((size_t)count + 1, sizeof *list);
    for (int row = 0; list && row < count; row++) {
        list[row] = (struct choice_count){
            .question = arena_copy(names, db_text(rows, row, 1)),
            .choice = arena_copy(names, db_text(rows, row, 2)),
            .n = db_int(rows, row, 3),
        };
        if (!list[row].question || !list[row].choice) {
            free(list);
            return NULL;
        }
    }
    return list;
}

enum outcome load_choices(const struct metrics_reading *reading, struct metrics *metrics) {
    const struct metrics_span *span = &reading->window->asked;
    bool in_rollups = sums_are_in_rollups(reading);
    CLEANUP(params_clear) struct params params = {0};
    (in_rollups ? narrow_rollups : narrow_facts)(reading, span, &params);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = in_rollups ? query_rollups(reading, &rows, rollup_choices, &params)
                                      : query_facts(reading, &rows, fact_choices, &params);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    metrics->chosen[0] = choices_from_rows(rows, &metrics->names);
    metrics->choices = (struct choice_counts){metrics->chosen[0], (size_t)PQntuples(rows)};
    return metrics->chosen[0] ? OUTCOME_OK : OUTCOME_FAILED;
}

/* Both are by value, and every row's value is a group's. */
static void give_to_groups(const PGresult *rows, struct metrics *metrics) {
    int row = 0;
    for (size_t i = 0; i < metrics->group_count; i++) {
        struct choice_counts *choices = &metrics->groups[i].choices;
        choices->list = &metrics->chosen[1][row];
        while (row < PQntuples(rows) &&
               strcmp(db_text(rows, row, 0), metrics->groups[i].value) == 0) {
            choices->count++;
            row++;
        }
    }
}

static enum outcome query_group_choices(const struct metrics_reading *reading,
                                        const struct metrics *metrics, PGresult **rows) {
    const struct metrics_span *span = &reading->window->asked;
    CLEANUP(params_clear) struct params params = {0};
    if (groups_are_in_rollups(reading)) {
        narrow_rollup_groups(reading, span, &params);
        params_group_values(&params, metrics);
        return query_rollups(reading, rows, rollup_group_choices, &params);
    }
    narrow_facts(reading, span, &params);
    params_group_values(&params, metrics);
    return query_facts(reading, rows, fact_group_choices[reading->query->by], &params);
}

enum outcome load_group_choices(const struct metrics_reading *reading, struct metrics *metrics) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_group_choices(reading, metrics, &rows);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    metrics->group_choices_left_out = PQntuples(rows) > METRICS_CHOICES_MAX;
    if (metrics->group_choices_left_out) {
        return OUTCOME_OK;
    }
    metrics->chosen[1] = choices_from_rows(rows, &metrics->names);
    if (!metrics->chosen[1]) {
        return OUTCOME_FAILED;
    }
    give_to_groups(rows, metrics);
    return OUTCOME_OK;
}
