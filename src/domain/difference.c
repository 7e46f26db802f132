#include "domain/difference.h"

#include <math.h>

static double two_sided_p(double z) {
    return erfc(fabs(z) / sqrt(2));
}

static double rate_of(const struct trials *trials) {
    return (double)trials->x / (double)trials->n;
}

static double pooled_p(const struct trials *first, const struct trials *second) {
    double n = (double)(first->n + second->n);
    double pooled = (double)(first->x + second->x) / n;
    double variance = pooled * (1 - pooled) * (1 / (double)first->n + 1 / (double)second->n);
    return variance > 0 ? two_sided_p((rate_of(first) - rate_of(second)) / sqrt(variance)) : 1;
}

struct difference rate_difference(const struct trials *first, const struct trials *second) {
    double one = rate_of(first);
    double other = rate_of(second);
    struct interval ones = wilson_interval(first->x, first->n);
    struct interval others = wilson_interval(second->x, second->n);
    return (struct difference){
        .difference = one - other,
        .interval = {.low = one - other - hypot(one - ones.low, others.high - other),
                     .high = one - other + hypot(ones.high - one, other - others.low)},
        .p = pooled_p(first, second),
    };
}

struct difference nps_difference(const struct nps_score *first, const struct nps_score *second) {
    struct nps_estimate one = nps_estimate(first->detractors, first->passives, first->promoters);
    struct nps_estimate other =
        nps_estimate(second->detractors, second->passives, second->promoters);
    double adjusted = one.mean - other.mean;
    double error = hypot(one.error, other.error);
    double point = (double)(first->promoters - first->detractors) / (double)first->n -
                   (double)(second->promoters - second->detractors) / (double)second->n;
    return (struct difference){
        .difference = point,
        .interval = {.low = fmin(fmax(adjusted - Z95 * error, -2), point),
                     .high = fmax(fmin(adjusted + Z95 * error, 2), point)},
        .p = two_sided_p(adjusted / error),
    };
}
