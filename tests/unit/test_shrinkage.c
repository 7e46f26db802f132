/* Fair rates: the rat tumours of Bayesian Data Analysis, and what real accounts can look like. */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "../support/near.h"
#include "../support/test.h"
#include "base/array.h"
#include "domain/shrinkage.h"

/* BDA3 table 5.1: tumours among rats in 70 earlier groups and, last, the current one. */
static const struct trials rats[] = {
    {0, 20}, {0, 20}, {0, 20},  {0, 20},  {0, 20},  {0, 20},  {0, 20},  {0, 19},  {0, 19},
    {0, 19}, {0, 19}, {0, 18},  {0, 18},  {0, 17},  {1, 20},  {1, 20},  {1, 20},  {1, 20},
    {1, 19}, {1, 19}, {1, 18},  {1, 18},  {2, 25},  {2, 24},  {2, 23},  {2, 20},  {2, 20},
    {2, 20}, {2, 20}, {2, 20},  {2, 20},  {1, 10},  {5, 49},  {2, 19},  {5, 46},  {3, 27},
    {2, 17}, {7, 49}, {7, 47},  {3, 20},  {3, 20},  {2, 13},  {9, 48},  {10, 50}, {4, 20},
    {4, 20}, {4, 20}, {4, 20},  {4, 20},  {4, 20},  {4, 20},  {10, 48}, {4, 19},  {4, 19},
    {4, 19}, {5, 22}, {11, 46}, {12, 49}, {5, 20},  {5, 20},  {6, 23},  {5, 19},  {6, 22},
    {6, 20}, {6, 20}, {6, 20},  {16, 52}, {15, 46}, {15, 47}, {9, 24},  {4, 14},
};

static void the_rats_are_as_published(void **state) {
    (void)state;
    struct trials all = {0};
    for (size_t i = 0; i < COUNT(rats); i++) {
        all.x += rats[i].x;
        all.n += rats[i].n;
    }
    assert_int_equal(COUNT(rats), 71);
    assert_int_equal(all.x, 267);
    assert_int_equal(all.n, 1739);
}

static void the_moments_of_seventy_groups_of_rats_give_the_books_prior(void **state) {
    (void)state;
    double mean = 0;
    double squares = 0;
    for (size_t i = 0; i < 70; i++) {
        mean += (double)rats[i].x / (double)rats[i].n / 70;
    }
    for (size_t i = 0; i < 70; i++) {
        squares += pow((double)rats[i].x / (double)rats[i].n - mean, 2);
    }
    assert_near(mean, .1360065, 5e-8);
    assert_near(sqrt(squares / 69), .1034923, 5e-8);
    struct beta prior = beta_of_moments(mean, squares / 69);
    assert_near(prior.a, 1.356, 5e-4);
    assert_near(prior.b, 8.615, 5e-4);
}

static void check_rats_posteriors(const struct population *population, double tolerance) {
    struct fair_rate current = fair_rate_of(population, &rats[70]);
    assert_near(current.estimate, .2082194, tolerance);
    assert_near(current.interval.low, .0862163, tolerance);
    assert_near(current.interval.high, .3663522, tolerance);
    assert_near(fair_rate_of(population, &rats[0]).estimate, .0642304, tolerance);
    assert_near(fair_rate_of(population, &rats[66]).estimate, .2679313, tolerance);
}

/* R's optim stopped at a 2.34161, b 14.11477, where the likelihood is flat; mpmath has the maximum.
 */
static void the_rats_most_likely_prior_is_rs(void **state) {
    (void)state;
    struct population population = population_fit(rats, COUNT(rats));
    assert_true(population.detectable);
    assert_int_equal(population.groups, 71);
    assert_near(population.spread.a, 2.34161, 5e-6);
    assert_near(population.spread.b, 14.11477, 5e-5);
    assert_near(population.spread.a, 2.3416144033, 1e-8);
    assert_near(population.spread.b, 14.1148042984, 1e-7);
    assert_near(-beta_binomial_log_likelihood(&population.spread, rats, COUNT(rats)), 730.3384545,
                5e-8);
    check_rats_posteriors(&population, 5e-7);
}

