/* How far two independent scores are apart, with a 95 % interval and a two-sided p-value. */
#ifndef DOMAIN_DIFFERENCE_H
#define DOMAIN_DIFFERENCE_H

#include <stdint.h>

#include "domain/score.h"

/* low <= difference <= high */
struct difference {
    double difference; /* the first less the second */
    struct interval interval;
    double p; /* how often chance alone would make a difference at least as large */
};

/*
 * Of two rates in 0..1, both n > 0. The interval is Newcombe's hybrid of two Wilson intervals
 * (method 10 of Newcombe 1998, Stat. Med. 17:873); p is of the pooled two-proportion z test without
 * continuity correction, 1 when all or none succeeded. Two methods, so that at the very edge one
 * may exclude zero where the other does not.
 */
struct difference rate_difference(const struct trials *first, const struct trials *second);

/*
 * Of two net promoter scores in -1..1, both n > 0: each adjusted as in nps_interval, then Wald's
 * interval and z test (Rocks 2016). The published difference is not adjusted; where it lies outside
 * the interval, as with a handful of answers, the interval is widened to it.
 */
struct difference nps_difference(const struct nps_score *first, const struct nps_score *second);

#endif
