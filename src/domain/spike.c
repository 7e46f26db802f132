#include "domain/spike.h"

#include <inttypes.h>
#include <math.h>

#include "domain/beta_binomial.h"
#include "domain/spike_crossing.h"

#define ALPHA_FACTOR       0.75 /* how much sooner than independent ones, tests at each answer err */
#define CORRELATION_MAX    0.5
#define CORRELATION_LESS   0.4 /* of it are taken off: what few hours say is mostly luck */
#define CORRELATION_ERRORS 1.0 /* standard errors from which a correlation is told */
#define CLASS_ERRORS       3
#define SHARE_ROUNDING     1e-9
#define ALPHA_RAISE_MAX    4   /* times the formula's alpha */
#define CROSSINGS_PART     0.9 /* of the budget: the baseline has an error of its own */
#define ALPHA_HALVINGS     12

void spike_hours_add(struct spike_hours *hours, const struct trials *hour) {
    if (hour->n > 0) {
        hours->hours++;
        hours->answers.x += hour->x;
        hours->answers.n += hour->n;
        hours->pairs += hour->n * (hour->n - 1);
        hours->mixed += (double)hour->x * (double)(hour->n - hour->x) / (double)hour->n;
    }
}

double spike_correlation(const struct spike_hours *hours) {
    double n = (double)hours->answers.n;
    double rate = n > 0 ? (double)hours->answers.x / n : 0;
    double expected = (n - (double)hours->hours) * rate * (1 - rate);
    double rho = expected > 0 ? 1 - hours->mixed / expected : 0;
    double error = hours->pairs > 0 ? sqrt(2 / (double)hours->pairs) : 1;
    return rho > CORRELATION_ERRORS * error ? fmin(rho - CORRELATION_LESS * error, CORRELATION_MAX)
                                            : 0;
}

/* Whether the hours alike have a share of their own: in standard errors of answers that resemble
 * each other within an hour. */
static bool differs(const struct spike_history *history, double rho) {
    const struct trials *all = &history->hours.answers;
    const struct spike_hours *alike = &history->alike;
    double rate = (double)all->x / (double)all->n;
    double n = (double)alike->answers.n;
    double resembling = 1 + (n / (double)alike->hours - 1) * rho;
    double error = sqrt(rate * (1 - rate) / n * resembling);
    return fabs((double)alike->answers.x / n - rate) > CLASS_ERRORS * error;
}

struct spike_baseline spike_baseline_of(const struct spike_history *history) {
    double days = fmin(history->days, SPIKE_BASELINE_DAYS);
    double weeks = fmax(days, SPIKE_BASELINE_AGE) / 7;
    struct spike_baseline baseline = {
        .usual = history->hours.answers,
        .rho = spike_correlation(&history->hours),
        .days = days,
        .open_hours = (double)history->open_hours,
    };
    if (history->alike.answers.n >= SPIKE_CLASS_FROM && differs(history, baseline.rho)) {
        baseline.usual = history->alike.answers;
    }
    if (history->open_hours > 0) {
        baseline.answers_per_hour = (double)history->answers / weeks / baseline.open_hours;
    }
    return baseline;
}

double spike_alpha(double budget, double open_hours, double answers_per_hour) {
    return fmin(budget / (ALPHA_FACTOR * open_hours * sqrt(answers_per_hour)), 1);
}

static struct beta rate_of(const struct spike_baseline *baseline) {
    double precision = (double)baseline->usual.n + 1;
    double rate = ((double)baseline->usual.x + .5) / precision;
    if (baseline->rho > 0) {
        precision = fmin(precision, 1 / fmin(baseline->rho, CORRELATION_MAX) - 1);
    }
    return (struct beta){rate * precision, (1 - rate) * precision};
}

double spike_chance(const struct spike_baseline *baseline, const struct trials *window) {
    if (baseline->usual.n == 0) {
        return 1;
    }
    struct beta_binomial ordinary = {window->n, rate_of(baseline)};
    return beta_binomial_tail(&ordinary, window->x);
}

static enum spike_doubt doubt_of(const struct spike_baseline *baseline) {
    if (baseline->usual.n < SPIKE_BASELINE_MIN) {
        return SPIKE_FEW_BEFORE;
    }
    if (baseline->days < SPIKE_BASELINE_AGE) {
        return SPIKE_SHORT_BEFORE;
    }
    return baseline->answers_per_hour < SPIKE_TELLS_FROM ? SPIKE_FEW_ANSWERS : SPIKE_NO_DOUBT;
}

static double usual_rate(const struct spike_baseline *baseline) {
    const struct trials *usual = &baseline->usual;
    return usual->n > 0 ? (double)usual->x / (double)usual->n : 0;
}

