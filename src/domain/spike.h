/*
 * Whether so many frustrated answers in the last hour are more than chance gives a team whose usual
 * share is known: k of n is a spike when
 *
 *   p = P(X >= k) <= alpha,   X beta-binomial of n trials with a = q M, b = (1 - q) M
 *
 * and k is at least 3 and the share 10 points above the usual one. q = (K0 + 1/2) / (N0 + 1) of the
 * K0 in N0 answers before; M = N0 + 1, or, when answers of one hour resemble each other with
 * correlation rho, 1 / rho - 1 where that is less. alpha = B / (0.75 H sqrt(lambda)) holds false
 * alarms to B a week when it is asked at each of lambda answers an hour, H hours a week; where the
 * expected crossings of the threshold (domain/spike_crossing.h) leave room below B, alpha is
 * larger. The formulas and their simulation are in reference/numbers.md 1; ours is `./dev bench
 * spikes`.
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
    double mixed;  /* the sum of x (n - x) / n over the hours */
    int64_t pairs; /* and of n (n - 1) */
};

void spike_hours_add(struct spike_hours *hours, const struct trials *hour);

/* The correlation rho >= 0 of answers of the same hour, by Fleiss and Cuzick's estimator (1979,
 * Applied Psychological Measurement 3:537), less two fifths of its standard error; 0 while it is
 * within that error. */
double spike_correlation(const struct spike_hours *hours);

/* What is usual for a team, or for a whole account. */
struct spike_baseline {
    struct trials usual; /* frustrated of all answers that an hour is held against */
    double rho;
    double days;             /* since the first of them, at most SPIKE_BASELINE_DAYS */
    double open_hours;       /* hours of the week that have answers */
    double answers_per_hour; /* in those */
};

/* What the hours of the last SPIKE_BASELINE_DAYS say, without the last SPIKE_LAG_HOURS. */
struct spike_history {
    struct spike_hours hours; /* but those of alerts */
    struct spike_hours alike; /* of them, those at the same hour of the week as now */
    int64_t answers;          /* in all hours */
    int64_t open_hours;       /* hours of the week that have answers */
    double days;              /* since the first */
};

/*
 * The hours are those of all the week, unless the same hour of it has SPIKE_CLASS_FROM answers and
 * a share that differs by more than chance: then an hour is held against its like alone.
 */
struct spike_baseline spike_baseline_of(const struct spike_history *history);

struct spike_facts {
    struct trials window; /* k frustrated of n answers in the last hour */
    struct spike_baseline baseline;
    double alpha; /* spike_alpha_of this baseline */
};

/* The largest p that is a spike, for a budget > 0 of false alarms a week; 0, so that nothing is,
 * while the baseline has too few answers or is too young. */
double spike_alpha_of(const struct spike_baseline *baseline, double budget);

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

/* What could be told of a team, for those who want to know before it matters. */
struct spike_outlook {
    struct spike_judgement judgement; /* of an hour without answers: its p says nothing */
    int64_t usual_answers;            /* an hour, rounded */
    int64_t least; /* frustrated ones of so many that would be a spike; 0: not even all of them */
};

struct spike_outlook spike_outlook_of(const struct spike_baseline *baseline, double budget);

/* The formula's alpha for a budget of false alarms a week. */
double spike_alpha(double budget, double open_hours, double answers_per_hour);

/* P(X >= k) of k in n answers; 1 without a baseline. */
double spike_chance(const struct spike_baseline *baseline, const struct trials *window);

#endif
