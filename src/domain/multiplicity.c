#include "domain/multiplicity.h"

#include <math.h>
#include <stdlib.h>

struct ranked {
    double p;
    size_t index;
};

static int largest_first(const void *one, const void *other) {
    double first = ((const struct ranked *)one)->p;
    double second = ((const struct ranked *)other)->p;
    return (first < second) - (first > second);
}

bool benjamini_hochberg(const double p[], double adjusted[], size_t count) {
    struct ranked *ranks = calloc(count + 1, sizeof *ranks);
    if (!ranks) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        ranks[i] = (struct ranked){p[i], i};
    }
    qsort(ranks, count, sizeof *ranks, largest_first);
    double smallest = 1;
    for (size_t i = 0; i < count; i++) {
        double scaled = ranks[i].p * (double)count / (double)(count - i);
        smallest = fmin(smallest, scaled);
        adjusted[ranks[i].index] = smallest;
    }
    free(ranks);
    return true;
}
