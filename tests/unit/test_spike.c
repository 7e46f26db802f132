/* The spike detector: published values of reference/numbers.md 2, and how it judges. */
#include <math.h>
#include <string.h>

#include "../support/near.h"
#include "../support/test.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "domain/beta_binomial.h"
#include "domain/spike.h"
#include "domain/spike_crossing.h"

static double tail(int64_t k, int64_t n, double a, double b) {
    return beta_binomial_tail(&(struct beta_binomial){n, {a, b}}, k);
}

static void tails_are_those_of_r(void **state) {
    (void)state;
    assert_near(tail(6, 12, 20.5, 180.5), 9.54940158767e-4, 5e-16);
    assert_near(tail(5, 10, 150.5, 1350.5), 1.73312975922e-3, 5e-15);
    assert_near(tail(9, 20, 300.5, 1700.5), 1.42566739144e-3, 5e-15);
    assert_near(tail(3, 3, 10.5, 90.5), 1.42245449559e-3, 5e-15);
}

/* As far as a million answers are many. */
static void the_rare_in_many_answers_is_poisson(void **state) {
    (void)state;
    double n = 1e6;
    double sure = 1e13; /* so sure of the rate that it is a number */
    assert_near(tail(10, (int64_t)n, 3.2 / n * sure, (1 - 3.2 / n) * sure), 1.761887868e-3, 5e-8);
}

static void all_outcomes_together_are_certain(void **state) {
    (void)state;
    static const struct beta rates[] = {{.5, .5}, {.2, .3}, {3, 40}, {1e6, 9e6}, {1e10, 1e10}};
    for (size_t i = 0; i < COUNT(rates); i++) {
        for (int64_t k = 1; k <= 60; k++) {
            double at_least = tail(k, 60, rates[i].a, rates[i].b);
            double fewer = tail(60 - k + 1, 60, rates[i].b, rates[i].a);
            assert_near(at_least + fewer, 1, 1e-9);
            assert_true(at_least <= tail(k - 1, 60, rates[i].a, rates[i].b));
        }
        assert_near(tail(0, 60, rates[i].a, rates[i].b), 1, 0);
        assert_near(tail(61, 60, rates[i].a, rates[i].b), 0, 0);
    }
}

static void tails_of_a_hundred_thousand_answers_neither_vanish_nor_overflow(void **state) {
    (void)state;
    assert_near(tail(3, 100000, 5e4, 5e4), 1, 0);
    assert_near(tail(99999, 100000, 5e4, 5e4), 0, 1e-300);
    /* Half of an even distribution, and half of its middle term. */
    double middle = tail(50000, 100000, 1e8, 1e8) - tail(50001, 100000, 1e8, 1e8);
    assert_near(tail(50000, 100000, 1e8, 1e8), .5 + middle / 2, 1e-9);
}

/* The formula's, and no larger than what the table's simulation found to hold the budget. */
static void alpha_stays_below_the_calibrations_of_the_table(void **state) {
    (void)state;
    static const struct {
        double answers_per_hour;
        double alpha;
        double calibrated;
    } rows[] = {
        {5, .0024845200, .0039},
        {10, .0017568209, .0023},
        {20, .0012422600, .0014},
        {60, .0007172191, .00087},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        double alpha = spike_alpha(.25, 60, rows[i].answers_per_hour);
        assert_near(alpha, rows[i].alpha, 5e-11);
        assert_true(alpha <= rows[i].calibrated);
    }
    assert_near(spike_alpha(.5, 60, 5), 2 * spike_alpha(.25, 60, 5), 1e-15);
}

/* A team of the simulation after four weeks: 60 open hours a week, 15 % frustrated. */
static struct spike_facts team(int64_t answers_per_hour) {
    int64_t n = 4 * 60 * answers_per_hour;
    return (struct spike_facts){
        .baseline = {.usual = {n * 15 / 100, n},
                     .days = 28,
                     .open_hours = 60,
                     .answers_per_hour = (double)answers_per_hour},
    };
}

