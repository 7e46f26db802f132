#include "domain/demo_draws.h"

#include <assert.h>

uint64_t draw(struct draws *draws) {
    uint64_t mixed = draws->state += 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31);
}

struct draws draws_for(uint64_t seed, uint64_t index, uint64_t purpose) {
    struct draws draws = {seed};
    draws.state = draw(&draws) ^ index;
    draws.state = draw(&draws) ^ purpose;
    return draws;
}

double draw_unit(struct draws *draws) {
    return (double)(draw(draws) >> 11) * 0x1p-53;
}

bool happens(struct draws *draws, double share) {
    return draw_unit(draws) < share;
}

int draw_below(struct draws *draws, int limit) {
    assert(limit > 0);
    return (int)(draw(draws) % (uint64_t)limit);
}

int draw_weighted(struct draws *draws, const int weights[], int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
        sum += weights[i];
    }
    int left = draw_below(draws, sum);
    int chosen = 0;
    while (left >= weights[chosen]) {
        left -= weights[chosen++];
    }
    return chosen;
}
