/* The intervals made of beta quantiles in reference/numbers.md 2, and exact values by mpmath. */
#include <math.h>

#include "../support/near.h"
#include "../support/test.h"
#include "base/array.h"
#include "domain/beta.h"

static double quantile(double p, double a, double b) {
    return beta_quantile(&(struct beta){a, b}, p);
}

static void jeffreys_intervals_are_those_of_r(void **state) {
    (void)state;
    static const struct {
        double x;
        double n;
        double low; /* below 0: 0 by definition, and no quantile */
        double high;
    } examples[] = {
        {15, 148, .060448517, .157643143},
        {0, 20, -1, .116638983},
        {1, 29, .003746174, .150077686},
        {81, 263, .254521935, .365647499},
    };
    for (size_t i = 0; i < COUNT(examples); i++) {
        double a = examples[i].x + .5;
        double b = examples[i].n - examples[i].x + .5;
        if (examples[i].low >= 0) {
            assert_near(quantile(.025, a, b), examples[i].low, 5e-10);
        }
        assert_near(quantile(.975, a, b), examples[i].high, 5e-10);
    }
}

static void clopper_pearson_intervals_are_newcombes(void **state) {
    (void)state;
    assert_near(quantile(.025, 15, 134), .0578, 5e-5);
    assert_near(quantile(.975, 16, 133), .1617, 5e-5);
    assert_near(quantile(.975, 1, 20), .1684, 5e-5);
    assert_near(quantile(.025, 1, 29), .0009, 5e-5);
    assert_near(quantile(.975, 2, 28), .1776, 5e-5);
}

static void probabilities_are_exact_for_all_sizes(void **state) {
    (void)state;
    static const struct {
        struct beta beta;
        double x;
        double p;
    } examples[] = {
        {{0.5, 0.5}, 0.3, 0.369010119565545},
        {{2, 3}, 0.1, 0.0523},
        {{40.5, 220.25}, 0.2, 0.971084473010873},
        {{900, 1100}, 0.47, 0.963676253588795},
        {{5000, 7000}, 0.41, 0.0690925438201191},
        {{100000.0, 300000.0}, 0.2512, 0.960066370290531},
        {{100000000.0, 100000000.0}, 0.50005, 0.921350396734277},
        {{0.5, 100000000.0}, 1e-08, 0.842700793468599},
        {{3, 100000000.0}, 5e-08, 0.875347995256178},
        {{800, 100000000.0}, 8.3e-06, 0.855351912030586},
        {{100000078.0, 300000002.0}, 0.249957, 0.023139529387767},
        {{25000000.0, 10000000000.0}, 0.00249419, 0.802901620707},
    };
    for (size_t i = 0; i < COUNT(examples); i++) {
        double p = beta_probability(&examples[i].beta, examples[i].x);
        assert_near(p, examples[i].p, 1e-9 * fmin(examples[i].p, 1 - examples[i].p));
    }
}

static void a_quantile_leads_back_to_its_probability(void **state) {
    (void)state;
    static const double shapes[] = {.01, .5, 1, 3.7, 40, 999, 1001, 52000, 3e6, 1e8, 1e10};
    static const double probabilities[] = {.001, .025, .3, .5, .975, .999};
    for (size_t i = 0; i < COUNT(shapes); i++) {
        for (size_t k = 0; k < COUNT(shapes); k++) {
            struct beta beta = {shapes[i], shapes[k]};
            for (size_t j = 0; j < COUNT(probabilities); j++) {
                double x = beta_quantile(&beta, probabilities[j]);
                assert_true(x >= 0 && x <= 1);
                /* Where x can be told from 0 and 1 at all. */
                if (x > 1e-300 && x < 1 - 1e-9) {
                    assert_near(beta_probability(&beta, x), probabilities[j], 1e-7);
                }
            }
        }
    }
}

static void outside_of_the_unit_interval_nothing_is_left(void **state) {
    (void)state;
    struct beta beta = {2, 3};
    assert_true(beta_probability(&beta, -1) == 0 && beta_probability(&beta, 0) == 0);
    assert_true(beta_probability(&beta, 1) == 1 && beta_probability(&beta, 2) == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jeffreys_intervals_are_those_of_r),
        cmocka_unit_test(clopper_pearson_intervals_are_newcombes),
        cmocka_unit_test(probabilities_are_exact_for_all_sizes),
        cmocka_unit_test(a_quantile_leads_back_to_its_probability),
        cmocka_unit_test(outside_of_the_unit_interval_nothing_is_left),
    };
    return RUN(tests);
}