static struct spike_judgement judge(struct spike_facts facts, int64_t k, int64_t n) {
    facts.window = (struct trials){k, n};
    facts.alpha = spike_alpha_of(&facts.baseline, .25);
    return spike_judge(&facts);
}

static void ten_of_twenty_are_a_spike_where_three_are_usual(void **state) {
    (void)state;
    struct spike_judgement ten = judge(team(20), 10, 20);
    struct spike_judgement nine = judge(team(20), 9, 20);
    assert_true(ten.exceeded && ten.can_tell);
    assert_int_equal(ten.doubt, SPIKE_NO_DOUBT);
    assert_true(ten.p <= ten.alpha && nine.p > nine.alpha);
    assert_false(nine.exceeded);
    assert_near(ten.baseline_rate, .15, 1e-12);
    assert_near(ten.baseline_interval.low, wilson_interval(720, 4800).low, 0);
    assert_near(ten.baseline_interval.high, wilson_interval(720, 4800).high, 0);
}

static void the_least_that_exceeds_is_what_the_judgement_says(void **state) {
    (void)state;
    static const int64_t rates[] = {5, 20, 60};
    for (size_t i = 0; i < COUNT(rates); i++) {
        struct spike_facts facts = team(rates[i]);
        facts.alpha = spike_alpha_of(&facts.baseline, .25);
        for (int64_t n = 0; n <= 90; n++) {
            int64_t least = spike_least(&facts, n);
            assert_true(least == 0 || judge(facts, least, n).exceeded);
            assert_false(judge(facts, least == 0 ? n : least - 1, n).exceeded);
        }
    }
}

static void two_frustrated_answers_are_never_a_spike(void **state) {
    (void)state;
    struct spike_facts facts = team(60);
    facts.baseline.usual.x = 1; /* so rare that two in an hour are no chance */
    assert_true(judge(facts, 2, 2).p < judge(facts, 2, 2).alpha);
    assert_false(judge(facts, 2, 2).exceeded);
    assert_true(judge(facts, 3, 3).exceeded);
}

static void a_share_hardly_above_the_usual_is_no_spike_however_certain(void **state) {
    (void)state;
    struct spike_facts facts = team(1000);
    struct spike_judgement certain = judge(facts, 249, 1000);
    assert_true(certain.p < 1e-10 && certain.p <= certain.alpha);
    assert_false(certain.exceeded);
    assert_true(judge(facts, 250, 1000).exceeded);
}

static void answers_that_resemble_each_other_raise_the_threshold(void **state) {
    (void)state;
    struct spike_facts facts = team(20);
    struct spike_judgement alone = judge(facts, 10, 20);
    assert_true(alone.exceeded);
    facts.baseline.rho = .05;
    assert_true(judge(facts, 10, 20).p > 2 * alone.p);
    assert_false(judge(facts, 10, 20).exceeded);
    /* By M = 1 / rho - 1 = 19: that is as if only so many answers were known. */
    assert_near(judge(facts, 10, 20).p, tail(10, 20, 19 * 720.5 / 4801, 19 * 4080.5 / 4801), 1e-15);
    facts.baseline.rho = 1e-9;
    assert_near(judge(facts, 10, 20).p, alone.p, 0);
}

static void says_doubt(struct spike_facts *facts, enum spike_doubt doubt, const char *words) {
    facts->alpha = spike_alpha_of(&facts->baseline, .25);
    CLEANUP(text_clear) struct text text = {0};
    assert_int_equal(spike_judge(facts).doubt, doubt);
    assert_int_equal(spike_judge(facts).can_tell, doubt == SPIKE_NO_DOUBT);
    spike_doubt_append(facts, doubt, &text);
    assert_non_null(strstr(text.bytes ? text.bytes : "", words));
}

