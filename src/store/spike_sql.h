/* Which answers spikes are about, in SQL, over the columns of responses. */
#ifndef STORE_SPIKE_SQL_H
#define STORE_SPIKE_SQL_H

#include "domain/vote.h"
#include "store/counting.h"

/* Those that count, that somebody vouches for, and that have an estimate. */
#define SCORED     "trust = 'confirmed' AND " VOUCHED_FOR " AND frustration IS NOT NULL"
#define FRUSTRATED "frustration >= 0.5" /* FRUSTRATED_FROM */

#endif
