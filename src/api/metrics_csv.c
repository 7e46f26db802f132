#include "api/metrics_csv.h"

#include <string.h>

#include "api/csv.h"
#include "api/csv_columns.h"
#include "api/score_csv.h"
#include "base/cleanup.h"

struct table {
    struct columns columns;
    const struct metrics_answer *answer;
};

/* One row; what it has not is NULL. */
struct row {
    const char *kind;
    const char *value;
    const struct local_instant *start;
    const struct local_instant *end;
    const struct score *score;
    const struct change *change;
    const struct choice_counts *choices;
    const struct fair_rate *fair[RATES];
    bool is_total; /* and says what is said of all groups */
};

static void put_instant(struct columns *columns, const char *name,
                        const struct local_instant *instant) {
    if (columns_begin(columns, name, instant != NULL)) {
        csv_append_plain(columns->text, "");
        append_local_instant(columns->text, instant);
    }
}

static void put_change(struct columns *columns, const struct change *change, bool adjusted) {
    static const char *const groups[COMPARED] = {
        [COMPARED_UNDERSTOOD] = "change_understood_",
        [COMPARED_CSAT] = "change_csat_",
        [COMPARED_NPS] = "change_nps_",
        [COMPARED_CES] = "change_ces_",
        [COMPARED_FRUSTRATED] = "change_frustrated_",
        [COMPARED_REPEATED] = "change_repeat_rate_",
    };
    for (enum compared i = 0; i < COMPARED; i++) {
        struct change_cell cell = change ? change->cells[i] : (struct change_cell){0};
        columns->group = groups[i];
        put_decimal(columns, "difference", cell.difference.difference, cell.known);
        put_interval(columns, cell.difference.interval, cell.known);
        put_decimal(columns, "p", cell.difference.p, cell.known);
        put_decimal(columns, "p_adjusted", cell.p_adjusted, cell.known && adjusted);
    }
}

/* A group's fair rate; in the total's row what the groups have in common. */
static void put_fair(struct table *table, const struct row *row, enum rate rate) {
    struct columns *columns = &table->columns;
    static const char *const groups[RATES] = {
        [RATE_UNDERSTOOD] = "fair_understood_",
        [RATE_CSAT] = "fair_csat_",
        [RATE_CES] = "fair_ces_",
        [RATE_FRUSTRATED] = "fair_frustrated_",
    };
    const struct fair_rate *fair = row->fair[rate];
    bool about_groups = row->is_total && table->answer->query->grouped;
    struct population all =
        about_groups ? table->answer->populations[rate] : (struct population){0};
    columns->group = groups[rate];
    put_decimal(columns, "estimate", fair ? fair->estimate : 0, fair);
    put_interval(columns, fair ? fair->interval : (struct interval){0}, fair);
    put_word(columns, "band", fair ? band_name(fair->band) : NULL);
    put_decimal(columns, "mean", all.mean,
                about_groups && metrics_mean_is_told(table->answer, rate));
    put_word(columns, "detectable", about_groups ? word_of(all.detectable) : NULL);
}

static int64_t chosen_in(const struct choice_counts *choices, const struct choice_count *column) {
    for (size_t i = 0; i < choices->count; i++) {
        const struct choice_count *count = &choices->list[i];
        if (strcmp(count->question, column->question) == 0 &&
            strcmp(count->choice, column->choice) == 0) {
            return count->n;
        }
    }
    return 0;
}

/* The columns are what was chosen in the whole: "choices.topic", how many answered, then
 * "choices.topic.billing", unless even that it was chosen is withheld. */
static void put_choices(struct table *table, const struct row *row) {
    struct columns *columns = &table->columns;
    const struct choice_counts *all = &table->answer->metrics->choices;
    for (size_t i = 0; i < all->count; i++) {
        const struct choice_count *column = &all->list[i];
        bool answered = *column->choice == '\0';
        if (!answered && table->answer->total.withheld) {
            continue;
        }
        CLEANUP(text_clear) struct text name = {0};
        text_append_format(&name, "choices.%s%s%s", column->question, answered ? "" : ".",
                           column->choice);
        columns->text->failed |= name.failed;
        csv_append_text(columns->text, columns->heading ? name.bytes : NULL);
        if (!columns->heading && row->choices && (answered || !row->score->withheld)) {
            text_append_int(columns->text, chosen_in(row->choices, column));
        }
    }
}

static void put_row(struct table *table, const struct row *row) {
    struct columns *columns = &table->columns;
    columns->group = "";
    put_word(columns, "row", row->kind);
    if (columns_begin(columns, "value", row->value != NULL)) {
        csv_append_text(columns->text, row->value);
    }
    put_instant(columns, "start", row->start);
    put_instant(columns, "end", row->end);
    put_score(columns, row->score);
    put_change(columns, row->change, row->value != NULL);
    for (enum rate rate = 0; rate < RATES; rate++) {
        put_fair(table, row, rate);
    }
    columns->group = "";
    put_word(columns, "groups_truncated",
             row->is_total ? word_of(table->answer->metrics->groups_truncated) : NULL);
    put_choices(table, row);
    csv_end_row(columns->text);
}

static void put_total(struct table *table) {
    const struct metrics_answer *answer = table->answer;
    put_row(table, &(struct row){.kind = "total",
                                 .start = &answer->window->asked.from,
                                 .end = &answer->window->asked.to,
                                 .score = &answer->total,
                                 .change = answer->query->compared ? &answer->change : NULL,
                                 .choices = &answer->metrics->choices,
                                 .is_total = true});
}

static void put_previous(struct table *table) {
    put_row(table, &(struct row){.kind = "previous",
                                 .start = &table->answer->window->before.from,
                                 .end = &table->answer->window->before.to,
                                 .score = &table->answer->before});
}

static void put_series(struct table *table) {
    const struct metrics_answer *answer = table->answer;
    const struct metrics *metrics = answer->metrics;
    for (size_t i = 0; i < metrics->series_count; i++) {
        struct score score = metrics_point_score(answer, i);
        bool last = i + 1 == metrics->series_count;
        put_row(table, &(struct row){.kind = "series",
                                     .start = &metrics->series[i].start,
                                     .end = last ? &answer->window->asked.to
                                                 : &metrics->series[i + 1].start,
                                     .score = &score});
    }
}

static void put_groups(struct table *table) {
    const struct metrics_answer *answer = table->answer;
    const struct metrics *metrics = answer->metrics;
    for (size_t i = 0; i < metrics->group_count; i++) {
        struct row row = {
            .kind = "group",
            .value = metrics->groups[i].value,
            .start = &answer->window->asked.from,
            .end = &answer->window->asked.to,
            .score = &answer->groups[i],
            .change = answer->query->compared ? &answer->changes[i] : NULL,
            .choices = metrics->group_choices_left_out ? NULL : &metrics->groups[i].choices,
        };
        struct fair_rate fair[RATES];
        for (enum rate rate = 0; rate < RATES; rate++) {
            row.fair[rate] = metrics_fair_rate(answer, i, rate, &fair[rate]) ? &fair[rate] : NULL;
        }
        put_row(table, &row);
    }
}

void metrics_append_csv(struct text *text, const struct metrics_answer *answer) {
    struct table table = {.columns = {.text = text, .heading = true}, .answer = answer};
    put_total(&table);
    table.columns.heading = false;
    put_total(&table);
    if (answer->query->compared) {
        put_previous(&table);
    }
    put_series(&table);
    put_groups(&table);
}