static void the_rats_posteriors_are_rs_for_its_prior(void **state) {
    (void)state;
    struct population population = {
        .groups = 71, .detectable = true, .mean = .142293, .spread = {2.34161, 14.11477}};
    check_rats_posteriors(&population, 1e-7);
}

static void only_what_is_all_but_certain_is_below_or_above(void **state) {
    (void)state;
    struct population population = population_fit(rats, COUNT(rats));
    for (size_t i = 0; i < COUNT(rats); i++) {
        struct beta posterior = {population.spread.a + (double)rats[i].x,
                                 population.spread.b + (double)(rats[i].n - rats[i].x)};
        double below = beta_probability(&posterior, population.mean);
        enum band expected = below > .975 ? BAND_BELOW : BAND_TYPICAL;
        expected = below < .025 ? BAND_ABOVE : expected;
        assert_int_equal(fair_rate_of(&population, &rats[i]).band, expected);
    }
    assert_int_equal(fair_rate_of(&population, &rats[0]).band, BAND_TYPICAL);
    assert_int_equal(fair_rate_of(&population, &rats[66]).band, BAND_ABOVE);
    assert_string_equal(band_name(BAND_BELOW), "below");
}

static void few_answers_are_drawn_further_than_many(void **state) {
    (void)state;
    struct population population = {
        .groups = 2, .detectable = true, .mean = 78.661 / 303.536, .spread = {78.661, 224.875}};
    assert_near(fair_rate_of(&population, &(struct trials){4, 10}).estimate, .26364, 5e-6);
    assert_near(fair_rate_of(&population, &(struct trials){300, 1000}).estimate, .29049, 5e-6);
}

static void check_not_detectable(const struct trials groups[], size_t count, double mean) {
    struct population population = population_fit(groups, count);
    assert_false(population.detectable);
    assert_near(population.mean, mean, 1e-12);
    struct fair_rate rate = fair_rate_of(&population, &groups[0]);
    assert_int_equal(rate.band, BAND_TYPICAL);
    assert_near(rate.estimate, mean, 1e-12);
    assert_true(rate.interval.low <= mean && mean <= rate.interval.high);
}

static void groups_that_do_not_differ_share_one_rate(void **state) {
    (void)state;
    check_not_detectable((struct trials[]){{30, 100}, {31, 100}, {29, 100}, {30, 100}}, 4, .3);
    check_not_detectable((struct trials[]){{0, 10}, {0, 50}}, 2, 0);
    check_not_detectable((struct trials[]){{10, 10}, {50, 50}}, 2, 1);
    check_not_detectable((struct trials[]){{7, 10}}, 1, .7);
    check_not_detectable((struct trials[]){{7, 10}, {0, 0}}, 2, .7);
    check_not_detectable((struct trials[]){{1, 1}, {0, 1}, {1, 1}, {1, 1}}, 4, .75);
    check_not_detectable((struct trials[]){{50000000, 100000000}, {50001000, 100000000}}, 2,
                         .500005);
}

/* Less scattered than chance would have them; rounding must not make a difference of it. */
static void many_groups_that_do_not_differ_share_one_rate(void **state) {
    (void)state;
    struct trials groups[1000];
    for (int64_t n = 20; n <= 20000000; n *= 10) {
        for (size_t i = 0; i < COUNT(groups); i++) {
            groups[i] = (struct trials){n * 7 / 10 + (int64_t)(i % 3) - 1, n};
        }
        groups[0].x++;
        check_not_detectable(groups, COUNT(groups), .7);
    }
}

