#include "domain/spike_crossing.h"

#include <math.h>

#define SHARE_ROUNDING 1e-9

/* The hour with n answers, walked along the threshold: k is the least that makes a spike. */
struct edge {
    int64_t n;
    int64_t k;
    double below; /* P(X = k - 1) */
    double tail;  /* P(X >= k) */
};

/* k successes are too few whatever n: they only count from least on, so the walk begins below it.
 */
static struct edge edge_begin(const struct crossing *crossing) {
    const struct beta *rate = &crossing->rate;
    struct edge edge = {.n = crossing->least - 1, .k = crossing->least, .below = 1};
    for (int64_t x = 0; x < edge.n; x++) {
        edge.below *= (rate->a + (double)x) / (rate->a + rate->b + (double)x);
    }
    return edge;
}

/* What the next answer adds to the tail, when it is frustrated and the last that was missing. */
static double crossing_at(const struct edge *edge, const struct beta *rate) {
    return edge->below * ((double)(edge->k - 1) + rate->a) / ((double)edge->n + rate->a + rate->b);
}

static void edge_add_answer(struct edge *edge, const struct beta *rate) {
    double n = (double)edge->n;
    double left = n - (double)(edge->k - 1);
    edge->tail += crossing_at(edge, rate);
    edge->below *= (n + 1) / (left + 1) * (left + rate->b) / (n + rate->a + rate->b);
    edge->n++;
}

static void edge_raise(struct edge *edge, const struct beta *rate) {
    double k = (double)edge->k;
    double left = (double)edge->n - k;
    double at = edge->below * (left + 1) * (k - 1 + rate->a) / (k * (left + rate->b));
    edge->below = at;
    edge->tail = fmax(edge->tail - at, 0);
    edge->k++;
}

static bool is_spike(const struct crossing *crossing, const struct edge *edge) {
    double needed = crossing->least_share * (double)edge->n - SHARE_ROUNDING;
    return edge->tail <= crossing->alpha && (double)edge->k >= needed;
}

double crossings_per_hour(const struct crossing *crossing) {
    double mean = crossing->answers_per_hour;
    int64_t last = (int64_t)(mean + 8 * sqrt(mean)) + 10;
    int sign;
    double sum = 0;
    struct edge edge = edge_begin(crossing);
    /* Of so many answers in the hour, by its logarithm: exp(-mean) may be nothing. */
    double likely = (double)edge.n * log(mean) - mean - lgamma_r((double)edge.n + 1, &sign);
    while (edge.n < last) {
        double crossed = exp(likely) * crossing_at(&edge, &crossing->rate);
        likely += log(mean / (double)(edge.n + 1));
        edge_add_answer(&edge, &crossing->rate);
        if (is_spike(crossing, &edge)) {
            sum += crossed;
        } else { /* one more answer asks for at most one more of them */
            edge_raise(&edge, &crossing->rate);
        }
    }
    return mean * sum;
}
