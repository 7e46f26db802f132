#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "base/time.h"
#include "domain/vote_rules.h"

#define NOW    (INT64_C(1790000000) * US_PER_SECOND)
#define WINDOW (7 * US_PER_DAY)

static struct survey_response response_with(enum trust trust) {
    struct survey_response response = {
        .contact = CONTACT_NONE,
        .answers = ANSWERS_NONE,
        .trust = trust,
        .confirmed_at_us = trust == TRUST_CONFIRMED ? NOW : TIME_NONE,
        .revision = 1,
        .votes = 1,
    };
    response.answers.nps = 9;
    return response;
}

static struct vote vote_with(enum trust trust, int64_t received_at_us) {
    struct vote vote = {
        .contact = CONTACT_NONE,
        .answers = ANSWERS_NONE,
        .trust = trust,
        .answered_at_us = received_at_us,
        .received_at_us = received_at_us,
        .edit_window_us = WINDOW,
    };
    vote.answers.nps = 2;
    return vote;
}

static void a_change_inside_the_window_counts(void **state) {
    (void)state;
    struct survey_response response = response_with(TRUST_CONFIRMED);
    struct vote vote = vote_with(TRUST_CONFIRMED, NOW + WINDOW);
    assert_int_equal(judge_later_vote(&response, &vote), LATER_VOTE_COUNTS);
    assert_true(apply_later_vote(&response, &vote, LATER_VOTE_COUNTS));
    assert_int_equal(response.answers.nps, 2);
    assert_int_equal(response.revision, 2);
    assert_int_equal(response.votes, 2);
    assert_int_equal(response.confirmed_at_us, NOW);
}

static void a_change_after_the_window_is_too_late(void **state) {
    (void)state;
    struct survey_response response = response_with(TRUST_CONFIRMED);
    struct vote vote = vote_with(TRUST_CONFIRMED, NOW + WINDOW + 1);
    assert_int_equal(judge_later_vote(&response, &vote), LATER_VOTE_TOO_LATE);
}

static void a_held_vote_never_overwrites_a_confirmed_one(void **state) {
    (void)state;
    struct survey_response response = response_with(TRUST_CONFIRMED);
    struct vote vote = vote_with(TRUST_PROVISIONAL, NOW + 1);
    assert_int_equal(judge_later_vote(&response, &vote), LATER_VOTE_IS_HELD);
    assert_true(apply_later_vote(&response, &vote, LATER_VOTE_IS_HELD));
    assert_int_equal(response.answers.nps, 9);
    assert_int_equal(response.trust, TRUST_CONFIRMED);
    assert_int_equal(response.revision, 1);
    assert_int_equal(response.votes, 2);
}

static void a_confirmed_vote_makes_a_held_response_count_and_opens_its_window(void **state) {
    (void)state;
    struct survey_response response = response_with(TRUST_PROVISIONAL);
    struct vote vote = vote_with(TRUST_CONFIRMED, NOW + 10 * WINDOW);
    assert_int_equal(judge_later_vote(&response, &vote), LATER_VOTE_COUNTS);
    assert_true(apply_later_vote(&response, &vote, LATER_VOTE_COUNTS));
    assert_int_equal(response.trust, TRUST_CONFIRMED);
    assert_int_equal(response.confirmed_at_us, NOW + 10 * WINDOW);
    assert_int_equal(response.revision, 2);
}

static void a_later_held_vote_replaces_a_held_one(void **state) {
    (void)state;
    struct survey_response response = response_with(TRUST_PROVISIONAL);
    struct vote vote = vote_with(TRUST_PROVISIONAL, NOW);
    assert_true(apply_later_vote(&response, &vote, LATER_VOTE_IS_HELD));
    assert_int_equal(response.answers.nps, 2);
    assert_int_equal(response.trust, TRUST_PROVISIONAL);
    assert_int_equal(response.revision, 1);
    assert_int_equal(response.confirmed_at_us, TIME_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_inside_the_window_counts),
        cmocka_unit_test(a_change_after_the_window_is_too_late),
        cmocka_unit_test(a_held_vote_never_overwrites_a_confirmed_one),
        cmocka_unit_test(a_confirmed_vote_makes_a_held_response_count_and_opens_its_window),
        cmocka_unit_test(a_later_held_vote_replaces_a_held_one),
    };
    return RUN(tests);
}
