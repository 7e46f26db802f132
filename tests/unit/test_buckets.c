#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "http/buckets.h"

#define SECOND INT64_C(1000000)
#define START  (1000 * SECOND)

/* One token a second, at most 10. */
static const struct bucket_rate rate = {.per_minute = 60, .burst = 10};

static void empty(int64_t *full_at_us, int64_t now_us) {
    for (int i = 0; i < 10; i++) {
        assert_true(bucket_take(&rate, full_at_us, now_us).taken);
    }
}

static void a_new_bucket_is_full(void **state) {
    (void)state;
    int64_t full_at_us = 0;
    struct bucket_reading reading = bucket_take(&rate, &full_at_us, START);
    assert_true(reading.taken);
    assert_int_equal(reading.remaining, 9);
    assert_int_equal(reading.reset_s, 1);
    assert_int_equal(reading.retry_s, 0);
}

static void an_empty_one_refuses_and_says_when_to_come_back(void **state) {
    (void)state;
    int64_t full_at_us = 0;
    empty(&full_at_us, START);
    struct bucket_reading reading = bucket_take(&rate, &full_at_us, START);
    assert_false(reading.taken);
    assert_int_equal(reading.remaining, 0);
    assert_int_equal(reading.reset_s, 10);
    assert_int_equal(reading.retry_s, 1);
}

static void refusals_cost_nothing_and_tokens_come_back_one_by_one(void **state) {
    (void)state;
    int64_t full_at_us = 0;
    empty(&full_at_us, START);
    for (int i = 0; i < 1000; i++) {
        assert_false(bucket_take(&rate, &full_at_us, START + SECOND - 1).taken);
    }
    assert_true(bucket_take(&rate, &full_at_us, START + SECOND).taken);
    assert_false(bucket_take(&rate, &full_at_us, START + SECOND).taken);
    struct bucket_reading reading = bucket_take(&rate, &full_at_us, START + 5 * SECOND);
    assert_true(reading.taken);
    assert_int_equal(reading.remaining, 3);
    assert_int_equal(reading.reset_s, 7);
}

static void it_never_holds_more_than_its_burst(void **state) {
    (void)state;
    int64_t full_at_us = 0;
    empty(&full_at_us, START);
    empty(&full_at_us, START + 1000000 * SECOND);
    assert_false(bucket_take(&rate, &full_at_us, START + 1000000 * SECOND).taken);
}

static void a_clock_read_a_little_earlier_gives_nothing_away(void **state) {
    (void)state;
    int64_t full_at_us = 0;
    empty(&full_at_us, START);
    struct bucket_reading reading = bucket_take(&rate, &full_at_us, START - SECOND / 2);
    assert_false(reading.taken);
    assert_int_equal(reading.remaining, 0);
    assert_int_equal(reading.retry_s, 2);
}

static void over_a_long_time_the_rate_holds(void **state) {
    (void)state;
    static const struct bucket_rate rates[] = {{1, 1}, {7, 100}, {60, 1}, {1000000, 1000000}};
    for (size_t i = 0; i < COUNT(rates); i++) {
        int64_t full_at_us = 0;
        int64_t taken = 0;
        int64_t step_us = 60 * SECOND / rates[i].per_minute / 3 + 1;
        int64_t steps = rates[i].burst * 12 + 300;
        for (int64_t step = 0; step < steps; step++) {
            taken += bucket_take(&rates[i], &full_at_us, START + step * step_us).taken;
        }
        int64_t minutes_us = steps * step_us;
        int64_t most = rates[i].burst + minutes_us * rates[i].per_minute / (60 * SECOND) + 1;
        assert_in_range(taken, most * 9 / 10, most);
    }
}

static void the_window_is_how_long_an_empty_bucket_fills(void **state) {
    (void)state;
    assert_int_equal(bucket_window_s(&rate), 10);
    assert_int_equal(bucket_window_s(&(struct bucket_rate){.per_minute = 100, .burst = 100}), 60);
    assert_int_equal(bucket_window_s(&(struct bucket_rate){.per_minute = 7, .burst = 1}), 9);
    assert_int_equal(bucket_window_s(&(struct bucket_rate){.per_minute = 600, .burst = 1}), 1);
}

/* ---- many buckets ---- */

static void key_of(uint64_t number, unsigned char key[BUCKET_KEY_BYTES]) {
    memset(key, 0, BUCKET_KEY_BYTES);
    memcpy(key + 4, &number, sizeof number);
    key[0] = 1;
}

static struct bucket_reading take(struct buckets *buckets, uint64_t number) {
    unsigned char key[BUCKET_KEY_BYTES];
    key_of(number, key);
    return buckets_take(buckets, key, START);
}

static void each_key_has_a_bucket_of_its_own(void **state) {
    (void)state;
    struct buckets *buckets = buckets_new(&rate);
    for (uint64_t number = 0; number < 1000; number++) {
        for (int i = 0; i < 10; i++) {
            assert_true(take(buckets, number).taken);
        }
    }
    for (uint64_t number = 0; number < 1000; number++) {
        assert_false(take(buckets, number).taken);
    }
    buckets_free(buckets);
}

static void looking_takes_nothing(void **state) {
    (void)state;
    struct buckets *buckets = buckets_new(&rate);
    unsigned char key[BUCKET_KEY_BYTES];
    key_of(1, key);
    for (int i = 0; i < 100; i++) {
        assert_true(buckets_look(buckets, key, START).taken);
    }
    while (take(buckets, 1).taken) {
    }
    assert_false(buckets_look(buckets, key, START).taken);
    assert_int_equal(buckets_look(buckets, key, START).retry_s, 1);
    assert_true(buckets_look(buckets, key, START + SECOND).taken);
    buckets_free(buckets);
}

/* A million others are far more than there is room for. */
static void nobody_gets_a_fuller_bucket_by_bringing_a_crowd(void **state) {
    (void)state;
    struct buckets *buckets = buckets_new(&rate);
    while (take(buckets, 0).taken) {
    }
    bool crowded = false;
    for (uint64_t number = 1; number < 1000000; number++) {
        crowded = take(buckets, number).crowded || crowded;
    }
    assert_true(crowded);
    assert_false(take(buckets, 0).taken);
    buckets_free(buckets);
}

static void a_passing_crowd_leaves_no_debt_behind(void **state) {
    (void)state;
    struct buckets *buckets = buckets_new(&rate);
    for (uint64_t number = 1; number < 1000000; number++) {
        take(buckets, number);
    }
    unsigned char key[BUCKET_KEY_BYTES];
    key_of(0, key);
    struct bucket_reading reading = buckets_take(buckets, key, START + 20 * SECOND);
    assert_false(reading.crowded);
    assert_int_equal(reading.remaining, 9);
    buckets_free(buckets);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_bucket_is_full),
        cmocka_unit_test(an_empty_one_refuses_and_says_when_to_come_back),
        cmocka_unit_test(refusals_cost_nothing_and_tokens_come_back_one_by_one),
        cmocka_unit_test(it_never_holds_more_than_its_burst),
        cmocka_unit_test(a_clock_read_a_little_earlier_gives_nothing_away),
        cmocka_unit_test(over_a_long_time_the_rate_holds),
        cmocka_unit_test(the_window_is_how_long_an_empty_bucket_fills),
        cmocka_unit_test(each_key_has_a_bucket_of_its_own),
        cmocka_unit_test(looking_takes_nothing),
        cmocka_unit_test(nobody_gets_a_fuller_bucket_by_bringing_a_crowd),
        cmocka_unit_test(a_passing_crowd_leaves_no_debt_behind),
    };
    return RUN(tests);
}
