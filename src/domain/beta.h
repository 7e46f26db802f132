/* The beta distribution: its cumulative probability and quantiles. */
#ifndef DOMAIN_BETA_H
#define DOMAIN_BETA_H

struct beta {
    double a; /* > 0 */
    double b; /* > 0 */
};

/*
 * P(X <= x), the regularised incomplete beta function I_x(a, b); a and b up to 10^10. Lentz's
 * evaluation of the continued fraction DLMF 8.17.22, or, when both are large, Gauss-Legendre over
 * the tail. The relative error of the smaller tail is below 10^-9.
 */
double beta_probability(const struct beta *beta, double x);

/* The x at which beta_probability is p, 0 < p < 1, to 10^-12 or better: safeguarded Halley steps on
 * the logit of x. */
double beta_quantile(const struct beta *beta, double p);

#endif
