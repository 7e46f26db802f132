#include "api/metrics_json.h"

#include "api/score_json.h"

static void append_instant(struct text *text, const char *name,
                           const struct local_instant *instant) {
    text_append(text, name);
    text_append_char(text, '"');
    append_local_instant(text, instant);
    text_append_char(text, '"');
}

static void append_head(struct text *text, const struct metrics_answer *answer) {
    static const char *const names[] = {
        [METRICS_BY_DAY] = "day",   [METRICS_BY_HOUR] = "hour",   [METRICS_ALL] = "all",
        [METRICS_BY_WEEK] = "week", [METRICS_BY_MONTH] = "month",
    };
    text_append(text, "{\"survey\":");
    text_append_json(text, answer->query->survey);
    append_instant(text, ",\"from\":", &answer->window->asked.from);
    append_instant(text, ",\"to\":", &answer->window->asked.to);
    text_append(text, ",\"interval\":");
    text_append_json(text, names[answer->query->interval]);
    text_append(text, ",\"timezone\":");
    text_append_json(text, answer->window->time_zone);
}

/* "billing":4, for each choice after the count of choice "", until the next question's. */
static size_t append_chosen(struct text *text, const struct choice_counts *choices, size_t first) {
    size_t i = first;
    for (; i < choices->count && *choices->list[i].choice; i++) {
        text_append(text, i > first ? "," : "");
        text_append_json(text, choices->list[i].choice);
        text_append_char(text, ':');
        text_append_int(text, choices->list[i].n);
    }
    return i;
}

static size_t skip_chosen(const struct choice_counts *choices, size_t first) {
    size_t i = first;
    while (i < choices->count && *choices->list[i].choice) {
        i++;
    }
    return i;
}

/* {"topic":{"n":5,"counts":{"billing":4}}}: n is the count of choice "". */
static void append_choices(struct text *text, const struct choice_counts *choices, bool shown) {
    text_append(text, ",\"choices\":{");
    for (size_t i = 0; i < choices->count;) {
        text_append(text, i ? "," : "");
        text_append_json(text, choices->list[i].question);
        text_append(text, ":{\"n\":");
        text_append_int(text, choices->list[i].n);
        if (shown) {
            text_append(text, ",\"counts\":{");
            i = append_chosen(text, choices, i + 1);
            text_append(text, "}}");
        } else {
            text_append(text, ",\"counts\":null}");
            i = skip_chosen(choices, i + 1);
        }
    }
    text_append_char(text, '}');
}

static void append_change_cell(struct text *text, const struct change_cell *cell, bool adjusted) {
    if (!cell->known) {
        text_append(text, "null");
        return;
    }
    json_append_decimal(text, "{\"difference\":", cell->difference.difference, true);
    json_append_decimal(text, ",\"low\":", cell->difference.interval.low, true);
    json_append_decimal(text, ",\"high\":", cell->difference.interval.high, true);
    json_append_decimal(text, ",\"p\":", cell->difference.p, true);
    if (adjusted) {
        json_append_decimal(text, ",\"p_adjusted\":", cell->p_adjusted, true);
    }
    text_append_char(text, '}');
}

static void append_change(struct text *text, const struct change *change, bool adjusted) {
    text_append(text, change->withheld ? ",\"change\":{\"withheld\":true," : ",\"change\":{");
    for (enum compared i = 0; i < COMPARED; i++) {
        text_append(text, i ? "," : "");
        text_append_json(text, compared_name(i));
        text_append_char(text, ':');
        append_change_cell(text, &change->cells[i], adjusted);
    }
    text_append_char(text, '}');
}

static void append_total(struct text *text, const struct metrics_answer *answer) {
    text_append(text, ",\"total\":{");
    score_append_json(text, &answer->total);
    if (answer->window->has_choices) {
        append_choices(text, &answer->metrics->choices, !answer->total.withheld);
    }
    if (answer->query->compared) {
        append_change(text, &answer->change, false);
    }
    text_append_char(text, '}');
}

