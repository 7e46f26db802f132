#include "domain/shrinkage.h"

#include <float.h>
#include <math.h>

#include "domain/gamma.h"

#define SUM_MIN      1e-2 /* of a + b */
#define SUM_MAX      1e10
#define STARTS       37    /* from the one to the other: three a decade */
#define AT_THE_END   1.001 /* so near to the one or the other */
#define GAIN_MIN     1e-3  /* of log-likelihood over one shared rate */
#define STEPS_MAX    100   /* of Newton's method */
#define HALVINGS_MAX 30    /* of a step that went too far */
#define STEP_LONGEST 2.0   /* in logit and log */
#define STEP_PRECISE 1e-10 /* shorter ones are not worth taking */
#define ROUNDING     1e-13 /* of the likelihood: a last step may seem to lead down */
#define TAIL_EACH    .025

/* As of one shared rate a / (a + b), and how much more the groups' differences make of it. */
double beta_binomial_log_likelihood(const struct beta *spread, const struct trials groups[],
                                    size_t count) {
    double sum = spread->a + spread->b;
    double log_mean = log(spread->a / sum);
    double log_rest = log(spread->b / sum);
    double likelihood = 0;
    for (size_t i = 0; i < count; i++) {
        double x = (double)groups[i].x;
        double rest = (double)(groups[i].n - groups[i].x);
        likelihood += x * log_mean + rest * log_rest + log_rise(spread->a, x) +
                      log_rise(spread->b, rest) - log_rise(sum, x + rest);
    }
    return likelihood;
}

struct beta beta_of_moments(double mean, double variance) {
    double sum = mean * (1 - mean) / variance - 1;
    return (struct beta){mean * sum, (1 - mean) * sum};
}

/* The derivatives of the log-likelihood by u, the logit of the mean, and v, log(a + b). */
struct slopes {
    double u;
    double v;
    double uu;
    double uv;
    double vv;
};

/* How much more log Gamma rises, summed over the groups: its first and second derivative. */
static void add_rise(struct polygamma *sums, double from, double by, struct polygamma start) {
    struct polygamma end = polygamma_of(from + by);
    sums->digamma += end.digamma - start.digamma;
    sums->trigamma += end.trigamma - start.trigamma;
}

static struct slopes slopes_at(const struct beta *spread, const struct trials groups[],
                               size_t count) {
    double a = spread->a;
    double b = spread->b;
    double sum = a + b;
    struct polygamma at_a = polygamma_of(a);
    struct polygamma at_b = polygamma_of(b);
    struct polygamma at_sum = polygamma_of(sum);
    struct polygamma in_a = {0};
    struct polygamma in_b = {0};
    struct polygamma in_sum = {0};
    for (size_t i = 0; i < count; i++) {
        double x = (double)groups[i].x;
        double n = (double)groups[i].n;
        add_rise(&in_a, a, x, at_a);
        add_rise(&in_b, b, n - x, at_b);
        add_rise(&in_sum, sum, n, at_sum);
    }
    double k = a * b / sum; /* da/du = -db/du */
    double v = a * in_a.digamma + b * in_b.digamma - sum * in_sum.digamma;
    double difference = in_a.digamma - in_b.digamma;
    return (struct slopes){
        .u = k * difference,
        .v = v,
        .uu = k * k * (in_a.trigamma + in_b.trigamma) + k * (b - a) / sum * difference,
        .uv = k * (a * in_a.trigamma - b * in_b.trigamma + difference),
        .vv = a * a * in_a.trigamma + b * b * in_b.trigamma - sum * sum * in_sum.trigamma + v,
    };
}

struct step {
    double u;
    double v;
};

/* Newton's step where the likelihood is concave; else Newton's in the mean, and a bold one uphill
 * in a + b: where the slope is next to nothing it is far to the top. No longer than STEP_LONGEST.
 */
static struct step step_of(const struct slopes *slopes) {
    double determinant = slopes->uu * slopes->vv - slopes->uv * slopes->uv;
    struct step step = {slopes->u / (fabs(slopes->uu) + DBL_MIN), copysign(1, slopes->v)};
    if (slopes->uu < 0 && determinant > 0) {
        step.u = (slopes->uv * slopes->v - slopes->vv * slopes->u) / determinant;
        step.v = (slopes->uv * slopes->u - slopes->uu * slopes->v) / determinant;
    }
    double length = hypot(step.u, step.v);
    double scale = length > STEP_LONGEST ? STEP_LONGEST / length : 1;
    return (struct step){step.u * scale, step.v * scale};
}

static struct beta moved(const struct beta *from, const struct step *step, double share) {
    double logit = log(from->a / from->b) + share * step->u;
    double sum = (from->a + from->b) * exp(share * step->v);
    double kept = fmin(fmax(sum, SUM_MIN), SUM_MAX);
    return (struct beta){kept / (1 + exp(-logit)), kept / (1 + exp(logit))};
}

/* True when a + b is where it may not go further uphill: only the mean can move then. */
static bool held(const struct beta *spread, double uphill) {
    double sum = spread->a + spread->b;
    return (uphill < 0 && sum < SUM_MIN * AT_THE_END) || (uphill > 0 && sum > SUM_MAX / AT_THE_END);
}

