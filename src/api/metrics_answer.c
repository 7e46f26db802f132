#include "api/metrics_answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"

/* Everything narrowed down by a dimension is marked; the whole account's answers never are. */
static struct score marked_score(const struct metrics_answer *answer,
                                 const struct counters *counters) {
    struct score score = score_of(counters);
    if (answer->filtered) {
        score_mark(&score);
    }
    return score;
}

struct score metrics_point_score(const struct metrics_answer *answer, size_t point) {
    return marked_score(answer, &answer->metrics->series[point].counters);
}

static void mark_groups(struct metrics_answer *answer) {
    size_t count = answer->metrics->group_count;
    for (size_t i = 0; i < count; i++) {
        answer->groups[i] = score_of(&answer->metrics->groups[i].counters);
    }
    scores_mark_groups(answer->groups, count);
}

/* The groups of the window before are withheld by the same rules: a change and a score would give
 * them away. */
static bool compare_groups(struct metrics_answer *answer) {
    size_t count = answer->metrics->group_count;
    struct score *before = calloc(count + 1, sizeof *before);
    answer->changes = calloc(count + 1, sizeof *answer->changes);
    if (!before || !answer->changes) {
        free(before);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        before[i] = score_of(&answer->metrics->groups[i].before);
    }
    scores_mark_groups(before, count);
    for (size_t i = 0; i < count; i++) {
        answer->changes[i] = change_of(&answer->groups[i], &before[i]);
    }
    free(before);
    return changes_adjust(answer->changes, count);
}

static bool fit_groups(struct metrics_answer *answer) {
    size_t count = answer->metrics->group_count;
    struct trials *trials = calloc(count + 1, sizeof *trials);
    for (enum rate rate = 0; trials && rate < RATES; rate++) {
        for (size_t i = 0; i < count; i++) {
            trials[i] = trials_of(&answer->groups[i], rate);
        }
        answer->populations[rate] = population_fit(trials, count);
    }
    bool done = trials != NULL;
    free(trials);
    return done;
}

bool metrics_answer_make(struct metrics_answer *answer, const struct metrics_query *query,
                         const struct metrics_window *window, const struct metrics *metrics) {
    *answer = (struct metrics_answer){.query = query, .window = window, .metrics = metrics};
    for (int i = 0; i < DIMENSIONS; i++) {
        answer->filtered |= query->filters[i] != NULL;
    }
    answer->total = marked_score(answer, &metrics->total);
    if (query->compared) {
        answer->before = marked_score(answer, &metrics->before);
        answer->change = change_of(&answer->total, &answer->before);
    }
    answer->groups = calloc(metrics->group_count + 1, sizeof *answer->groups);
    if (!answer->groups) {
        return false;
    }
    mark_groups(answer);
    return (!query->grouped || fit_groups(answer)) && (!query->compared || compare_groups(answer));
}

void metrics_answer_clear(struct metrics_answer *answer) {
    free(answer->groups);
    free(answer->changes);
    *answer = (struct metrics_answer){0};
}

bool metrics_mean_is_told(const struct metrics_answer *answer, enum rate rate) {
    return answer->populations[rate].groups > 0 && !answer->total.withheld;
}

bool metrics_fair_rate(const struct metrics_answer *answer, size_t group, enum rate rate,
                       struct fair_rate *fair) {
    const struct score *score = &answer->groups[group];
    struct trials trials = trials_of(score, rate);
    if (score->withheld || trials.n == 0) {
        return false;
    }
    *fair = fair_rate_of(&answer->populations[rate], &trials);
    return true;
}

void append_local_instant(struct text *text, const struct local_instant *instant) {
    char local[TIME_TEXT_SIZE];
    time_format(instant->time_us + instant->offset_s * US_PER_SECOND, local);
    local[strlen(local) - 1] = '\0';
    int64_t minutes = llabs(instant->offset_s) / 60;
    text_append(text, local);
    text_append_char(text, instant->offset_s < 0 ? '-' : '+');
    text_append_format(text, "%02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
}