static void append_previous(struct text *text, const struct metrics_answer *answer) {
    append_instant(text, ",\"previous\":{\"from\":", &answer->window->before.from);
    append_instant(text, ",\"to\":", &answer->window->before.to);
    text_append(text, ",\"total\":{");
    score_append_json(text, &answer->before);
    text_append(text, "}}");
}

static void append_series(struct text *text, const struct metrics_answer *answer) {
    text_append(text, ",\"series\":[");
    for (size_t i = 0; i < answer->metrics->series_count; i++) {
        struct score score = metrics_point_score(answer, i);
        append_instant(text, i ? ",{\"start\":" : "{\"start\":", &answer->metrics->series[i].start);
        text_append_char(text, ',');
        score_append_json(text, &score);
        text_append_char(text, '}');
    }
    text_append_char(text, ']');
}

static void append_fair_rate(struct text *text, const struct fair_rate *fair) {
    json_append_decimal(text, "{\"estimate\":", fair->estimate, true);
    json_append_decimal(text, ",\"low\":", fair->interval.low, true);
    json_append_decimal(text, ",\"high\":", fair->interval.high, true);
    text_append(text, ",\"band\":");
    text_append_json(text, band_name(fair->band));
    text_append_char(text, '}');
}

static void append_fair(struct text *text, const struct metrics_answer *answer, size_t group) {
    if (answer->groups[group].withheld) {
        text_append(text, ",\"fair\":null");
        return;
    }
    for (enum rate rate = 0; rate < RATES; rate++) {
        text_append(text, rate ? "," : ",\"fair\":{");
        text_append_json(text, rate_name(rate));
        text_append_char(text, ':');
        struct fair_rate fair;
        if (metrics_fair_rate(answer, group, rate, &fair)) {
            append_fair_rate(text, &fair);
        } else {
            text_append(text, "null");
        }
    }
    text_append_char(text, '}');
}

static void append_group(struct text *text, const struct metrics_answer *answer, size_t index) {
    const struct metrics_group *group = &answer->metrics->groups[index];
    const struct score *score = &answer->groups[index];
    text_append(text, "{\"value\":");
    text_append_json(text, group->value);
    text_append_char(text, ',');
    score_append_json(text, score);
    if (answer->window->has_choices && !answer->metrics->group_choices_left_out) {
        append_choices(text, &group->choices, !score->withheld);
    }
    if (answer->query->compared) {
        append_change(text, &answer->changes[index], true);
    }
    append_fair(text, answer, index);
    text_append_char(text, '}');
}

static void append_fairness(struct text *text, const struct metrics_answer *answer) {
    for (enum rate rate = 0; rate < RATES; rate++) {
        const struct population *population = &answer->populations[rate];
        text_append(text, rate ? "," : ",\"fairness\":{");
        text_append_json(text, rate_name(rate));
        text_append(text, ":{\"groups\":");
        text_append_int(text, (int64_t)population->groups);
        text_append(text,
                    population->detectable ? ",\"detectable\":true" : ",\"detectable\":false");
        json_append_decimal(text, ",\"mean\":", population->mean,
                            metrics_mean_is_told(answer, rate));
        text_append_char(text, '}');
    }
    text_append_char(text, '}');
}

static void append_groups(struct text *text, const struct metrics_answer *answer) {
    text_append(text, ",\"groups\":[");
    for (size_t i = 0; i < answer->metrics->group_count; i++) {
        text_append(text, i ? "," : "");
        append_group(text, answer, i);
    }
    text_append_char(text, ']');
    if (answer->query->grouped) {
        append_fairness(text, answer);
    }
    const struct metrics *metrics = answer->metrics;
    text_append(text, metrics->groups_truncated ? ",\"groups_truncated\":true" : "");
    text_append(text, metrics->group_choices_left_out ? ",\"choices_truncated\":true" : "");
}

void metrics_append_json(struct text *text, const struct metrics_answer *answer) {
    append_head(text, answer);
    append_total(text, answer);
    if (answer->query->compared) {
        append_previous(text, answer);
    }
    append_series(text, answer);
    append_groups(text, answer);
    text_append_char(text, '}');
}
