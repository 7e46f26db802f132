/* How often chance alone would take a team's last hour over its threshold. */
#ifndef DOMAIN_SPIKE_CROSSING_H
#define DOMAIN_SPIKE_CROSSING_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/beta.h"

/* What is watched: answers that come by chance (a Poisson process), each frustrated at a rate known
 * as a beta distribution, and who asks at each of them whether k of the last hour's n are a spike.
 */
struct crossing {
    struct beta rate;
    double answers_per_hour;
    double alpha;       /* k of n is a spike when P(X >= k) is at most this, */
    int64_t least;      /* k at least this, which is 2 or more, */
    double least_share; /* and k / n too */
};

/*
 * Expected crossings an hour: how often an answer makes a spike of an hour that was none. Alarms
 * are fewer, since hours that fall below and rise again soon count twice. By recurrences over n, in
 * time linear in answers_per_hour.
 */
double crossings_per_hour(const struct crossing *crossing);

#endif
