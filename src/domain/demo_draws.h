/* The demo's chance: the same seed draws the same. */
#ifndef DOMAIN_DEMO_DRAWS_H
#define DOMAIN_DEMO_DRAWS_H

#include <stdbool.h>
#include <stdint.h>

/* Draws of one contact and purpose: splitmix64 (Steele, Lea, Flood 2014). */
struct draws {
    uint64_t state;
};

/* Draws that do not depend on how many others were made before. */
struct draws draws_for(uint64_t seed, uint64_t index, uint64_t purpose);

uint64_t draw(struct draws *draws);
double draw_unit(struct draws *draws);           /* in [0, 1) */
bool happens(struct draws *draws, double share); /* true for that share of draws */
int draw_below(struct draws *draws, int limit);  /* in 0..limit - 1 */

/* The place of a weight, as often as it weighs. */
int draw_weighted(struct draws *draws, const int weights[], int count);

#endif
