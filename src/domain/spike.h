/*
 * Whether so many frustrated answers in the last hour are more than chance gives a team whose usual
 * share is known: k of n is a spike when
 *
 *   p = P(X >= k) <= alpha,   X beta-binomial of n trials with a = q M, b = (1 - q) M
 *
 * and k is at least 3 and the share 10 points above the usual one. q = (K0 + 1/2) / (N0 + 1) of the
 * K0 in N0 answers before; M = N0 + 1, or, when answers of one hour resemble each other with
 * correlation rho, 1 / rho - 1 where that is less. alpha = B / (0.75 H sqrt(lambda)) holds false
 * alarms to B a week when it is asked at each of lambda answers an hour, H hours a week.
 * The formulas and their simulation are in reference/numbers.md 1; ours is `./dev bench spikes`.
 */
#ifndef DOMAIN_SPIKE_H
#define DOMAIN_SPIKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "domain/score.h"

#define SPIKE_WINDOW_MINUTES 60
#define SPIKE_BASELINE_DAYS  28
#define SPIKE_LAG_HOURS      3 /* so late in the baseline: a spike must not become usual meanwhile */
#define SPIKE_CLASS_FROM     200 /* answers: then an hour of the week is held against its like */
#define SPIKE_FRUSTRATED_MIN 3
#define SPIKE_SHARE_ABOVE    0.10
#define SPIKE_BASELINE_MIN   100  /* answers */
#define SPIKE_BASELINE_AGE   7.0  /* days: before, nobody knows a week's open hours */
#define SPIKE_TELLS_FROM     10.0 /* answers an hour: below, a spike takes longer than one to show */

/* Hours of the past, added up: what tells how alike the answers of one hour are. */
struct spike_hours {
    int64_t hours; /* with answers */
    struct trials answers;
    double mixed; /* the sum of x (n - x) / n over the hours */
};

void spike_hours_add(struct spike_hours *hours, const struct trials *hour);

/* The correlation rho >= 0 of answers of the same hour; 0 where chance alone would do. Fleiss and
 * Cuzick's estimator (1979, Applied Psychological Measurement 3:537). */
double spike_correlation(const struct spike_hours *hours);

/* What is usual for a team, or for a whole account. */
struct spike_baseline {
    struct trials usual; /* frustrated of all answers that an hour is held against */
    double rho;
    double days;             /* since the first of them, at most SPIKE_BASELINE_DAYS */
    double open_hours;       /* hours of the week that have answers */
    double answers_per_hour; /* in those */
};

struct spike_facts {
    struct trials window; /* k frustrated of n answers in the last hour */
    struct spike_baseline baseline;
    double budget; /* false alarms a week, > 0 */
};

/* Why a spike could not be told, or not within an hour. */
enum spike_doubt {
    SPIKE_NO_DOUBT,
    SPIKE_FEW_BEFORE,   /* the baseline has too few answers: nothing is ever exceeded */
    SPIKE_SHORT_BEFORE, /* it is too young: likewise */
    SPIKE_FEW_ANSWERS,  /* too few an hour: only what lasts for hours, or is extreme, is seen */
};

struct spike_judgement {
    double p;     /* 1 without a baseline */
    double alpha; /* 0 without a baseline */
    bool exceeded;
    bool can_tell; /* within an hour */
    enum spike_doubt doubt;
    double baseline_rate;              /* 0 without answers */
    struct interval baseline_interval; /* Wilson's; 0..1 without answers */
};

struct spike_judgement spike_judge(const struct spike_facts *facts);

/* How few frustrated ones of n answers would be a spike; 0 when not even n would. The window is
 * not looked at. */
int64_t spike_least(const struct spike_facts *facts, int64_t n);

/* Appends a sentence that says the doubt in words, nothing without one. */
void spike_doubt_append(const struct spike_facts *facts, enum spike_doubt doubt, struct text *text);

/* alpha for a budget of false alarms a week. */
double spike_alpha(double budget, double open_hours, double answers_per_hour);

/* P(X >= k) of k in n answers; 1 without a baseline. */
double spike_chance(const struct spike_baseline *baseline, const struct trials *window);

#endif
