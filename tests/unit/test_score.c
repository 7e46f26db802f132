/* The published worked examples of reference/numbers.md 2, and the rules of DESIGN 9. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <math.h>

#include "../support/near.h"
#include "base/array.h"
#include "domain/change.h"
#include "domain/score.h"

static void wilson_reproduces_newcombe_1998(void **state) {
    (void)state;
    static const struct {
        int64_t x;
        int64_t n;
        double low;
        double high;
    } examples[] = {
        {81, 263, .255289, .366210},
        {15, 148, .062386, .160487},
        {0, 20, 0, .161125},
        {1, 29, .006113, .171755},
    };
    for (size_t i = 0; i < COUNT(examples); i++) {
        struct interval interval = wilson_interval(examples[i].x, examples[i].n);
        assert_near(interval.low, examples[i].low, 5e-7);
        assert_near(interval.high, examples[i].high, 5e-7);
    }
}

static void wilson_never_crosses_its_point(void **state) {
    (void)state;
    for (int64_t n = 1; n <= 400; n++) {
        for (int64_t x = 0; x <= n; x++) {
            struct interval interval = wilson_interval(x, n);
            double point = (double)x / (double)n;
            assert_true(0 <= interval.low && interval.low <= point);
            assert_true(point <= interval.high && interval.high <= 1);
        }
    }
}

static void adjusted_wald_reproduces_the_nps_package(void **state) {
    (void)state;
    static const struct {
        int64_t detractors;
        int64_t passives;
        int64_t promoters;
        double low;
        double high;
    } examples[] = {
        {10, 20, 70, .4526976025, .7123509412},    {5, 13, 18, .1076494511, .5590172156},
        {1, 2, 3, -.2674325879, .7118770324},      {0, 3, 7, .2105394884, .8663835886},
        {362, 176, 462, .0438966693, .1555051254},
    };
    for (size_t i = 0; i < COUNT(examples); i++) {
        struct interval interval =
            nps_interval(examples[i].detractors, examples[i].passives, examples[i].promoters);
        assert_near(interval.low, examples[i].low, 5e-11);
        assert_near(interval.high, examples[i].high, 5e-11);
    }
}

static void the_nps_interval_holds_its_point_and_stays_on_the_scale(void **state) {
    (void)state;
    for (int64_t detractors = 0; detractors <= 12; detractors++) {
        for (int64_t passives = 0; passives <= 12; passives++) {
            for (int64_t promoters = detractors + passives ? 0 : 1; promoters <= 12; promoters++) {
                struct interval interval = nps_interval(detractors, passives, promoters);
                double point =
                    (double)(promoters - detractors) / (double)(promoters + passives + detractors);
                assert_true(-1 <= interval.low && interval.low <= point);
                assert_true(point <= interval.high && interval.high <= 1);
            }
        }
    }
}

static struct counters nps_counters(int64_t detractors, int64_t passives, int64_t promoters) {
    struct counters counters = {0};
    counters.sums[COUNTER_DETRACTORS] = detractors;
    counters.sums[COUNTER_PASSIVES] = passives;
    counters.sums[COUNTER_PROMOTERS] = promoters;
    return counters;
}

static void nps_points_reproduce_the_nps_package(void **state) {
    (void)state;
    struct counters thirds = nps_counters(1, 2, 3);
    struct counters even = nps_counters(1, 0, 1);
    struct counters large = nps_counters(362, 176, 462);
    assert_near(score_of(&thirds).nps.score, 100.0 / 3, 1e-12);
    assert_near(score_of(&even).nps.score, 0, 1e-12);
    assert_near(score_of(&large).nps.score, 10, 1e-12);
    assert_near(score_of(&large).nps.interval.low, 4.38966693, 5e-9);
    assert_near(score_of(&large).nps.interval.high, 15.55051254, 5e-9);
    assert_int_equal(score_of(&large).nps.n, 1000);
}

static void a_score_takes_each_question_from_its_own_answers(void **state) {
    (void)state;
    struct counters counters = {.sums = {[COUNTER_N] = 300,
                                         [COUNTER_PROVISIONAL] = 7,
                                         [COUNTER_ANSWERED] = 250,
                                         [COUNTER_YES] = 81,
                                         [COUNTER_PARTLY] = 100,
                                         [COUNTER_NO] = 82,
                                         [COUNTER_CSAT_1] = 1,
                                         [COUNTER_CSAT_3] = 4,
                                         [COUNTER_CSAT_4] = 2,
                                         [COUNTER_CSAT_5] = 3,
                                         [COUNTER_INVITED] = 1000,
                                         [COUNTER_INVITED_ANSWERED] = 240}};
    struct score score = score_of(&counters);
    assert_int_equal(score.n, 300);
    assert_int_equal(score.provisional, 7);
    assert_int_equal(score.answered, 250);
    assert_near(score.response_rate, .24, 1e-12);
    assert_int_equal(score.understood.n, 263);
    assert_near(score.understood.rate, 81.0 / 263, 1e-12);
    assert_near(score.understood.interval.low, .255289, 5e-7);
    assert_int_equal(score.csat.n, 10);
    assert_near(score.csat.mean, 3.6, 1e-12);
    assert_near(score.csat.top_two_rate, .5, 1e-12);
    assert_near(score.csat.interval.low, wilson_interval(5, 10).low, 1e-12);
    assert_int_equal(score.nps.n, 0);
    assert_false(score.thin);
    assert_false(score.withheld);
}

static struct counters repeat_counters(int64_t repeated, int64_t same_reason, int64_t n) {
    return (struct counters){.sums = {[COUNTER_CONTACTS] = n + 30,
                                      [COUNTER_WITH_CUSTOMER] = n + 20,
                                      [COUNTER_REPEATED] = repeated,
                                      [COUNTER_REPEATED_SAME_REASON] = same_reason},
                             .pending = 20};
}

static void repeats_reproduce_newcombe_1998_by_contacts_that_can_be_told(void **state) {
    (void)state;
    struct counters counters = repeat_counters(15, 0, 148);
    struct repeat_score repeat = score_of(&counters).repeat;
    assert_int_equal(repeat.n, 148);
    assert_int_equal(repeat.pending, 20);
    assert_int_equal(repeat.no_customer, 10);
    assert_near(repeat.repeated.rate, 15.0 / 148, 1e-12);
    assert_near(repeat.repeated.interval.low, .062386, 5e-7);
    assert_near(repeat.repeated.interval.high, .160487, 5e-7);
    counters = repeat_counters(20, 0, 20);
    repeat = score_of(&counters).repeat;
    assert_near(repeat.repeated.interval.low, 1 - .161125, 5e-7);
    assert_near(repeat.same_reason.interval.high, .161125, 5e-7);
}

static void nothing_to_tell_of_repeats_is_no_rate(void **state) {
    (void)state;
    struct counters counters = repeat_counters(0, 0, 0);
    struct repeat_score repeat = score_of(&counters).repeat;
    assert_int_equal(repeat.n, 0);
    assert_near(repeat.repeated.interval.high, 0, 0);
}

static void whoever_mail_cannot_reach_is_not_eligible(void **state) {
    (void)state;
    struct counters counters = {.sums = {[COUNTER_INVITED] = 1000, [COUNTER_BOUNCED] = 7}};
    for (int i = COUNTER_SKIPPED_FATIGUE; i <= COUNTER_SKIPPED_ARCHIVED; i++) {
        counters.sums[i] = INT64_C(1) << (i - COUNTER_SKIPPED_FATIGUE);
    }
    struct coverage coverage = score_of(&counters).coverage;
    assert_int_equal(coverage.eligible, 1000 + 255 - coverage.skipped[SKIP_SUPPRESSED] -
                                            coverage.skipped[SKIP_NO_ADDRESS]);
    assert_int_equal(coverage.skipped[SKIP_SUPPRESSED], 2);
    assert_int_equal(coverage.skipped[SKIP_NO_ADDRESS], 4);
    assert_int_equal(coverage.skipped[SKIP_DUPLICATE], 0);
    assert_int_equal(coverage.bounced, 7);
}

static void repeats_are_marked_by_their_own_n(void **state) {
    (void)state;
    struct score scores[4] = {{.n = 3, .repeat = {.n = 50}},
                              {.n = 20, .repeat = {.n = 4}},
                              {.n = 30, .repeat = {.n = 12}},
                              {.n = 40, .repeat = {.n = 0}}};
    scores_mark_groups(scores, COUNT(scores));
    assert_true(scores[0].withheld && scores[1].withheld);
    assert_false(scores[2].withheld || scores[3].withheld);
    assert_true(scores[1].repeat.withheld && scores[2].repeat.withheld);
    assert_false(scores[0].repeat.withheld || scores[3].repeat.withheld);
    assert_true(scores[1].repeat.thin);
    assert_false(scores[2].repeat.thin || scores[3].repeat.thin);
}

static void a_score_withheld_says_how_repeats_changed(void **state) {
    (void)state;
    struct counters counters = repeat_counters(56, 0, 70);
    struct score now = score_of(&counters);
    counters = repeat_counters(48, 0, 80);
    struct score before = score_of(&counters);
    now.withheld = true;
    struct change change = change_of(&now, &before);
    assert_true(change.withheld && change.cells[COMPARED_REPEATED].known);
    assert_false(change.cells[COMPARED_UNDERSTOOD].known);
    assert_near(change.cells[COMPARED_REPEATED].difference.interval.low, .0524, 5e-5);
    before.repeat.withheld = true;
    assert_false(change_of(&now, &before).cells[COMPARED_REPEATED].known);
}

static void sums_are_added_counter_by_counter(void **state) {
    (void)state;
    struct counters sum = nps_counters(1, 2, 3);
    struct counters more = nps_counters(10, 20, 30);
    more.pending = 4;
    counters_add(&sum, &more);
    assert_int_equal(sum.sums[COUNTER_DETRACTORS], 11);
    assert_int_equal(sum.sums[COUNTER_PASSIVES], 22);
    assert_int_equal(sum.sums[COUNTER_PROMOTERS], 33);
    assert_int_equal(sum.sums[COUNTER_N], 0);
    assert_int_equal(sum.pending, 4);
}

/* Marks groups of the given sizes and compares who is withheld and thin: W, t (thin), or '.'. */
static void check_marks(const int64_t sizes[], size_t count, const char *withheld,
                        const char *thin) {
    struct score scores[8] = {0};
    for (size_t i = 0; i < count; i++) {
        scores[i].n = sizes[i];
    }
    scores_mark_groups(scores, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(scores[i].withheld, withheld[i] == 'W');
        assert_int_equal(scores[i].thin, thin[i] == 't');
    }
}

