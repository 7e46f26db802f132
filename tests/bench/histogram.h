/* Latencies in buckets 1/64 of an octave wide: a percentile is right within 1.1 %. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_OCTAVES 26 /* up to a minute, in microseconds */
#define HISTOGRAM_STEPS   64

struct histogram {
    uint64_t buckets[HISTOGRAM_OCTAVES * HISTOGRAM_STEPS];
    uint64_t count;
    double sum_us;
    int64_t longest_us;
};

void histogram_add(struct histogram *histogram, int64_t microseconds);

/* The latency in microseconds that share (0..1) of all stay at or below; 0 when there are none. */
double histogram_at(const struct histogram *histogram, double share);

#endif
