#include "../support/test.h"
#include "base/array.h"
#include "domain/webhook_schedule.h"

#define SECOND US_PER_SECOND
#define HOUR   (3600 * SECOND)

static void only_2xx_is_success_and_410_ends_it(void **state) {
    (void)state;
    static const struct {
        int status;
        enum webhook_verdict verdict;
    } cases[] = {
        {0, WEBHOOK_FAILED},      {199, WEBHOOK_FAILED},    {200, WEBHOOK_DELIVERED},
        {204, WEBHOOK_DELIVERED}, {299, WEBHOOK_DELIVERED}, {300, WEBHOOK_FAILED},
        {301, WEBHOOK_FAILED},    {304, WEBHOOK_FAILED},    {400, WEBHOOK_FAILED},
        {404, WEBHOOK_FAILED},    {410, WEBHOOK_UNWANTED},  {429, WEBHOOK_FAILED},
        {500, WEBHOOK_FAILED},    {503, WEBHOOK_FAILED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(webhook_judge(cases[i].status), cases[i].verdict);
    }
}

/* Standard Webhooks 1.0.0: 75 h 35 min 5 s in all. */
static void ten_attempts_spread_over_three_days(void **state) {
    (void)state;
    static const int64_t waits_us[] = {5 * SECOND, 300 * SECOND, HOUR / 2,  2 * HOUR, 5 * HOUR,
                                       10 * HOUR,  14 * HOUR,    20 * HOUR, 24 * HOUR};
    int64_t all_us = 0;
    for (int i = 0; i < WEBHOOK_ATTEMPTS_MAX - 1; i++) {
        int64_t wait_us = webhook_wait_us(i + 1, 0.5);
        assert_int_equal(wait_us, waits_us[i]);
        assert_int_equal(webhook_wait_us(i + 1, 0) * 10, waits_us[i] * 9);
        assert_int_equal(webhook_wait_us(i + 1, 1) * 10, waits_us[i] * 11);
        all_us += wait_us;
    }
    assert_int_equal(all_us, 75 * HOUR + 35 * 60 * SECOND + 5 * SECOND);
    assert_true(webhook_wait_us(WEBHOOK_ATTEMPTS_MAX, 0.5) == TIME_NONE);
    assert_true(webhook_wait_us(WEBHOOK_ATTEMPTS_MAX + 5, 0.5) == TIME_NONE);
}

static void a_pause_is_granted_to_those_that_may_ask_for_one(void **state) {
    (void)state;
    static const struct {
        int status;
        int64_t retry_after_s;
        int64_t pause_us;
    } cases[] = {
        {429, 30, 30 * SECOND},
        {503, 1, SECOND},
        {429, 0, 0},
        {503, -5, 0},
        {500, 30, 0},
        {200, 30, 0},
        {429, 86400, WEBHOOK_PAUSE_US_MAX},
        {429, 31536000, WEBHOOK_PAUSE_US_MAX},
        {429, INT64_MAX, WEBHOOK_PAUSE_US_MAX},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(webhook_pause_us(cases[i].status, cases[i].retry_after_s),
                         cases[i].pause_us);
    }
}

static void who_has_long_been_failing_is_given_up(void **state) {
    (void)state;
    static const struct {
        int64_t failing_us;
        bool schedule_ended;
        bool given_up;
    } cases[] = {
        {0, false, false},         {HOUR, true, false}, /* there was a success while this one was
                                                           tried */
        {60 * HOUR, true, false},  {68 * HOUR, true, true}, /* the schedule with the least luck */
        {76 * HOUR, true, true},   {76 * HOUR, false, false}, {120 * HOUR - 1, false, false},
        {120 * HOUR, false, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t now_us = 1700000000 * SECOND;
        const char *reason =
            webhook_giving_up(now_us - cases[i].failing_us, now_us, cases[i].schedule_ended);
        assert_int_equal(reason != NULL, cases[i].given_up);
    }
    assert_null(webhook_giving_up(TIME_NONE, 0, true));
}

static void failures_in_a_row_slow_down_what_else_is_due(void **state) {
    (void)state;
    static const int64_t rests_us[] = {0, 0, 0, 0, 0, SECOND / 2, SECOND, 2 * SECOND};
    for (unsigned i = 0; i < COUNT(rests_us); i++) {
        assert_int_equal(webhook_rest_us(i), rests_us[i]);
    }
    assert_int_equal(webhook_rest_us(100), 30 * SECOND);
    assert_int_equal(webhook_rest_us(UINT32_MAX), 30 * SECOND);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_2xx_is_success_and_410_ends_it),
        cmocka_unit_test(ten_attempts_spread_over_three_days),
        cmocka_unit_test(a_pause_is_granted_to_those_that_may_ask_for_one),
        cmocka_unit_test(who_has_long_been_failing_is_given_up),
        cmocka_unit_test(failures_in_a_row_slow_down_what_else_is_due),
    };
    return RUN(tests);
}