static void without_enough_before_nothing_is_exceeded(void **state) {
    (void)state;
    struct spike_facts facts = team(20);
    facts.window = (struct trials){20, 20};
    says_doubt(&facts, SPIKE_NO_DOUBT, "");
    facts.baseline.days = 3.26;
    says_doubt(&facts, SPIKE_SHORT_BEFORE, "the first answers are 3.3 days old");
    assert_false(spike_judge(&facts).exceeded);
    facts.baseline.usual = (struct trials){0, 99};
    says_doubt(&facts, SPIKE_FEW_BEFORE, "there are 99 answers");
    assert_false(spike_judge(&facts).exceeded);
    assert_int_equal(spike_least(&facts, 20), 0);
    facts.baseline = (struct spike_baseline){0};
    says_doubt(&facts, SPIKE_FEW_BEFORE, "there are 0 answers");
    assert_near(spike_judge(&facts).p, 1, 0);
    assert_near(spike_judge(&facts).baseline_interval.high, 1, 0);
}

static void few_answers_an_hour_are_told_but_an_extreme_is_still_a_spike(void **state) {
    (void)state;
    struct spike_facts facts = team(5);
    facts.window = (struct trials){5, 5};
    says_doubt(&facts, SPIKE_FEW_ANSWERS, "At about 5.0 answers an hour");
    assert_true(spike_judge(&facts).exceeded);
}

/* Hours of n answers whose share varies by a beta distribution of correlation rho: each outcome as
 * often as it is likely, in so many hours that rounding does not matter. */
/* What is told of a correlation: two fifths of its standard error less. */
static double told(double rho, const struct spike_hours *hours) {
    return rho - .4 * sqrt(2 / (double)hours->pairs);
}

static struct spike_hours alike(int64_t n, double rate, double rho) {
    struct spike_hours hours = {0};
    double precision = 1 / rho - 1;
    for (int64_t x = 0; x <= n; x++) {
        double a = rate * precision;
        double b = (1 - rate) * precision;
        double share = tail(x, n, a, b) - tail(x + 1, n, a, b);
        int64_t count = llround(share * 1e9);
        hours.hours += count;
        hours.answers.x += x * count;
        hours.answers.n += n * count;
        hours.pairs += n * (n - 1) * count;
        hours.mixed += (double)count * (double)x * (double)(n - x) / (double)n;
    }
    return hours;
}

static void the_correlation_of_synthetic_hours_is_found(void **state) {
    (void)state;
    static const double correlations[] = {.001, .02, .05, .3};
    for (size_t i = 0; i < COUNT(correlations); i++) {
        struct spike_hours few = alike(5, .15, correlations[i]);
        struct spike_hours many = alike(60, .3, correlations[i]);
        assert_near(spike_correlation(&few), told(correlations[i], &few), 1e-6);
        assert_near(spike_correlation(&many), told(correlations[i], &many), 1e-6);
    }
}

static void without_correlation_or_anything_to_compare_it_is_none(void **state) {
    (void)state;
    struct spike_hours hours = {0};
    assert_near(spike_correlation(&hours), 0, 0);
    spike_hours_add(&hours, &(struct trials){0, 0});
    spike_hours_add(&hours, &(struct trials){0, 20});
    assert_int_equal(hours.hours, 1);
    assert_near(spike_correlation(&hours), 0, 0); /* nobody was ever frustrated */
    spike_hours_add(&hours, &(struct trials){3, 20});
    spike_hours_add(&hours, &(struct trials){3, 20});
    assert_int_equal(hours.answers.n, 60);
    assert_near(hours.mixed, 5.1, 1e-12);
    assert_int_equal(hours.pairs, 3 * 20 * 19);
    struct spike_hours even = {.hours = 2, .answers = {6, 40}, .mixed = 5.1, .pairs = 760};
    assert_near(spike_correlation(&even), 0, 0);
    /* All or nobody: as alike as can be, but the precision keeps its meaning. */
    struct spike_hours all_or_nobody = {.hours = 2, .answers = {20, 40}, .pairs = 760};
    assert_near(spike_correlation(&all_or_nobody), .5, 0);
}

