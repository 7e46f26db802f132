#include "domain/beta.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/array.h"

#define LOG_2PI           1.8378770664093454836
#define STIRLING_FROM     10.0 /* from here on the series is exact to the last digits */
#define LARGE             1000.0 /* from here on, for both, the density is smooth enough to integrate */
#define FRACTION_STEPS    5000
#define FRACTION_PRECISE  1e-15
#define FRACTION_TINY     1e-300
#define TAIL_DEVIATIONS   9.0 /* nothing beyond counts */
#define TAIL_PANELS       4
#define QUANTILE_STEPS    200
#define QUANTILE_PRECISE  1e-13
#define LOGIT_LOW         (-744.0) /* of the smallest and the largest x there is below 1 */
#define LOGIT_HIGH        36.0
#define MEDIAN_CORRECTION (1.0 / 3)

/* log Gamma(z) less Stirling's formula. DLMF 5.11.1 */
static double stirling_error(double z) {
    if (z < STIRLING_FROM) {
        int sign;
        return lgamma_r(z, &sign) - ((z - .5) * log(z) - z + LOG_2PI / 2);
    }
    double square = 1 / (z * z);
    double series = 1. / 1680 - square / 1188;
    series = 1. / 1260 - square * series;
    series = 1. / 360 - square * series;
    return (1. / 12 - square * series) / z;
}

/* log(value / reference), exact where both are close. */
static double log_ratio(double value, double reference, double difference) {
    double relative = difference / reference;
    return fabs(relative) < .5 ? log1p(relative) : log(value / reference);
}

/* x^a (1-x)^b / B(a, b): the density of the logit of x. Large terms cancel before they are taken.
 */
static double logit_density(const struct beta *beta, double x) {
    double n = beta->a + beta->b;
    double mean = beta->a / n;
    double error = stirling_error(n) - stirling_error(beta->a) - stirling_error(beta->b);
    double exponent =
        beta->a * log_ratio(x, mean, x - mean) + beta->b * log_ratio(1 - x, beta->b / n, mean - x);
    return exp(exponent + error + (log(beta->a) + log(beta->b) - log(n) - LOG_2PI) / 2);
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
static double integrate(const struct beta *beta, double from, double to) {
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
        sum += points[i / 2].weight * logit_density(beta, x) / (x * (1 - x));
    }
    return fabs(half) * sum;
}

/* The probability from x outwards, away from the mean. */
static double tail(const struct beta *beta, double x) {
    double n = beta->a + beta->b;
    double mean = beta->a / n;
    double width = TAIL_DEVIATIONS * sqrt(mean * (1 - mean) / (n + 1));
    double end = x < mean ? fmax(x - width, 0) : fmin(x + width, 1);
    double step = (end - x) / TAIL_PANELS;
    double sum = 0;
    for (int i = 0; i < TAIL_PANELS; i++) {
        sum += integrate(beta, x + i * step, x + (i + 1) * step);
    }
    return sum;
}

double beta_probability(const struct beta *beta, double x) {
    double a = beta->a;
    double b = beta->b;
    if (x <= 0 || x >= 1) {
        return x > 0;
    }
    if (a > LARGE && b > LARGE) {
        double outer = fmin(tail(beta, x), 1);
        return x < a / (a + b) ? outer : 1 - outer;
    }
    bool below = x < (a + 1) / (a + b + 2);
    double density = logit_density(beta, x);
    return below ? density * fraction(x, a, b) / a : 1 - density * fraction(1 - x, b, a) / b;
}

static double from_logit(double logit) {
    return 1 / (1 + exp(-logit));
}

double beta_quantile(const struct beta *beta, double p) {
    double low = LOGIT_LOW;
    double high = LOGIT_HIGH;
    double logit = log((beta->a + MEDIAN_CORRECTION) / (beta->b + MEDIAN_CORRECTION));
    for (int i = 0; i < QUANTILE_STEPS; i++) {
        double x = from_logit(logit);
        double excess = beta_probability(beta, x) - p;
        *(excess > 0 ? &high : &low) = logit;
        double step = -excess / logit_density(beta, x);
        double next = logit + step;
        /* Also when the step is not a number. */
        if (!(next > low && next < high)) {
            next = low + (high - low) / 2;
        }
        double moved = fabs(next - logit);
        logit = next;
        if (moved * x * (1 - x) < QUANTILE_PRECISE * x || moved < QUANTILE_PRECISE) {
            break;
        }
    }
    return from_logit(logit);
}
