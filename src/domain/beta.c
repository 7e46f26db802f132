#include "domain/beta.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/array.h"
#include "domain/gamma.h"

#define LOG_2PI           1.8378770664093454836
#define STIRLING_FROM     10.0 /* from here on the series is exact to the last digits */
#define LARGE             1000.0 /* from here on, for both, the density is smooth enough to integrate */
#define FRACTION_STEPS    5000
#define FRACTION_PRECISE  1e-15
#define FRACTION_TINY     1e-300
#define TAIL_DEVIATIONS   9.0 /* nothing beyond counts */
#define TAIL_PANELS       4
#define QUANTILE_STEPS    200
#define QUANTILE_PRECISE  1e-7 /* the step after it, which is taken too, is its third power */
#define NEWTON_LONGEST    4.0
#define LOGIT_LOW         (-744.0) /* of the smallest and the largest x there is below 1 */
#define LOGIT_HIGH        36.0
#define MEDIAN_CORRECTION (1.0 / 3)

/* A beta distribution and what is worked out of it once. */
struct shape {
    double a;
    double b;
    double mean;
    double factor; /* of the logit's density at the mean */
};

static struct shape shape_of(const struct beta *beta) {
    double a = beta->a;
    double b = beta->b;
    double n = a + b;
    double error = stirling_error(n) - stirling_error(a) - stirling_error(b);
    return (struct shape){a, b, a / n, exp(error + (log(a) + log(b) - log(n) - LOG_2PI) / 2)};
}

/* log(value / reference), exact where both are close. */
static double log_ratio(double value, double reference, double difference) {
    double relative = difference / reference;
    return fabs(relative) < .5 ? log1p(relative) : log(value / reference);
}

/* x^a (1-x)^b / B(a, b): the density of the logit of x. Large terms cancel before they are taken.
 */
static double logit_density(const struct shape *shape, double x) {
    double mean = shape->mean;
    double rest = shape->b / (shape->a + shape->b);
    return shape->factor * exp(shape->a * log_ratio(x, mean, x - mean) +
                               shape->b * log_ratio(1 - x, rest, mean - x));
}

static double away_from_zero(double value) {
    return fabs(value) < FRACTION_TINY ? FRACTION_TINY : value;
}

/* 1 / (1 + d1/(1 + d2/(1 + ...))) of DLMF 8.17.22, for x below the mean. */
static double fraction(double x, double a, double b) {
    double c = 1;
    double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
    double value = d;
    for (int m = 1; m <= FRACTION_STEPS; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away_from_zero(1 + even * d);
        c = away_from_zero(1 + even / c);
        value *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away_from_zero(1 + odd * d);
        c = away_from_zero(1 + odd / c);
        value *= d * c;
        if (fabs(d * c - 1) < FRACTION_PRECISE) {
            break;
        }
    }
    return value;
}

/* Ten-point Gauss-Legendre of the density over [from, to]. Abramowitz & Stegun 25.4.30 */
static double integrate(const struct shape *shape, double from, double to) {
    static const struct {
        double node;
        double weight;
    } points[] = {
        {.1488743389816312, .2955242247147529}, {.4333953941292472, .2692667193099963},
        {.6794095682990244, .2190863625159820}, {.8650633666889845, .1494513491505806},
        {.9739065285171717, .0666713443086881},
    };
    double centre = (from + to) / 2;
    double half = (to - from) / 2;
    double sum = 0;
    for (size_t i = 0; i < 2 * COUNT(points); i++) {
        double node = points[i / 2].node * (i % 2 ? half : -half);
        double x = centre + node;
        sum += points[i / 2].weight * logit_density(shape, x) / (x * (1 - x));
    }
    return fabs(half) * sum;
}

/* The probability from x outwards, away from the mean. */
static double tail(const struct shape *shape, double x) {
    double mean = shape->mean;
    double width = TAIL_DEVIATIONS * sqrt(mean * (1 - mean) / (shape->a + shape->b + 1));
    double end = x < mean ? fmax(x - width, 0) : fmin(x + width, 1);
    double step = (end - x) / TAIL_PANELS;
    double sum = 0;
    for (int i = 0; i < TAIL_PANELS; i++) {
        sum += integrate(shape, x + i * step, x + (i + 1) * step);
    }
    return sum;
}

static double probability(const struct shape *shape, double x) {
    double a = shape->a;
    double b = shape->b;
    if (x <= 0 || x >= 1) {
        return x > 0;
    }
    if (a > LARGE && b > LARGE) {
        double outer = fmin(tail(shape, x), 1);
        return x < shape->mean ? outer : 1 - outer;
    }
    bool below = x < (a + 1) / (a + b + 2);
    double density = logit_density(shape, x);
    return below ? density * fraction(x, a, b) / a : 1 - density * fraction(1 - x, b, a) / b;
}

double beta_probability(const struct beta *beta, double x) {
    struct shape shape = shape_of(beta);
    return probability(&shape, x);
}

static double from_logit(double logit) {
    return 1 / (1 + exp(-logit));
}

/* To three decimals. Abramowitz & Stegun 26.2.23 */
static double normal_quantile(double p) {
    double t = sqrt(-2 * log(fmin(p, 1 - p)));
    double size = t - (2.515517 + t * (.802853 + t * .010328)) /
                          (1 + t * (1.432788 + t * (.189269 + t * .001308)));
    return p < .5 ? -size : size;
}

/* The logit is nearly normal. */
static double first_logit(const struct shape *shape, double p) {
    double centre = log((shape->a + MEDIAN_CORRECTION) / (shape->b + MEDIAN_CORRECTION));
    double logit = centre + normal_quantile(p) * sqrt(1 / shape->a + 1 / shape->b);
    return fmin(fmax(logit, LOGIT_LOW + 1), LOGIT_HIGH - 1);
}

/* Newton's step made Halley's: the density's own slope is known. */
static double bent(const struct shape *shape, double x, double newton) {
    double slope = shape->a - (shape->a + shape->b) * x;
    return newton / fmax(1 + newton * slope / 2, .5);
}

double beta_quantile(const struct beta *beta, double p) {
    struct shape shape = shape_of(beta);
    double low = LOGIT_LOW;
    double high = LOGIT_HIGH;
    double logit = first_logit(&shape, p);
    for (int i = 0; i < QUANTILE_STEPS; i++) {
        double x = from_logit(logit);
        double excess = probability(&shape, x) - p;
        *(excess > 0 ? &high : &low) = logit;
        double newton = -excess / logit_density(&shape, x);
        double next = logit + bent(&shape, x, newton);
        if (fabs(newton) < QUANTILE_PRECISE) {
            return from_logit(next);
        }
        /* Far out, where the density is next to nothing, it says little. Also when it is not a
         * number. */
        bool trusted = fabs(newton) < NEWTON_LONGEST && next > low && next < high;
        logit = trusted ? next : low + (high - low) / 2;
    }
    return from_logit(logit);
}
