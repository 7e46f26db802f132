/* The sums behind a score, and the score with its 95 % interval. */
#ifndef DOMAIN_SCORE_H
#define DOMAIN_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/verdict.h"

#define SCORE_WITHHELD_BELOW 5  /* a group's rates with fewer answers are not shown */
#define SCORE_THIN_BELOW     10 /* shown, but marked */

#define Z95 1.959963984540054 /* the standard normal's 97.5 % quantile */

/* One rollup row's worth of sums, in the order of COUNTER_COLUMNS (store/counting.h). */
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
    COUNTER_CES_1,
    COUNTER_CES_2,
    COUNTER_CES_3,
    COUNTER_CES_4,
    COUNTER_CES_5,
    COUNTER_CES_6,
    COUNTER_CES_7,
    COUNTER_SCORED,     /* confirmed responses whose frustration was estimated */
    COUNTER_FRUSTRATED, /* those that read as frustrated */
    COUNTER_INVITED,
    COUNTER_INVITED_ANSWERED,
    COUNTER_CONTACTS,      /* solved, of any survey: counted under survey "" with the next four */
    COUNTER_WITH_CUSTOMER, /* those that name one: others cannot be seen to repeat */
    COUNTER_REPEATED,
    COUNTER_REPEATED_SAME_REASON,
    COUNTER_REASSIGNED,      /* before they were answered */
    COUNTER_BOUNCED,         /* of those invited */
    COUNTER_SKIPPED_FATIGUE, /* skipped, in the order of enum skip_reason: not invited */
    COUNTER_SKIPPED_SUPPRESSED,
    COUNTER_SKIPPED_NO_ADDRESS,
    COUNTER_SKIPPED_SAMPLED_OUT,
    COUNTER_SKIPPED_EXPIRED,
    COUNTER_SKIPPED_REOPENED,
    COUNTER_SKIPPED_ANSWERED,
    COUNTER_SKIPPED_ARCHIVED,
    COUNTERS,
};

struct counters {
    int64_t sums[COUNTERS];
    /* As read for a score: of those with a customer, the contacts solved too lately to tell whether
     * they repeat. Their COUNTER_REPEATED and COUNTER_REPEATED_SAME_REASON are then left out. */
    int64_t pending;
};

void counters_add(struct counters *counters, const struct counters *more);

/* x successes in n trials. */
struct trials {
    int64_t x;
    int64_t n;
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

/* A net promoter score in -1..1 and its standard error, after adding 0.75 detractors, 1.5 passives
 * and 0.75 promoters: Rocks's default adjustment. */
struct nps_estimate {
    double mean;
    double error;
};

struct nps_estimate nps_estimate(int64_t detractors, int64_t passives, int64_t promoters);

/*
 * Adjusted Wald 95 % interval of a net promoter score in -1..1 (Rocks 2016, The American
 * Statistician 70:365, arXiv 1601.07235): Wald's round nps_estimate.
 */
struct interval nps_interval(int64_t detractors, int64_t passives, int64_t promoters);

/* The share of yes among those who answered; point and interval in 0..1, unset while n is 0. */
struct understood_score {
    int64_t n;
    int64_t yes;
    int64_t partly;
    int64_t no;
    double rate;
    struct interval interval;
};

/* mean in 1..5; the rate is the share of 4 and 5, the interval belongs to it. */
struct csat_score {
    int64_t n;
    int64_t counts[5];
    double mean;
    double top_two_rate;
    struct interval interval;
};

/* score and interval in -100..100. */
struct nps_score {
    int64_t n;
    int64_t promoters;
    int64_t passives;
    int64_t detractors;
    double score;
    struct interval interval;
};

/* mean in 1..7; the rate is the share of 5, 6 and 7 (easy), the interval belongs to it. */
struct ces_score {
    int64_t n;
    int64_t counts[7];
    double mean;
    double top_three_rate;
    struct interval interval;
};

/* The share of those that read as frustrated among the answers that were estimated: less is better.
 */
struct frustrated_score {
    int64_t n;
    int64_t frustrated;
    int64_t not_scored; /* answers that say nothing of it, or were never estimated */
    double rate;
    struct interval interval;
};

/* A share of something else's n; unset while that is 0. */
struct share {
    int64_t count;
    double rate;
    struct interval interval;
};

/*
 * How many customers came back within the account's repeat_days. Of the contacts, n name their
 * customer and were solved long enough ago; the marks are by this n.
 */
struct repeat_score {
    int64_t n;
    struct share repeated;
    struct share same_reason;
    int64_t pending;     /* solved too lately to tell */
    int64_t no_customer; /* nobody can tell */
    bool thin;
    bool withheld;
};

/* Who was asked, and why the others were not. Contacts and those reassigned are the account's, the
 * rest the survey's. */
struct coverage {
    int64_t contacts;
    int64_t eligible; /* invited, or skipped although mail could have reached them */
    int64_t invited;
    int64_t bounced; /* of those invited */
    int64_t skipped[SKIP_REASONS];
    int64_t answered;   /* of those invited in the period, until now */
    int64_t reassigned; /* before they were answered */
};

/* S of GET /v1/metrics. Whoever shows a withheld score shows its n, but neither counts nor rates.
 */
struct score {
    int64_t n;
    int64_t provisional;
    int64_t invited;
    int64_t answered;
    double response_rate; /* of those invited; unset while invited is 0 */
    struct understood_score understood;
    struct csat_score csat;
    struct nps_score nps;
    struct ces_score ces;
    struct frustrated_score frustrated;
    struct repeat_score repeat;
    struct coverage coverage;
    bool thin; /* by n, as withheld is: neither is about repeats and coverage */
    bool withheld;
};

struct score score_of(const struct counters *counters);

/* The rates of a score. */
enum rate {
    RATE_UNDERSTOOD, /* yes */
    RATE_CSAT,       /* 4 and 5 */
    RATE_CES,        /* 5, 6 and 7 */
    RATE_FRUSTRATED, /* the only one of which less is better */
    RATES,
};

/* "understood", "csat", "ces", "frustrated" */
const char *rate_name(enum rate rate);

/* What the rate is made of; n is 0 when nobody answered. */
struct trials trials_of(const struct score *score, enum rate rate);

/* Marks a score that was narrowed down by a dimension, and its repeats by their own n: withheld
 * when 0 < n < SCORE_WITHHELD_BELOW, thin when 0 < n < SCORE_THIN_BELOW. */
void score_mark(struct score *score);

/*
 * Marks the groups of one dimension, and their repeats. Exactly one withheld group could be worked
 * out from the total and the others, so the next smallest (the first of them, when several are as
 * small) is withheld with it.
 */
void scores_mark_groups(struct score scores[], size_t count);

#endif