/* The largest alpha from the formula's on whose expected crossings a week are well within the
 * budget. */
static double raise_alpha(const struct spike_baseline *baseline, double budget, double alpha) {
    struct crossing crossing = {
        .rate = rate_of(baseline),
        .answers_per_hour = baseline->answers_per_hour,
        .least = SPIKE_FRUSTRATED_MIN,
        .least_share = usual_rate(baseline) + SPIKE_SHARE_ABOVE,
    };
    double low = log(alpha);
    double high = log(ALPHA_RAISE_MAX * alpha);
    for (int i = 0; i < ALPHA_HALVINGS; i++) {
        double middle = (low + high) / 2;
        crossing.alpha = exp(middle);
        double crossings = baseline->open_hours * crossings_per_hour(&crossing);
        *(crossings <= CROSSINGS_PART * budget ? &low : &high) = middle;
    }
    return fmin(exp(low), 1);
}

double spike_alpha_of(const struct spike_baseline *baseline, double budget) {
    enum spike_doubt doubt = doubt_of(baseline);
    if (doubt == SPIKE_FEW_BEFORE || doubt == SPIKE_SHORT_BEFORE) {
        return 0;
    }
    double alpha = spike_alpha(budget, baseline->open_hours, baseline->answers_per_hour);
    /* What an estimated rho might be wrong by needs the room that there is. */
    return baseline->rho > 0 ? alpha : raise_alpha(baseline, budget, alpha);
}

/* Beside chance: enough of them, and enough above the usual to be worth a look. */
static bool matters(const struct spike_baseline *baseline, const struct trials *window) {
    double needed = (usual_rate(baseline) + SPIKE_SHARE_ABOVE) * (double)window->n;
    return window->x >= SPIKE_FRUSTRATED_MIN && (double)window->x >= needed - SHARE_ROUNDING;
}

struct spike_judgement spike_judge(const struct spike_facts *facts) {
    const struct trials *usual = &facts->baseline.usual;
    struct spike_judgement judgement = {
        .p = spike_chance(&facts->baseline, &facts->window),
        .alpha = facts->alpha,
        .doubt = doubt_of(&facts->baseline),
        .baseline_rate = usual_rate(&facts->baseline),
        .baseline_interval = {0, 1},
    };
    judgement.can_tell = judgement.doubt == SPIKE_NO_DOUBT;
    judgement.exceeded =
        matters(&facts->baseline, &facts->window) && judgement.p <= judgement.alpha;
    if (usual->n > 0) {
        judgement.baseline_interval = wilson_interval(usual->x, usual->n);
    }
    return judgement;
}

int64_t spike_least(const struct spike_facts *facts, int64_t n) {
    int64_t low = 0; /* no spike */
    int64_t high = n + 1;
    while (high - low > 1) {
        struct trials window = {low + (high - low) / 2, n};
        bool exceeded = matters(&facts->baseline, &window) &&
                        spike_chance(&facts->baseline, &window) <= facts->alpha;
        *(exceeded ? &high : &low) = window.x;
    }
    return high <= n ? high : 0;
}

struct spike_outlook spike_outlook_of(const struct spike_baseline *baseline, double budget) {
    struct spike_facts facts = {.baseline = *baseline, .alpha = spike_alpha_of(baseline, budget)};
    int64_t usual = llround(baseline->answers_per_hour);
    return (struct spike_outlook){
        .judgement = spike_judge(&facts),
        .usual_answers = usual,
        .least = spike_least(&facts, usual),
    };
}

void spike_doubt_append(const struct spike_facts *facts, enum spike_doubt doubt,
                        struct text *text) {
    const struct spike_baseline *baseline = &facts->baseline;
    switch (doubt) {
    case SPIKE_FEW_BEFORE:
        text_append_format(text,
                           "What is usual is not known yet: of the last %d days there are %" PRId64
                           " answers with an estimate, and it takes %d.",
                           SPIKE_BASELINE_DAYS, baseline->usual.n, SPIKE_BASELINE_MIN);
        return;
    case SPIKE_SHORT_BEFORE:
        text_append_format(text,
                           "What is usual is not known yet: the first answers are %.1f days old, "
                           "and it takes a week to know its hours.",
                           baseline->days);
        return;
    case SPIKE_FEW_ANSWERS:
        text_append_format(text,
                           "At about %.1f answers an hour chance alone explains a bad hour: only "
                           "what lasts longer, or is extreme, can be told. From %.0f an hour on, "
                           "some spikes show within one.",
                           baseline->answers_per_hour, SPIKE_TELLS_FROM);
        return;
    case SPIKE_NO_DOUBT:
    default:
        return;
    }
}
