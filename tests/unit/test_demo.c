/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "base/time.h"
#include "domain/demo.h"

#define NOW_US  (INT64_C(1795399200) * US_PER_SECOND) /* 2026-11-23T02:00:00Z, a Monday */
#define DAYS    90
#define SAMPLES 20000

static void the_same_seed_makes_the_same_contacts(void **state) {
    (void)state;
    struct demo_plan one = demo_plan_of(7, DAYS, NOW_US);
    struct demo_plan other = demo_plan_of(7, DAYS, NOW_US);
    for (uint64_t i = 0; i < 200; i++) {
        struct demo_contact first;
        struct demo_contact second;
        assert_true(demo_contact_make(&one, i, &first));
        assert_true(demo_contact_make(&other, i, &second));
        assert_string_equal(first.contact.ref, second.contact.ref);
        assert_string_equal(first.contact.agents[0], second.contact.agents[0]);
        assert_int_equal(first.answered_at_us, second.answered_at_us);
        assert_int_equal(first.answered, second.answered);
        assert_true(answers_equal(&first.answers, &second.answers));
        demo_contact_clear(&first);
        demo_contact_clear(&second);
    }
}

static void another_seed_makes_others(void **state) {
    (void)state;
    struct demo_plan one = demo_plan_of(7, DAYS, NOW_US);
    struct demo_plan other = demo_plan_of(8, DAYS, NOW_US);
    int differing = 0;
    for (uint64_t i = 0; i < 200; i++) {
        struct demo_contact first;
        struct demo_contact second;
        assert_true(demo_contact_make(&one, i, &first));
        assert_true(demo_contact_make(&other, i, &second));
        differing += strcmp(first.contact.agents[0], second.contact.agents[0]) != 0;
        demo_contact_clear(&first);
        demo_contact_clear(&second);
    }
    assert_true(differing > 150);
}

static void nothing_happens_before_the_window_or_ahead_of_now(void **state) {
    (void)state;
    struct demo_plan plan = demo_plan_of(1, DAYS, NOW_US);
    for (uint64_t i = 0; i < SAMPLES; i++) {
        struct demo_contact made;
        assert_true(demo_contact_make(&plan, i, &made));
        assert_true(made.contact.solved_at_us >= NOW_US - DAYS * US_PER_DAY);
        assert_true(made.contact.opened_at_us < made.contact.solved_at_us);
        assert_true(made.invited_at_us >= made.contact.solved_at_us);
        assert_true(made.answered_at_us >= made.invited_at_us);
        assert_true(made.answered_at_us <= NOW_US);
        demo_contact_clear(&made);
    }
}

/* The share who felt understood by one team, in and outside its bad week. */
static void rates_of_bad_team(const struct demo_plan *plan, double rates[2]) {
    int yes[2] = {0};
    int all[2] = {0};
    for (uint64_t i = 0; i < SAMPLES; i++) {
        struct demo_contact made;
        assert_true(demo_contact_make(plan, i, &made));
        if (strcmp(made.contact.team, demo_team_name(plan->bad_team)) == 0) {
            int64_t at_us = made.contact.solved_at_us;
            int bad = at_us >= plan->bad_from_us && at_us < plan->bad_to_us;
            yes[bad] += made.answers.understood == UNDERSTOOD_YES;
            all[bad]++;
        }
        demo_contact_clear(&made);
    }
    for (int bad = 0; bad < 2; bad++) {
        assert_true(all[bad] > 50);
        rates[bad] = (double)yes[bad] / (double)all[bad];
    }
}

static void one_team_has_a_bad_week(void **state) {
    (void)state;
    struct demo_plan plan = demo_plan_of(1, DAYS, NOW_US);
    double rates[2];
    rates_of_bad_team(&plan, rates);
    assert_true(rates[1] < rates[0] - 0.2);
}

static void mondays_are_busier_than_sundays(void **state) {
    (void)state;
    struct demo_plan plan = demo_plan_of(1, DAYS, NOW_US);
    int weekdays[7] = {0};
    for (uint64_t i = 0; i < SAMPLES; i++) {
        struct demo_contact made;
        assert_true(demo_contact_make(&plan, i, &made));
        weekdays[made.contact.solved_at_us / US_PER_DAY % 7]++; /* from Thursday on */
        demo_contact_clear(&made);
    }
    assert_true(weekdays[4] > 3 * weekdays[3]);
}

/* How many of the contacts, and which of them, were of the customer of another in the week before.
 */
static void count_repeats(const struct demo_plan *plan, int *repeated, int by_felt[2],
                          int felt_all[2]) {
    for (uint64_t i = 0; i < SAMPLES; i += 2) {
        struct demo_contact before;
        struct demo_contact after;
        assert_true(demo_contact_make(plan, i, &before));
        assert_true(demo_contact_make(plan, i + 1, &after));
        int64_t apart_us = after.contact.opened_at_us - before.contact.solved_at_us;
        bool same = strcmp(before.contact.customer_ref, after.contact.customer_ref) == 0;
        bool back = same && apart_us >= 0 && apart_us <= 7 * US_PER_DAY;
        int content = before.answers.understood == UNDERSTOOD_YES;
        *repeated += back;
        by_felt[content] += back;
        felt_all[content]++;
        assert_false(back && after.asked);
        demo_contact_clear(&before);
        demo_contact_clear(&after);
    }
}

static void customers_come_back_and_more_when_they_were_not_understood(void **state) {
    (void)state;
    struct demo_plan plan = demo_plan_of(1, DAYS, NOW_US);
    int repeated = 0;
    int back[2] = {0};
    int all[2] = {0};
    count_repeats(&plan, &repeated, back, all);
    assert_in_range(repeated, SAMPLES * 8 / 100, SAMPLES * 16 / 100);
    assert_true(2 * back[1] * all[0] < back[0] * all[1]);
}

static void who_has_no_address_is_not_asked_and_does_not_answer(void **state) {
    (void)state;
    struct demo_plan plan = demo_plan_of(1, DAYS, NOW_US);
    int without = 0;
    int taken_over = 0;
    for (uint64_t i = 0; i < SAMPLES; i++) {
        struct demo_contact made;
        assert_true(demo_contact_make(&plan, i, &made));
        without += made.contact.customer_email == NULL;
        taken_over += made.taken_over_by != NULL;
        assert_false(made.asked && !made.contact.customer_email);
        assert_false(made.answered && !made.asked);
        assert_true(!made.taken_over_by || strcmp(made.taken_over_by, made.contact.agents[0]) != 0);
        demo_contact_clear(&made);
    }
    assert_in_range(without, SAMPLES * 3 / 100, SAMPLES * 5 / 100);
    assert_in_range(taken_over, SAMPLES * 2 / 100, SAMPLES * 4 / 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_makes_the_same_contacts),
        cmocka_unit_test(another_seed_makes_others),
        cmocka_unit_test(nothing_happens_before_the_window_or_ahead_of_now),
        cmocka_unit_test(one_team_has_a_bad_week),
        cmocka_unit_test(mondays_are_busier_than_sundays),
        cmocka_unit_test(customers_come_back_and_more_when_they_were_not_understood),
        cmocka_unit_test(who_has_no_address_is_not_asked_and_does_not_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
