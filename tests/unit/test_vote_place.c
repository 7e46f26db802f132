/* What a batch asks once for many votes, and the arrays in which it does. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "base/array.h"
#include "base/time.h"
#include "store/binary_array.h"
#include "store/vote_place.h"

static struct vote vote_at(int64_t account_id, const char *survey, int64_t answered_at_us) {
    struct vote vote = {.account_id = account_id, .answered_at_us = answered_at_us};
    strncpy(vote.survey, survey, SURVEY_NAME_BYTES_MAX);
    return vote;
}

static void votes_of_an_account_and_a_survey_within_a_second_share_a_place(void **state) {
    (void)state;
    static struct vote_places places;
    const int64_t noon = INT64_C(1795867200) * US_PER_SECOND;
    struct vote all[] = {
        vote_at(1, "a", noon),     vote_at(1, "a", noon + US_PER_SECOND - 1),
        vote_at(2, "a", noon),     vote_at(1, "b", noon),
        vote_at(1, "a", noon - 1), vote_at(1, "a", noon + 5),
    };
    struct vote *votes[COUNT(all)];
    for (size_t i = 0; i < COUNT(all); i++) {
        votes[i] = &all[i];
    }
    find_vote_places(&places, votes, COUNT(all));
    assert_int_equal(places.count, 4);
    assert_ptr_equal(places.of_vote[1], places.of_vote[0]);
    assert_ptr_equal(places.of_vote[5], places.of_vote[0]);
    for (size_t i = 2; i < 5; i++) {
        assert_ptr_equal(places.of_vote[i]->vote, votes[i]);
    }
}

static void a_second_before_1970_is_one_too(void **state) {
    (void)state;
    static struct vote_places places;
    struct vote all[] = {vote_at(1, "a", -1), vote_at(1, "a", -US_PER_SECOND), vote_at(1, "a", 0),
                         vote_at(1, "a", -US_PER_SECOND - 1)};
    struct vote *votes[] = {&all[0], &all[1], &all[2], &all[3]};
    find_vote_places(&places, votes, COUNT(votes));
    assert_int_equal(places.count, 3);
    assert_ptr_equal(places.of_vote[1], places.of_vote[0]);
}

static void no_more_places_than_there_is_room_for(void **state) {
    (void)state;
    static struct vote_places places;
    static struct vote all[VOTE_PLACES_MAX];
    static struct vote *votes[VOTE_PLACES_MAX];
    for (size_t i = 0; i < VOTE_PLACES_MAX; i++) {
        all[i] = vote_at(1, "a", (int64_t)i * US_PER_SECOND);
        votes[i] = &all[i];
    }
    find_vote_places(&places, votes, VOTE_PLACES_MAX);
    assert_int_equal(places.count, VOTE_PLACES_MAX);
    assert_ptr_equal(places.of_vote[VOTE_PLACES_MAX - 1]->vote, votes[VOTE_PLACES_MAX - 1]);
}

/* The expected bytes are PostgreSQL 15's array_send of the same. */
static void arrays_are_as_postgresql_sends_them(void **state) {
    (void)state;
    static const unsigned char expected[] = {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 2,
                                             0, 0, 0, 1, 0, 0, 0, 2, 0, 7, 0, 0,  0, 2, 1, 0};
    static const unsigned char nothing[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25};
    struct binary_array array = {.count = 0};
    struct params params = {0};
    binary_array_append_smallint(&array, 7);
    binary_array_append_smallint(&array, 256);
    params_binary_array(&params, ELEMENT_SMALLINT, &array);
    binary_array_clear(&array);
    params_binary_array(&params, ELEMENT_TEXT, &array);
    assert_true(params_ready(&params));
    assert_int_equal(params.lengths[0], sizeof expected);
    assert_memory_equal(params.values[0], expected, sizeof expected);
    assert_int_equal(params.lengths[1], sizeof nothing);
    assert_memory_equal(params.values[1], nothing, sizeof nothing);
    params_clear(&params);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(votes_of_an_account_and_a_survey_within_a_second_share_a_place),
        cmocka_unit_test(a_second_before_1970_is_one_too),
        cmocka_unit_test(no_more_places_than_there_is_room_for),
        cmocka_unit_test(arrays_are_as_postgresql_sends_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
