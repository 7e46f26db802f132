/* Changes of sums before they are written: one for each key, in memory. For store/rollup*.c. */
#ifndef STORE_ROLLUP_DELTA_H
#define STORE_ROLLUP_DELTA_H

#include <stdint.h>

#include "store/rollup.h"

/* A key of rollups, or of choice_rollups when it has a question; then only COUNTER_N changes. */
struct rollup_delta {
    int64_t account_id;
    const char *survey;
    const char *dimension;
    const char *value;
    const char *day;
    const char *question; /* "" for rollups */
    const char *choice;
    uint32_t hash; /* set by rollup_delta_add */
    struct counters counters;
};

/* Adds to what is there for the same key; the key's texts are copied. */
void rollup_delta_add(struct rollup_deltas *deltas, struct rollup_delta *delta);

/* Drops what changes nothing; puts those of rollups first, each kind in the order of its table's
 * key, so that two writers of one slot never wait for each other in a circle. */
void rollup_deltas_prepare(struct rollup_deltas *deltas);

#endif
