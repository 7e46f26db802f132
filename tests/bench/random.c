#include "random.h"

#include <math.h>

static uint64_t rotate(uint64_t word, int bits) {
    return word << bits | word >> (64 - bits);
}

static uint64_t next(struct random *random) {
    uint64_t *state = random->state;
    uint64_t result = rotate(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 45);
    return result;
}

/* The state is made of the seed by splitmix64, as its authors advise. */
struct random random_begin(uint64_t seed) {
    struct random random;
    for (int i = 0; i < 4; i++) {
        uint64_t word = seed += UINT64_C(0x9e3779b97f4a7c15);
        word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
        random.state[i] = word ^ word >> 31;
    }
    return random;
}

double random_unit(struct random *random) {
    return ((double)(next(random) >> 11) + .5) / 9007199254740992.0;
}

double random_gap(struct random *random) {
    return -log(random_unit(random));
}

static double normal(struct random *random) {
    double radius = sqrt(2 * random_gap(random));
    return radius * cos(2 * M_PI * random_unit(random));
}

/* Marsaglia and Tsang 2000, for shape >= 1. */
static double large_gamma(struct random *random, double shape) {
    double d = shape - 1. / 3;
    double c = 1 / sqrt(9 * d);
    for (;;) {
        double x = normal(random);
        double v = pow(1 + c * x, 3);
        if (v > 0 && -random_gap(random) < x * x / 2 + d - d * v + d * log(v)) {
            return d * v;
        }
    }
}

static double gamma_draw(struct random *random, double shape) {
    return shape < 1 ? large_gamma(random, shape + 1) * pow(random_unit(random), 1 / shape)
                     : large_gamma(random, shape);
}

double random_share(struct random *random, double rate, double rho) {
    if (rho <= 0) {
        return rate;
    }
    double precision = 1 / rho - 1;
    double yes = gamma_draw(random, rate * precision);
    double no = gamma_draw(random, (1 - rate) * precision);
    return yes / (yes + no);
}
