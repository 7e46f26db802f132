/* The sums behind a score, and the score with its 95 % interval. */
#ifndef DOMAIN_SCORE_H
#define DOMAIN_SCORE_H

#include <stdint.h>

/* One rollup row's worth of sums, in the order of the rollups table's columns. */
enum counter {
    COUNTER_N,
    COUNTER_PROVISIONAL,
    COUNTER_ANSWERED,
    COUNTER_YES,
    COUNTER_PARTLY,
    COUNTER_NO,
    COUNTER_CSAT_1,
    COUNTER_CSAT_2,
    COUNTER_CSAT_3,
    COUNTER_CSAT_4,
    COUNTER_CSAT_5,
    COUNTER_PROMOTERS,
    COUNTER_PASSIVES,
    COUNTER_DETRACTORS,
    COUNTER_INVITED,
    COUNTER_INVITED_ANSWERED,
    COUNTERS,
};

struct counters {
    int64_t sums[COUNTERS];
};

/* low <= point <= high; all on the scale of the function that made it. */
struct interval {
    double low;
    double high;
};

/*
 * Wilson's 95 % score interval of x successes in n > 0 trials, both in 0..1.
 * E. B. Wilson 1927, J. Am. Stat. Assoc. 22:209; exact values in Newcombe 1998, Stat. Med. 17:857.
 */
struct interval wilson_interval(int64_t x, int64_t n);

/*
 * Adjusted Wald 95 % interval of a net promoter score in -1..1 (Rocks 2016, The American
 * Statistician 70:365, arXiv 1601.07235): adds 0.75 detractors, 1.5 passives, 0.75 promoters, then
 * Wald.
 */
struct interval nps_interval(int64_t detractors, int64_t passives, int64_t promoters);

#endif
