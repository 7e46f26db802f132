#include "histogram.h"

#include <math.h>

static unsigned bucket_of(int64_t microseconds) {
    if (microseconds < 1) {
        return 0;
    }
    double position = log2((double)microseconds) * HISTOGRAM_STEPS;
    unsigned last = HISTOGRAM_OCTAVES * HISTOGRAM_STEPS - 1;
    return position >= last ? last : (unsigned)position;
}

void histogram_add(struct histogram *histogram, int64_t microseconds) {
    histogram->buckets[bucket_of(microseconds)]++;
    histogram->count++;
    histogram->sum_us += (double)microseconds;
    if (microseconds > histogram->longest_us) {
        histogram->longest_us = microseconds;
    }
}

double histogram_at(const struct histogram *histogram, double share) {
    uint64_t wanted = (uint64_t)ceil(share * (double)histogram->count);
    uint64_t seen = 0;
    for (unsigned bucket = 0; bucket < HISTOGRAM_OCTAVES * HISTOGRAM_STEPS; bucket++) {
        seen += histogram->buckets[bucket];
        if (seen >= wanted && seen > 0) {
            return exp2((bucket + 0.5) / HISTOGRAM_STEPS);
        }
    }
    return 0;
}
