/* Differences of two scores: the published examples of reference/numbers.md 2. */
#include "../support/near.h"
#include "../support/test.h"
#include "base/array.h"
#include "domain/difference.h"

static struct difference rates(int64_t x, int64_t n, int64_t other_x, int64_t other_n) {
    return rate_difference(&(struct trials){x, n}, &(struct trials){other_x, other_n});
}

static void newcombes_interval_is_as_published(void **state) {
    (void)state;
    static const struct {
        struct trials first;
        struct trials second;
        double difference;
        double low;
        double high;
    } examples[] = {
        {{5, 56}, {0, 29}, 5. / 56, -.0381, .1926},
        {{56, 70}, {48, 80}, .2, .0524, .3339},
        {{9, 10}, {3, 10}, .6, .1705, .8090},
        {{10, 10}, {0, 20}, 1, .6791, 1},
    };
    for (size_t i = 0; i < COUNT(examples); i++) {
        struct difference got = rate_difference(&examples[i].first, &examples[i].second);
        assert_near(got.difference, examples[i].difference, 1e-12);
        assert_near(got.interval.low, examples[i].low, 5e-5);
        assert_near(got.interval.high, examples[i].high, 5e-5);
    }
}

/* R: prop.test(c(56, 48), c(70, 80), correct = FALSE); z = .2 / sqrt(104/150 * 46/150 * (1/70 +
 * 1/80)). */
static void the_p_of_two_rates_is_the_pooled_z_tests(void **state) {
    (void)state;
    assert_near(rates(56, 70, 48, 80).p, 0.0080450813682, 1e-9);
    assert_near(rates(48, 80, 56, 70).p, 0.0080450813682, 1e-9);
    assert_near(rates(7, 20, 35, 100).p, 1, 1e-12);
    assert_near(rates(0, 20, 0, 30).p, 1, 0);
    assert_near(rates(20, 20, 30, 30).p, 1, 0);
}

static void a_difference_turned_round_is_its_negative(void **state) {
    (void)state;
    for (int64_t x = 0; x <= 12; x++) {
        for (int64_t other = 0; other <= 30; other++) {
            struct difference one = rates(x, 12, other, 30);
            struct difference back = rates(other, 30, x, 12);
            assert_near(one.difference, -back.difference, 1e-15);
            assert_near(one.interval.low, -back.interval.high, 1e-15);
            assert_near(one.p, back.p, 1e-15);
            assert_true(one.interval.low <= one.difference && one.difference <= one.interval.high);
            assert_true(one.interval.low >= -1 && one.interval.high <= 1);
        }
    }
}

static struct nps_score nps(int64_t detractors, int64_t passives, int64_t promoters) {
    struct counters counters = {.sums = {[COUNTER_DETRACTORS] = detractors,
                                         [COUNTER_PASSIVES] = passives,
                                         [COUNTER_PROMOTERS] = promoters}};
    return score_of(&counters).nps;
}

static void two_net_promoter_scores_differ_as_in_the_nps_package(void **state) {
    (void)state;
    struct nps_score one = nps(10, 20, 70);
    struct nps_score other = nps(15, 30, 55);
    struct difference got = nps_difference(&one, &other);
    assert_near(got.difference, .2, 1e-12);
    assert_near(got.interval.low, .0015093926, 5e-11);
    assert_near(got.interval.high, .3868401220, 5e-11);
    assert_near((got.interval.low + got.interval.high) / 2, .1941747573, 5e-11);
    assert_near(got.p, .0482319729, 1e-10);
    assert_near(got.p, .04823197284978, 1e-13); /* by mpmath */
}

static void the_interval_of_two_single_answers_holds_their_difference(void **state) {
    (void)state;
    struct nps_score promoter = nps(0, 0, 1);
    struct nps_score detractor = nps(1, 0, 0);
    struct difference got = nps_difference(&promoter, &detractor);
    assert_near(got.difference, 2, 0);
    assert_true(got.interval.low < 2 && got.interval.high == 2);
    assert_true(got.p > .05);
    got = nps_difference(&detractor, &promoter);
    assert_true(got.difference == -2 && got.interval.low == -2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newcombes_interval_is_as_published),
        cmocka_unit_test(the_p_of_two_rates_is_the_pooled_z_tests),
        cmocka_unit_test(a_difference_turned_round_is_its_negative),
        cmocka_unit_test(two_net_promoter_scores_differ_as_in_the_nps_package),
        cmocka_unit_test(the_interval_of_two_single_answers_holds_their_difference),
    };
    return RUN(tests);
}
