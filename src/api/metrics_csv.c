#include "api/metrics_csv.h"

#include <stdio.h>
#include <string.h>

#include "api/csv.h"
#include "base/array.h"
#include "base/cleanup.h"

/* Writes a column's name, in the heading, or its value: so that the two never differ. */
struct columns {
    struct text *text;
    bool heading;
    const char *group; /* what all names begin with: "understood_" */
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

/* True when the column's value is yet to be written. */
static bool begin(struct columns *columns, const char *name, bool known) {
    if (columns->heading) {
        char heading[64];
        snprintf(heading, sizeof heading, "%s%s", columns->group, name);
        csv_append_plain(columns->text, heading);
    } else if (!known) {
        csv_append_plain(columns->text, "");
    }
    return !columns->heading && known;
}

static const char *word_of(bool yes) {
    return yes ? "true" : "false";
}

static void put_word(struct columns *columns, const char *name, const char *word) {
    if (begin(columns, name, word != NULL)) {
        csv_append_plain(columns->text, word);
    }
}

static void put_int(struct columns *columns, const char *name, int64_t value, bool known) {
    if (begin(columns, name, known)) {
        csv_append_plain(columns->text, "");
        text_append_int(columns->text, value);
    }
}

static void put_decimal(struct columns *columns, const char *name, double value, bool known) {
    if (begin(columns, name, known)) {
        csv_append_plain(columns->text, "");
        text_append_decimal(columns->text, value);
    }
}

static void put_instant(struct columns *columns, const char *name,
                        const struct local_instant *instant) {
    if (begin(columns, name, instant != NULL)) {
        csv_append_plain(columns->text, "");
        append_local_instant(columns->text, instant);
    }
}

static void put_interval(struct columns *columns, struct interval interval, bool known) {
    put_decimal(columns, "low", interval.low, known);
    put_decimal(columns, "high", interval.high, known);
}

/* Names end with how many points: csat_1 to csat_5. */
static void put_counts(struct columns *columns, const int64_t counts[], size_t count, bool shown) {
    for (size_t i = 0; i < count; i++) {
        put_int(columns, (char[]){(char)('1' + i), '\0'}, counts[i], shown);
    }
}

static void put_understood(struct columns *columns, const struct understood_score *score,
                           bool shown) {
    bool known = shown && score->n > 0;
    columns->group = "understood_";
    put_int(columns, "n", score->n, true);
    put_int(columns, "yes", score->yes, shown);
    put_int(columns, "partly", score->partly, shown);
    put_int(columns, "no", score->no, shown);
    put_decimal(columns, "rate", score->rate, known);
    put_interval(columns, score->interval, known);
}

static void put_csat(struct columns *columns, const struct csat_score *score, bool shown) {
    bool known = shown && score->n > 0;
    columns->group = "csat_";
    put_int(columns, "n", score->n, true);
    put_counts(columns, score->counts, COUNT(score->counts), shown);
    put_decimal(columns, "mean", score->mean, known);
    put_decimal(columns, "top_two_rate", score->top_two_rate, known);
    put_interval(columns, score->interval, known);
}

static void put_nps(struct columns *columns, const struct nps_score *score, bool shown) {
    bool known = shown && score->n > 0;
    columns->group = "nps_";
    put_int(columns, "n", score->n, true);
    put_int(columns, "promoters", score->promoters, shown);
    put_int(columns, "passives", score->passives, shown);
    put_int(columns, "detractors", score->detractors, shown);
    put_decimal(columns, "score", score->score, known);
    put_interval(columns, score->interval, known);
}

static void put_ces(struct columns *columns, const struct ces_score *score, bool shown) {
    bool known = shown && score->n > 0;
    columns->group = "ces_";
    put_int(columns, "n", score->n, true);
    put_counts(columns, score->counts, COUNT(score->counts), shown);
    put_decimal(columns, "mean", score->mean, known);
    put_decimal(columns, "top_three_rate", score->top_three_rate, known);
    put_interval(columns, score->interval, known);
}

static void put_score(struct columns *columns, const struct score *score) {
    put_int(columns, "n", score->n, true);
    put_int(columns, "provisional", score->provisional, true);
    put_int(columns, "invited", score->invited, true);
    put_int(columns, "answered", score->answered, true);
    put_decimal(columns, "response_rate", score->response_rate, score->invited > 0);
    put_word(columns, "thin", word_of(score->thin));
    put_word(columns, "withheld", word_of(score->withheld));
    put_understood(columns, &score->understood, !score->withheld);
    put_csat(columns, &score->csat, !score->withheld);
    put_nps(columns, &score->nps, !score->withheld);
    put_ces(columns, &score->ces, !score->withheld);
}

static void put_change(struct columns *columns, const struct change *change, bool adjusted) {
    static const char *const groups[COMPARED] = {
        [COMPARED_UNDERSTOOD] = "change_understood_",
        [COMPARED_CSAT] = "change_csat_",
        [COMPARED_NPS] = "change_nps_",
        [COMPARED_CES] = "change_ces_",
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
static void put_fair(struct columns *columns, const struct row *row, enum rate rate) {
    static const char *const groups[RATES] = {
        [RATE_UNDERSTOOD] = "fair_understood_",
        [RATE_CSAT] = "fair_csat_",
        [RATE_CES] = "fair_ces_",
    };
    const struct fair_rate *fair = row->fair[rate];
    bool about_groups = row->is_total && columns->answer->query->grouped;
    struct population all =
        about_groups ? columns->answer->populations[rate] : (struct population){0};
    columns->group = groups[rate];
    put_decimal(columns, "estimate", fair ? fair->estimate : 0, fair);
    put_interval(columns, fair ? fair->interval : (struct interval){0}, fair);
    put_word(columns, "band", fair ? band_name(fair->band) : NULL);
    put_decimal(columns, "mean", all.mean,
                about_groups && metrics_mean_is_told(columns->answer, rate));
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
static void put_choices(struct columns *columns, const struct row *row) {
    const struct choice_counts *all = &columns->answer->metrics->choices;
    for (size_t i = 0; i < all->count; i++) {
        const struct choice_count *column = &all->list[i];
        bool answered = *column->choice == '\0';
        if (!answered && columns->answer->total.withheld) {
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

static void put_row(struct columns *columns, const struct row *row) {
    columns->group = "";
    put_word(columns, "row", row->kind);
    if (begin(columns, "value", row->value != NULL)) {
        csv_append_text(columns->text, row->value);
    }
    put_instant(columns, "start", row->start);
    put_instant(columns, "end", row->end);
    put_score(columns, row->score);
    put_change(columns, row->change, row->value != NULL);
    for (enum rate rate = 0; rate < RATES; rate++) {
        put_fair(columns, row, rate);
    }
    columns->group = "";
    put_word(columns, "groups_truncated",
             row->is_total ? word_of(columns->answer->metrics->groups_truncated) : NULL);
    put_choices(columns, row);
    csv_end_row(columns->text);
}

static void put_total(struct columns *columns) {
    const struct metrics_answer *answer = columns->answer;
    put_row(columns, &(struct row){.kind = "total",
                                   .start = &answer->window->asked.from,
                                   .end = &answer->window->asked.to,
                                   .score = &answer->total,
                                   .change = answer->query->compared ? &answer->change : NULL,
                                   .choices = &answer->metrics->choices,
                                   .is_total = true});
}

static void put_previous(struct columns *columns) {
    put_row(columns, &(struct row){.kind = "previous",
                                   .start = &columns->answer->window->before.from,
                                   .end = &columns->answer->window->before.to,
                                   .score = &columns->answer->before});
}

static void put_series(struct columns *columns) {
    const struct metrics_answer *answer = columns->answer;
    const struct metrics *metrics = answer->metrics;
    for (size_t i = 0; i < metrics->series_count; i++) {
        struct score score = metrics_point_score(answer, i);
        bool last = i + 1 == metrics->series_count;
        put_row(columns, &(struct row){.kind = "series",
                                       .start = &metrics->series[i].start,
                                       .end = last ? &answer->window->asked.to
                                                   : &metrics->series[i + 1].start,
                                       .score = &score});
    }
}

static void put_groups(struct columns *columns) {
    const struct metrics_answer *answer = columns->answer;
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
        put_row(columns, &row);
    }
}

void metrics_append_csv(struct text *text, const struct metrics_answer *answer) {
    struct columns columns = {.text = text, .heading = true, .answer = answer};
    put_total(&columns);
    columns.heading = false;
    put_total(&columns);
    if (answer->query->compared) {
        put_previous(&columns);
    }
    put_series(&columns);
    put_groups(&columns);
}