#define CHECK_MARKS(withheld, thin, ...)                                                           \
    check_marks((const int64_t[]){__VA_ARGS__},                                                    \
                sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), withheld, thin)

static void small_groups_are_withheld_and_thin(void **state) {
    (void)state;
    CHECK_MARKS("WW...", "tttt.", 1, 4, 5, 9, 10);
}

static void an_empty_group_has_nothing_to_withhold(void **state) {
    (void)state;
    CHECK_MARKS("..", "..", 0, 10);
}

static void a_single_withheld_group_takes_the_next_smallest_with_it(void **state) {
    (void)state;
    CHECK_MARKS(".WW.", "..t.", 500, 30, 4, 31);
}

static void the_first_of_two_equally_small_groups_goes_with_it(void **state) {
    (void)state;
    CHECK_MARKS("WW..", "t...", 2, 20, 20, 40);
}

static void the_next_smallest_is_never_an_empty_group(void **state) {
    (void)state;
    CHECK_MARKS("W.W", "t..", 2, 0, 20);
}

static void two_withheld_groups_cover_each_other(void **state) {
    (void)state;
    CHECK_MARKS("WW.", "tt.", 3, 4, 20);
}

static void a_withheld_group_alone_stays_alone(void **state) {
    (void)state;
    CHECK_MARKS("W", "t", 3);
    scores_mark_groups(NULL, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_reproduces_newcombe_1998),
        cmocka_unit_test(wilson_never_crosses_its_point),
        cmocka_unit_test(adjusted_wald_reproduces_the_nps_package),
        cmocka_unit_test(the_nps_interval_holds_its_point_and_stays_on_the_scale),
        cmocka_unit_test(nps_points_reproduce_the_nps_package),
        cmocka_unit_test(a_score_takes_each_question_from_its_own_answers),
        cmocka_unit_test(repeats_reproduce_newcombe_1998_by_contacts_that_can_be_told),
        cmocka_unit_test(nothing_to_tell_of_repeats_is_no_rate),
        cmocka_unit_test(whoever_mail_cannot_reach_is_not_eligible),
        cmocka_unit_test(repeats_are_marked_by_their_own_n),
        cmocka_unit_test(a_score_withheld_says_how_repeats_changed),
        cmocka_unit_test(sums_are_added_counter_by_counter),
        cmocka_unit_test(small_groups_are_withheld_and_thin),
        cmocka_unit_test(an_empty_group_has_nothing_to_withhold),
        cmocka_unit_test(a_single_withheld_group_takes_the_next_smallest_with_it),
        cmocka_unit_test(the_first_of_two_equally_small_groups_goes_with_it),
        cmocka_unit_test(the_next_smallest_is_never_an_empty_group),
        cmocka_unit_test(two_withheld_groups_cover_each_other),
        cmocka_unit_test(a_withheld_group_alone_stays_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
