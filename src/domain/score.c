#include "domain/score.h"

#include <math.h>
#include <string.h>

/* Rocks's default adjustment: what is added to detractors, passives, promoters. */
#define NPS_ADDED_EXTREME 0.75
#define NPS_ADDED_PASSIVE 1.5

#define CSAT_TOP_FROM 4
#define CES_TOP_FROM  5

void counters_add(struct counters *counters, const struct counters *more) {
    for (int i = 0; i < COUNTERS; i++) {
        counters->sums[i] += more->sums[i];
    }
    counters->pending += more->pending;
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

/* Answers on a scale from 1 up. */
struct scale {
    int64_t n;
    int64_t top; /* of the answers from top_from on */
    double mean;
};

static struct scale scale_of(const int64_t counts[], int steps, int top_from) {
    struct scale scale = {0};
    int64_t points = 0;
    for (int i = 0; i < steps; i++) {
        scale.n += counts[i];
        scale.top += i + 1 >= top_from ? counts[i] : 0;
        points += (i + 1) * counts[i];
    }
    scale.mean = scale.n > 0 ? (double)points / (double)scale.n : 0;
    return scale;
}

static struct csat_score csat_of(const struct counters *counters) {
    const int64_t *counts = &counters->sums[COUNTER_CSAT_1];
    struct scale scale = scale_of(counts, 5, CSAT_TOP_FROM);
    struct csat_score score = {.n = scale.n, .mean = scale.mean};
    memcpy(score.counts, counts, sizeof score.counts);
    if (score.n > 0) {
        score.top_two_rate = (double)scale.top / (double)score.n;
        score.interval = wilson_interval(scale.top, score.n);
    }
    return score;
}

static struct ces_score ces_of(const struct counters *counters) {
    const int64_t *counts = &counters->sums[COUNTER_CES_1];
    struct scale scale = scale_of(counts, 7, CES_TOP_FROM);
    struct ces_score score = {.n = scale.n, .mean = scale.mean};
    memcpy(score.counts, counts, sizeof score.counts);
    if (score.n > 0) {
        score.top_three_rate = (double)scale.top / (double)score.n;
        score.interval = wilson_interval(scale.top, score.n);
    }
    return score;
}

static struct frustrated_score frustrated_of(const struct counters *counters) {
    const int64_t *sums = counters->sums;
    struct frustrated_score score = {
        .n = sums[COUNTER_SCORED],
        .frustrated = sums[COUNTER_FRUSTRATED],
        .not_scored = sums[COUNTER_N] - sums[COUNTER_SCORED],
    };
    if (score.n > 0) {
        score.rate = (double)score.frustrated / (double)score.n;
        score.interval = wilson_interval(score.frustrated, score.n);
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

struct trials trials_of(const struct score *score, enum rate rate) {
    const int64_t *csat = score->csat.counts;
    const int64_t *ces = score->ces.counts;
    switch (rate) {
    case RATE_CSAT:
        return (struct trials){csat[3] + csat[4], score->csat.n};
    case RATE_CES:
        return (struct trials){ces[4] + ces[5] + ces[6], score->ces.n};
    case RATE_FRUSTRATED:
        return (struct trials){score->frustrated.frustrated, score->frustrated.n};
    case RATE_UNDERSTOOD:
    case RATES:
    default:
        return (struct trials){score->understood.yes, score->understood.n};
    }
}

static struct share share_of(int64_t count, int64_t n) {
    struct share share = {.count = count};
    if (n > 0) {
        share.rate = (double)count / (double)n;
        share.interval = wilson_interval(count, n);
    }
    return share;
}

static struct repeat_score repeat_of(const struct counters *counters) {
    const int64_t *sums = counters->sums;
    int64_t n = sums[COUNTER_WITH_CUSTOMER] - counters->pending;
    return (struct repeat_score){
        .n = n,
        .repeated = share_of(sums[COUNTER_REPEATED], n),
        .same_reason = share_of(sums[COUNTER_REPEATED_SAME_REASON], n),
        .pending = counters->pending,
        .no_customer = sums[COUNTER_CONTACTS] - sums[COUNTER_WITH_CUSTOMER],
    };
}

static struct coverage coverage_of(const struct counters *counters) {
    const int64_t *sums = counters->sums;
    int64_t fatigue = sums[COUNTER_SKIPPED_FATIGUE];
    int64_t sampled_out = sums[COUNTER_SKIPPED_SAMPLED_OUT];
    int64_t expired = sums[COUNTER_SKIPPED_EXPIRED];
    int64_t reopened = sums[COUNTER_SKIPPED_REOPENED];
    int64_t answered = sums[COUNTER_SKIPPED_ANSWERED];
    int64_t archived = sums[COUNTER_SKIPPED_ARCHIVED];
    return (struct coverage){
        .contacts = sums[COUNTER_CONTACTS],
        .eligible = sums[COUNTER_INVITED] + fatigue + sampled_out + expired + reopened + answered +
                    archived,
        .invited = sums[COUNTER_INVITED],
        .bounced = sums[COUNTER_BOUNCED],
        .skipped = {[SKIP_FATIGUE] = fatigue,
                    [SKIP_SUPPRESSED] = sums[COUNTER_SKIPPED_SUPPRESSED],
                    [SKIP_NO_ADDRESS] = sums[COUNTER_SKIPPED_NO_ADDRESS],
                    [SKIP_SAMPLED_OUT] = sampled_out,
                    [SKIP_EXPIRED] = expired,
                    [SKIP_REOPENED] = reopened,
                    [SKIP_ANSWERED] = answered,
                    [SKIP_ARCHIVED] = archived},
        .answered = sums[COUNTER_INVITED_ANSWERED],
        .reassigned = sums[COUNTER_REASSIGNED],
    };
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
        .ces = ces_of(counters),
        .frustrated = frustrated_of(counters),
        .repeat = repeat_of(counters),
        .coverage = coverage_of(counters),
    };
}

/* What is marked by an n of its own. */
enum marked {
    MARKED_ANSWERS,
    MARKED_REPEATS,
};

static int64_t n_of(const struct score *score, enum marked part) {
    return part == MARKED_REPEATS ? score->repeat.n : score->n;
}

static bool *withheld_of(struct score *score, enum marked part) {
    return part == MARKED_REPEATS ? &score->repeat.withheld : &score->withheld;
}

static bool is_below(int64_t n, int64_t limit) {
    return n > 0 && n < limit;
}

void score_mark(struct score *score) {
    score->thin = is_below(score->n, SCORE_THIN_BELOW);
    score->withheld = is_below(score->n, SCORE_WITHHELD_BELOW);
    score->repeat.thin = is_below(score->repeat.n, SCORE_THIN_BELOW);
    score->repeat.withheld = is_below(score->repeat.n, SCORE_WITHHELD_BELOW);
}

/* The smallest group with an n whose rates are shown, or NULL. */
static struct score *smallest_shown(struct score scores[], size_t count, enum marked part) {
    struct score *smallest = NULL;
    for (size_t i = 0; i < count; i++) {
        int64_t n = n_of(&scores[i], part);
        bool shown = n > 0 && !*withheld_of(&scores[i], part);
        if (shown && (!smallest || n < n_of(smallest, part))) {
            smallest = &scores[i];
        }
    }
    return smallest;
}

static void hide_the_only_withheld(struct score scores[], size_t count, enum marked part) {
    size_t withheld = 0;
    for (size_t i = 0; i < count; i++) {
        withheld += *withheld_of(&scores[i], part);
    }
    struct score *next = withheld == 1 ? smallest_shown(scores, count, part) : NULL;
    if (next) {
        *withheld_of(next, part) = true;
    }
}

void scores_mark_groups(struct score scores[], size_t count) {
    for (size_t i = 0; i < count; i++) {
        score_mark(&scores[i]);
    }
    hide_the_only_withheld(scores, count, MARKED_ANSWERS);
    hide_the_only_withheld(scores, count, MARKED_REPEATS);
}

const char *rate_name(enum rate rate) {
    static const char *const names[RATES] = {[RATE_UNDERSTOOD] = "understood",
                                             [RATE_CSAT] = "csat",
                                             [RATE_CES] = "ces",
                                             [RATE_FRUSTRATED] = "frustrated"};
    return names[rate];
}