/* One step, halved until it leads uphill. False: there is no such step, or it is too short. */
static bool climb(struct beta *spread, double *likelihood, const struct trials groups[],
                  size_t count) {
    struct slopes slopes = slopes_at(spread, groups, count);
    if (held(spread, slopes.v)) {
        slopes.v = 0;
        slopes.uv = 0;
        slopes.vv = -1;
    }
    struct step step = step_of(&slopes);
    double share = 1;
    for (int i = 0; i < HALVINGS_MAX; i++, share /= 2) {
        struct beta next = moved(spread, &step, share);
        double there = beta_binomial_log_likelihood(&next, groups, count);
        if (there >= *likelihood - ROUNDING * fabs(*likelihood)) {
            *spread = next;
            *likelihood = there;
            return share * hypot(step.u, step.v) > STEP_PRECISE;
        }
    }
    return false;
}

/* The mean that goes with a + b, nearly: each group weighs as much as it says. */
static double mean_at(double sum, const struct trials groups[], size_t count) {
    double weights = 0;
    double hits = 0;
    for (size_t i = 0; i < count; i++) {
        double n = (double)groups[i].n;
        double weight = (sum + 1) / (sum + n);
        weights += weight * n;
        hits += weight * (double)groups[i].x;
    }
    return hits / weights;
}

/* a + b of the moments of the groups' rates; 0 when they are not a beta distribution's. */
static double sum_of_moments(const struct trials groups[], size_t count) {
    double n = 0;
    double mean = 0;
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        if (groups[i].n > 0) {
            double rate = (double)groups[i].x / (double)groups[i].n;
            double off = rate - mean;
            mean += off / ++n;
            squares += off * (rate - mean);
        }
    }
    struct beta beta = beta_of_moments(mean, squares / (n - 1));
    double sum = beta.a + beta.b;
    return isfinite(sum) ? sum : 0;
}

/* Takes the start with that a + b when it is more likely. */
static void try_start(double sum, const struct trials groups[], size_t count, struct beta *best,
                      double *likelihood) {
    double mean = mean_at(sum, groups, count);
    struct beta start = {sum * mean, sum * (1 - mean)};
    double there = beta_binomial_log_likelihood(&start, groups, count);
    if (there > *likelihood) {
        *best = start;
        *likelihood = there;
    }
}

static double fit(const struct trials groups[], size_t count, struct beta *spread) {
    double likelihood = -INFINITY;
    for (int i = 0; i < STARTS; i++) {
        double log_sum = log(SUM_MIN) + i * log(SUM_MAX / SUM_MIN) / (STARTS - 1);
        try_start(exp(log_sum), groups, count, spread, &likelihood);
    }
    double sum = sum_of_moments(groups, count);
    if (sum > SUM_MIN && sum < SUM_MAX) {
        try_start(sum, groups, count, spread, &likelihood);
    }
    for (int i = 0; i < STEPS_MAX && climb(spread, &likelihood, groups, count); i++) {
    }
    return likelihood;
}

struct population population_fit(const struct trials groups[], size_t count) {
    struct population population = {0};
    struct trials all = {0};
    for (size_t i = 0; i < count; i++) {
        population.groups += groups[i].n > 0;
        all.x += groups[i].x;
        all.n += groups[i].n;
    }
    if (population.groups == 0) {
        return population;
    }
    population.mean = (double)all.x / (double)all.n;
    population.one_rate = wilson_interval(all.x, all.n);
    if (population.groups < 2 || all.x == 0 || all.x == all.n) {
        return population;
    }
    double shared =
        (double)all.x * log(population.mean) + (double)(all.n - all.x) * log1p(-population.mean);
    population.detectable = fit(groups, count, &population.spread) > shared + GAIN_MIN;
    if (population.detectable) {
        population.mean = population.spread.a / (population.spread.a + population.spread.b);
    }
    return population;
}

static enum band band_of(double below_mean) {
    if (below_mean > 1 - TAIL_EACH) {
        return BAND_BELOW;
    }
    return below_mean < TAIL_EACH ? BAND_ABOVE : BAND_TYPICAL;
}

struct fair_rate fair_rate_of(const struct population *population, const struct trials *group) {
    if (!population->detectable) {
        return (struct fair_rate){population->mean, population->one_rate, BAND_TYPICAL};
    }
    struct beta posterior = {population->spread.a + (double)group->x,
                             population->spread.b + (double)(group->n - group->x)};
    return (struct fair_rate){
        .estimate = posterior.a / (posterior.a + posterior.b),
        .interval = {beta_quantile(&posterior, TAIL_EACH),
                     beta_quantile(&posterior, 1 - TAIL_EACH)},
        .band = band_of(beta_probability(&posterior, population->mean)),
    };
}

const char *band_name(enum band band) {
    static const char *const names[] = {
        [BAND_TYPICAL] = "typical", [BAND_BELOW] = "below", [BAND_ABOVE] = "above"};
    return names[band];
}
