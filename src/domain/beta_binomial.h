/* The beta-binomial distribution: successes in n trials whose rate is itself known only as a beta
 * distribution. */
#ifndef DOMAIN_BETA_BINOMIAL_H
#define DOMAIN_BETA_BINOMIAL_H

#include <stdint.h>

#include "domain/beta.h"

struct beta_binomial {
    int64_t n; /* >= 0 */
    struct beta rate;
};

/* P(X >= k). Every term of the smaller side is added up, the first by its logarithm: its relative
 * error is about 10^-12 for n in the hundreds and 10^-9 for a million. */
double beta_binomial_tail(const struct beta_binomial *distribution, int64_t k);

#endif