static void nobody_answered_is_no_population(void **state) {
    (void)state;
    struct population population = population_fit((struct trials[]){{0, 0}, {0, 0}}, 2);
    assert_false(population.detectable);
    assert_int_equal(population.groups, 0);
    assert_int_equal(population_fit(NULL, 0).groups, 0);
}

/* At the mean of a huge group the likelihood falls towards one shared rate, and yet the small
 * groups differ beyond doubt. */
static void one_huge_group_does_not_hide_how_small_ones_differ(void **state) {
    (void)state;
    struct trials groups[] = {{50000000, 100000000}, {10, 100}, {90, 100}, {20, 100}, {80, 100}};
    struct population population = population_fit(groups, COUNT(groups));
    assert_true(population.detectable);
    assert_int_equal(fair_rate_of(&population, &groups[1]).band, BAND_BELOW);
    assert_int_equal(fair_rate_of(&population, &groups[2]).band, BAND_ABOVE);
}

static void all_or_nothing_ends_at_the_smallest_prior(void **state) {
    (void)state;
    struct trials groups[] = {{0, 100}, {100, 100}, {0, 80}, {70, 70}};
    struct population population = population_fit(groups, COUNT(groups));
    assert_true(population.detectable);
    assert_true(population.spread.a + population.spread.b < .1);
    struct fair_rate none = fair_rate_of(&population, &groups[0]);
    assert_int_equal(none.band, BAND_BELOW);
    assert_true(none.estimate < .01 && none.interval.low >= 0 && none.interval.high < .05);
    assert_int_equal(fair_rate_of(&population, &groups[1]).band, BAND_ABOVE);
}

static double normal(unsigned short seed[3]) {
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        sum += erand48(seed);
    }
    return sum;
}

/* Counts of 10^8 with a spread of one in a thousand: the fit finds that spread. */
static void a_thousand_huge_groups_are_fitted_fast_and_exactly(void **state) {
    (void)state;
    enum { GROUPS = 1000 };
    static struct trials groups[GROUPS];
    unsigned short seed[3] = {1, 2, 3};
    for (size_t i = 0; i < GROUPS; i++) {
        double rate = .7 + .001 * normal(seed);
        groups[i] = (struct trials){llround(1e8 * rate), 100000000};
    }
    clock_t begun = clock();
    struct population population = population_fit(groups, GROUPS);
    size_t beyond = 0;
    for (size_t i = 0; i < GROUPS; i++) {
        struct fair_rate rate = fair_rate_of(&population, &groups[i]);
        double raw = (double)groups[i].x / 1e8;
        assert_true(rate.interval.low < raw && raw < rate.interval.high);
        beyond += rate.band != BAND_TYPICAL;
    }
    double seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
    double sum = population.spread.a + population.spread.b;
    assert_near(population.mean, .7, .0002);
    assert_near(sqrt(.21 / sum), .001, .0001);
    assert_true(beyond > 850);
    print_message("# 1,000 groups of 10^8: %.1f ms\n", seconds * 1000);
    assert_true(seconds < 2); /* also under sanitizers */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rats_are_as_published),
        cmocka_unit_test(the_moments_of_seventy_groups_of_rats_give_the_books_prior),
        cmocka_unit_test(the_rats_most_likely_prior_is_rs),
        cmocka_unit_test(the_rats_posteriors_are_rs_for_its_prior),
        cmocka_unit_test(only_what_is_all_but_certain_is_below_or_above),
        cmocka_unit_test(few_answers_are_drawn_further_than_many),
        cmocka_unit_test(groups_that_do_not_differ_share_one_rate),
        cmocka_unit_test(many_groups_that_do_not_differ_share_one_rate),
        cmocka_unit_test(nobody_answered_is_no_population),
        cmocka_unit_test(one_huge_group_does_not_hide_how_small_ones_differ),
        cmocka_unit_test(all_or_nothing_ends_at_the_smallest_prior),
        cmocka_unit_test(a_thousand_huge_groups_are_fitted_fast_and_exactly),
    };
    return RUN(tests);
}
