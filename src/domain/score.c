#include "domain/score.h"

#include <math.h>

/* Rocks's default adjustment: what is added to detractors, passives, promoters. */
#define NPS_ADDED_EXTREME 0.75
#define NPS_ADDED_PASSIVE 1.5

void counters_add(struct counters *counters, const struct counters *more) {
    for (int i = 0; i < COUNTERS; i++) {
        counters->sums[i] += more->sums[i];
    }
}

struct interval wilson_interval(int64_t x, int64_t n) {
    double hits = (double)x;
    double trials = (double)n;
    double z2 = Z95 * Z95;
    double centre = (hits + z2 / 2) / (trials + z2);
    double half = Z95 / (trials + z2) * sqrt(hits * (trials - hits) / trials + z2 / 4);
    /* At the ends the formula is exact but for rounding, which must not cross the point. */
    return (struct interval){
        .low = x == 0 ? 0 : centre - half,
        .high = x == n ? 1 : centre + half,
    };
}

struct nps_estimate nps_estimate(int64_t detractors, int64_t passives, int64_t promoters) {
    double against = (double)detractors + NPS_ADDED_EXTREME;
    double neutral = (double)passives + NPS_ADDED_PASSIVE;
    double in_favour = (double)promoters + NPS_ADDED_EXTREME;
    double n = against + neutral + in_favour;
    double mean = (in_favour - against) / n;
    return (struct nps_estimate){mean, sqrt(((in_favour + against) / n - mean * mean) / n)};
}

struct interval nps_interval(int64_t detractors, int64_t passives, int64_t promoters) {
    struct nps_estimate adjusted = nps_estimate(detractors, passives, promoters);
    double half = Z95 * adjusted.error;

    /* The published point is not adjusted; a single answer's lies just outside. */
    double point = (double)(promoters - detractors) / (double)(detractors + passives + promoters);
    return (struct interval){
        .low = fmin(fmax(adjusted.mean - half, -1), point),
        .high = fmax(fmin(adjusted.mean + half, 1), point),
    };
}

static struct understood_score understood_of(const struct counters *counters) {
    const int64_t *sums = counters->sums;
    struct understood_score score = {
        .n = sums[COUNTER_YES] + sums[COUNTER_PARTLY] + sums[COUNTER_NO],
        .yes = sums[COUNTER_YES],
        .partly = sums[COUNTER_PARTLY],
        .no = sums[COUNTER_NO],
    };
    if (score.n > 0) {
        score.rate = (double)score.yes / (double)score.n;
        score.interval = wilson_interval(score.yes, score.n);
    }
    return score;
}

static struct csat_score csat_of(const struct counters *counters) {
    struct csat_score score = {0};
    int64_t points = 0;
    for (int i = 0; i < 5; i++) {
        score.counts[i] = counters->sums[COUNTER_CSAT_1 + i];
        score.n += score.counts[i];
        points += (i + 1) * score.counts[i];
    }
    if (score.n > 0) {
        int64_t top_two = score.counts[3] + score.counts[4];
        score.mean = (double)points / (double)score.n;
        score.top_two_rate = (double)top_two / (double)score.n;
        score.interval = wilson_interval(top_two, score.n);
    }
    return score;
}

static struct nps_score nps_of(const struct counters *counters) {
    const int64_t *sums = counters->sums;
    struct nps_score score = {
        .n = sums[COUNTER_PROMOTERS] + sums[COUNTER_PASSIVES] + sums[COUNTER_DETRACTORS],
        .promoters = sums[COUNTER_PROMOTERS],
        .passives = sums[COUNTER_PASSIVES],
        .detractors = sums[COUNTER_DETRACTORS],
    };
    if (score.n > 0) {
        struct interval interval = nps_interval(score.detractors, score.passives, score.promoters);
        score.score = 100 * (double)(score.promoters - score.detractors) / (double)score.n;
        score.interval = (struct interval){100 * interval.low, 100 * interval.high};
    }
    return score;
}

struct score score_of(const struct counters *counters) {
    const int64_t *sums = counters->sums;
    int64_t invited = sums[COUNTER_INVITED];
    return (struct score){
        .n = sums[COUNTER_N],
        .provisional = sums[COUNTER_PROVISIONAL],
        .invited = invited,
        .answered = sums[COUNTER_ANSWERED],
        .response_rate = invited > 0 ? (double)sums[COUNTER_INVITED_ANSWERED] / (double)invited : 0,
        .understood = understood_of(counters),
        .csat = csat_of(counters),
        .nps = nps_of(counters),
    };
}

void score_mark(struct score *score) {
    score->thin = score->n > 0 && score->n < SCORE_THIN_BELOW;
    score->withheld = score->n > 0 && score->n < SCORE_WITHHELD_BELOW;
}

/* The smallest group with answers whose rates are shown, or NULL. */
static struct score *smallest_shown(struct score scores[], size_t count) {
    struct score *smallest = NULL;
    for (size_t i = 0; i < count; i++) {
        bool shown = scores[i].n > 0 && !scores[i].withheld;
        if (shown && (!smallest || scores[i].n < smallest->n)) {
            smallest = &scores[i];
        }
    }
    return smallest;
}

void scores_mark_groups(struct score scores[], size_t count) {
    size_t withheld = 0;
    for (size_t i = 0; i < count; i++) {
        score_mark(&scores[i]);
        withheld += scores[i].withheld;
    }
    struct score *next = withheld == 1 ? smallest_shown(scores, count) : NULL;
    if (next) {
        next->withheld = true;
    }
}
