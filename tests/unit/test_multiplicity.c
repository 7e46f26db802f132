/* Benjamini & Hochberg's own example, adjusted by R's p.adjust. */
#include "../support/near.h"
#include "../support/test.h"
#include "base/array.h"
#include "domain/multiplicity.h"

static const double published[] = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                                   .0459, .3240, .4262, .5719, .6528, .7590, 1};
static const double expected[] = {.0015,      .003,       .0095,      .035625,    .0603,
                                  .063857143, .063857143, .0645,      .0765,      .486,
                                  .581181818, .714875,    .753230769, .813214286, 1};

static void the_fifteen_p_values_are_adjusted_as_by_r(void **state) {
    (void)state;
    double adjusted[COUNT(published)];
    assert_true(benjamini_hochberg(published, adjusted, COUNT(published)));
    size_t rejected = 0;
    for (size_t i = 0; i < COUNT(published); i++) {
        assert_near(adjusted[i], expected[i], 5e-10);
        rejected += adjusted[i] <= .05;
    }
    assert_int_equal(rejected, 4);
}

static void their_order_does_not_matter(void **state) {
    (void)state;
    size_t count = COUNT(published);
    double shuffled[COUNT(published)];
    double adjusted[COUNT(published)];
    for (size_t i = 0; i < count; i++) {
        shuffled[i] = published[i * 7 % count];
    }
    assert_true(benjamini_hochberg(shuffled, adjusted, count));
    for (size_t i = 0; i < count; i++) {
        assert_near(adjusted[i], expected[i * 7 % count], 5e-10);
    }
}

static void one_test_or_none_needs_no_adjustment(void **state) {
    (void)state;
    double p = .03;
    double adjusted = 0;
    assert_true(benjamini_hochberg(&p, &adjusted, 1));
    assert_near(adjusted, .03, 0);
    assert_true(benjamini_hochberg(NULL, NULL, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fifteen_p_values_are_adjusted_as_by_r),
        cmocka_unit_test(their_order_does_not_matter),
        cmocka_unit_test(one_test_or_none_needs_no_adjustment),
    };
    return RUN(tests);
}
