#include "domain/beta_binomial.h"

#include <math.h>

#include "domain/gamma.h"

static double log_choose(double n, double k) {
    int sign;
    return lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign);
}

/* Rising factorials in place of beta functions: of those, next to nothing is left when a and b are
 * huge. */
static double term(const struct beta_binomial *distribution, int64_t x) {
    double n = (double)distribution->n;
    double k = (double)x;
    double a = distribution->rate.a;
    double b = distribution->rate.b;
    return exp(log_choose(n, k) - k * log1p(b / a) - (n - k) * log1p(a / b) + log_rise(a, k) +
               log_rise(b, n - k) - log_rise(a + b, n));
}

static double sum_upwards(const struct beta_binomial *distribution, int64_t k) {
    double a = distribution->rate.a;
    double b = distribution->rate.b;
    double next = term(distribution, k);
    double sum = next;
    for (int64_t x = k; x < distribution->n; x++) {
        double left = (double)(distribution->n - x);
        next *= left * ((double)x + a) / ((double)(x + 1) * (left - 1 + b));
        sum += next;
    }
    return sum;
}

double beta_binomial_tail(const struct beta_binomial *distribution, int64_t k) {
    double n = (double)distribution->n;
    double mean = n * distribution->rate.a / (distribution->rate.a + distribution->rate.b);
    if (k <= 0 || k > distribution->n) {
        return k <= 0 ? 1 : 0;
    }
    if ((double)k > mean) {
        return fmin(sum_upwards(distribution, k), 1);
    }
    /* The other side is the smaller: seen from there, it is a tail upwards too. */
    struct beta_binomial mirrored = {distribution->n, {distribution->rate.b, distribution->rate.a}};
    return fmax(1 - sum_upwards(&mirrored, distribution->n - k + 1), 0);
}
