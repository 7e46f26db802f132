/*
 * Rates of many groups, each drawn towards what is common to all: with few answers a group says
 * little about itself. Empirical Bayes: x_i ~ Bin(n_i, t_i), t_i ~ Beta(a, b), where a and b are
 * the most likely ones (maximum likelihood of the beta-binomial; Gelman et al., Bayesian Data
 * Analysis, 3rd ed., ch. 5).
 */
#ifndef DOMAIN_SHRINKAGE_H
#define DOMAIN_SHRINKAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/beta.h"
#include "domain/difference.h"
#include "domain/score.h"

/* What the groups have in common. */
struct population {
    size_t groups;            /* those with n > 0 */
    bool detectable;          /* false: one rate for all explains the answers as well */
    double mean;              /* a / (a + b), or that one rate; unset while groups is 0 */
    struct beta spread;       /* of the groups' true rates, when detectable */
    struct interval one_rate; /* Wilson's of all answers together, when not */
};

/*
 * Fits by Newton steps in the logit of the mean and log(a + b), begun at the best of the moments'
 * estimate and a coarse grid, as the likelihood may have several maxima; at most 100 steps. a + b
 * is kept to 0.01..10^10. No difference is detectable when one shared rate (a + b infinite) is as
 * likely, to a thousandth of a unit of log-likelihood, or fewer than two groups have answers.
 */
struct population population_fit(const struct trials groups[], size_t count);

/* The log-likelihood of a and b, without the binomial coefficients. */
double beta_binomial_log_likelihood(const struct beta *spread, const struct trials groups[],
                                    size_t count);

/* The beta distribution of that mean and variance; variance < mean (1 - mean). */
struct beta beta_of_moments(double mean, double variance);

enum band {
    BAND_TYPICAL,
    BAND_BELOW,
    BAND_ABOVE,
};

/* What is known of one group's true rate: the posterior's mean and 2.5 % and 97.5 % quantiles. */
struct fair_rate {
    double estimate;
    struct interval interval;
    enum band band; /* below or above the mean only with a probability above 97.5 % */
};

/* Of a group of the population, which has groups > 0. */
struct fair_rate fair_rate_of(const struct population *population, const struct trials *group);

/* "typical", "below", "above" */
const char *band_name(enum band band);

#endif