static void a_correlation_within_its_error_is_none(void **state) {
    (void)state;
    /* 240 hours of 5 answers have a standard error of 0.0204. */
    struct spike_hours hours = alike(5, .15, .02);
    double of = 240. / (double)hours.hours;
    struct spike_hours few = {.hours = 240,
                              .answers = {llround((double)hours.answers.x * of), 1200},
                              .mixed = hours.mixed * of,
                              .pairs = 4800};
    assert_near(spike_correlation(&hours), told(.02, &hours), 1e-6);
    assert_near(spike_correlation(&few), 0, 0);
}

static struct spike_history four_weeks(struct trials all, struct trials alike) {
    struct spike_history history = {.answers = all.n, .open_hours = 60, .days = 27.9};
    struct trials hour = {all.x / 240, all.n / 240};
    struct trials like = {alike.x / 4, alike.n / 4};
    for (int i = 0; i < 240; i++) {
        spike_hours_add(&history.hours, &hour);
    }
    for (int i = 0; i < 4; i++) {
        spike_hours_add(&history.alike, &like);
    }
    return history;
}

static void an_hour_is_held_against_its_like_when_that_differs(void **state) {
    (void)state;
    struct spike_history as_ever =
        four_weeks((struct trials){2160, 14400}, (struct trials){44, 240});
    struct spike_history worse = four_weeks((struct trials){2160, 14400}, (struct trials){72, 240});
    struct spike_history few = four_weeks((struct trials){720, 4800}, (struct trials){48, 80});
    assert_int_equal(spike_baseline_of(&as_ever).usual.n, 14400);
    assert_int_equal(spike_baseline_of(&worse).usual.n, 240);
    assert_int_equal(spike_baseline_of(&worse).usual.x, 72);
    assert_int_equal(spike_baseline_of(&few).usual.n, 4800);
}

static void a_history_tells_answers_an_hour_by_the_weeks_it_has(void **state) {
    (void)state;
    struct spike_history history = four_weeks((struct trials){720, 4800}, (struct trials){0, 0});
    history.days = 28;
    assert_near(spike_baseline_of(&history).answers_per_hour, 20, 1e-9);
    assert_near(spike_baseline_of(&history).open_hours, 60, 0);
    history.days = 14;
    assert_near(spike_baseline_of(&history).answers_per_hour, 40, 1e-9);
    history.days = 2; /* the week is not over: there may be no more */
    assert_near(spike_baseline_of(&history).answers_per_hour, 80, 1e-9);
    assert_near(spike_baseline_of(&(struct spike_history){0}).answers_per_hour, 0, 0);
}

static void an_outlook_says_what_it_would_take(void **state) {
    (void)state;
    struct spike_facts twenty = team(20);
    struct spike_outlook outlook = spike_outlook_of(&twenty.baseline, .25);
    assert_int_equal(outlook.usual_answers, 20);
    assert_int_equal(outlook.least, 10);
    assert_true(outlook.judgement.can_tell);
    outlook = spike_outlook_of(&(struct spike_baseline){0}, .25);
    assert_int_equal(outlook.least, 0);
    assert_int_equal(outlook.judgement.doubt, SPIKE_FEW_BEFORE);
}

/* By adding up all outcomes of all numbers of answers. */
static double crossings_by_all_outcomes(const struct crossing *crossing) {
    double sum = 0;
    double a = crossing->rate.a;
    double b = crossing->rate.b;
    double likely = exp(-crossing->answers_per_hour);
    for (int64_t n = 0; n < 60; n++) {
        for (int64_t k = 0; k <= n; k++) {
            double at = tail(k, n, a, b) - tail(k + 1, n, a, b);
            double next = ((double)k + a) / ((double)n + a + b);
            bool is = k >= crossing->least && tail(k, n, a, b) <= crossing->alpha &&
                      (double)k >= crossing->least_share * (double)n;
            bool becomes = k + 1 >= crossing->least &&
                           tail(k + 1, n + 1, a, b) <= crossing->alpha &&
                           (double)(k + 1) >= crossing->least_share * (double)(n + 1);
            sum += !is && becomes ? likely * at * next : 0;
        }
        likely *= crossing->answers_per_hour / (double)(n + 1);
    }
    return sum * crossing->answers_per_hour;
}

