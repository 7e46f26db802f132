/* Numbers that look random and are the same in every run: xoshiro256** (Blackman and Vigna 2018).
 */
#ifndef BENCH_RANDOM_H
#define BENCH_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state[4];
};

struct random random_begin(uint64_t seed);

double random_unit(struct random *random); /* inside 0..1 */
double random_gap(struct random *random);  /* exponential, of mean 1 */

/* From the beta distribution of mean rate that correlates draws by rho; rate itself when rho is 0.
 */
double random_share(struct random *random, double rate, double rho);

#endif