static void expected_crossings_are_the_sum_over_all_outcomes(void **state) {
    (void)state;
    static const struct crossing crossings[] = {
        {{20.5, 180.5}, 5, .004, 3, .2},   {{150.5, 850.5}, 12, .002, 3, .25},
        {{2.9, 16.1}, 12, .002, 3, .25},   {{300.5, 700.5}, 12, .05, 3, .4},
        {{.5, 1200.5}, 5, .004, 3, .1004}, {{5.5, 3.5}, 8, .3, 2, .7},
    };
    for (size_t i = 0; i < COUNT(crossings); i++) {
        double expected = crossings_by_all_outcomes(&crossings[i]);
        assert_true(expected > 0);
        assert_near(crossings_per_hour(&crossings[i]) / expected, 1, 1e-9);
    }
}

static void crossings_of_many_answers_are_found_as_well(void **state) {
    (void)state;
    struct crossing crossing = {{15000.5, 85000.5}, 20000, 1e-5, 3, 0};
    double crossings = crossings_per_hour(&crossing);
    assert_true(isfinite(crossings) && crossings > 0);
    crossing.alpha /= 2;
    assert_true(crossings_per_hour(&crossing) < crossings);
}

static void alpha_is_raised_while_crossings_leave_room(void **state) {
    (void)state;
    struct spike_judgement judgement = judge(team(5), 0, 5);
    assert_true(judgement.alpha > 1.2 * spike_alpha(.25, 60, 5));
    struct spike_facts alike = team(5);
    alike.baseline.rho = .001;
    assert_near(judge(alike, 0, 5).alpha, spike_alpha(.25, 60, 5), 1e-15);
    struct spike_facts sixty = team(60);
    assert_near(judge(sixty, 0, 60).alpha, spike_alpha(.25, 60, 60), 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_are_those_of_r),
        cmocka_unit_test(the_rare_in_many_answers_is_poisson),
        cmocka_unit_test(all_outcomes_together_are_certain),
        cmocka_unit_test(tails_of_a_hundred_thousand_answers_neither_vanish_nor_overflow),
        cmocka_unit_test(alpha_stays_below_the_calibrations_of_the_table),
        cmocka_unit_test(ten_of_twenty_are_a_spike_where_three_are_usual),
        cmocka_unit_test(the_least_that_exceeds_is_what_the_judgement_says),
        cmocka_unit_test(two_frustrated_answers_are_never_a_spike),
        cmocka_unit_test(a_share_hardly_above_the_usual_is_no_spike_however_certain),
        cmocka_unit_test(answers_that_resemble_each_other_raise_the_threshold),
        cmocka_unit_test(without_enough_before_nothing_is_exceeded),
        cmocka_unit_test(few_answers_an_hour_are_told_but_an_extreme_is_still_a_spike),
        cmocka_unit_test(the_correlation_of_synthetic_hours_is_found),
        cmocka_unit_test(without_correlation_or_anything_to_compare_it_is_none),
        cmocka_unit_test(a_correlation_within_its_error_is_none),
        cmocka_unit_test(an_hour_is_held_against_its_like_when_that_differs),
        cmocka_unit_test(a_history_tells_answers_an_hour_by_the_weeks_it_has),
        cmocka_unit_test(an_outlook_says_what_it_would_take),
        cmocka_unit_test(expected_crossings_are_the_sum_over_all_outcomes),
        cmocka_unit_test(crossings_of_many_answers_are_found_as_well),
        cmocka_unit_test(alpha_is_raised_while_crossings_leave_room),
    };
    return RUN(tests);
}
