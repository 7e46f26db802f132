#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "base/array.h"
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

static void a_vote_of_the_past_gives_way_to_a_newer_answer_that_counts(void **state) {
    (void)state;
    struct vote vote = vote_with(TRUST_CONFIRMED, NOW);
    vote.past = true;
    struct survey_response response = response_with(TRUST_CONFIRMED);
    response.answered_at_us = NOW;
    assert_int_equal(judge_later_vote(&response, &vote), LATER_VOTE_COUNTS);
    response.answered_at_us = NOW + 1;
    assert_int_equal(judge_later_vote(&response, &vote), LATER_VOTE_IS_OLDER);
    response.trust = TRUST_PROVISIONAL;
    assert_int_equal(judge_later_vote(&response, &vote), LATER_VOTE_COUNTS);
    response.trust = TRUST_CONFIRMED;
    vote.past = false;
    assert_int_equal(judge_later_vote(&response, &vote), LATER_VOTE_COUNTS);
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

static void set_source(char source[SOURCE_BYTES_MAX + 1], const char *name) {
    snprintf(source, SOURCE_BYTES_MAX + 1, "%s", name);
}

static struct survey_response unverified_response(enum trust trust) {
    struct survey_response response = response_with(trust);
    set_source(response.source, SOURCE_LINK_UNVERIFIED);
    response.contact.team = strdup("of nobody");
    return response;
}

static struct vote vote_from(const char *source, enum trust trust) {
    struct vote vote = vote_with(trust, NOW + 100 * WINDOW);
    set_source(vote.source, source);
    vote.contact.team = strdup("of the voucher");
    return vote;
}

static void
an_unverified_vote_is_barred_by_any_answer_but_an_unverified_one_that_is_held(void **state) {
    (void)state;
    struct vote vote = vote_from(SOURCE_LINK_UNVERIFIED, TRUST_CONFIRMED);
    static const enum trust trusts[] = {TRUST_CONFIRMED, TRUST_PROVISIONAL, TRUST_DISCARDED};
    for (size_t i = 0; i < COUNT(trusts); i++) {
        struct survey_response verified = response_with(trusts[i]);
        struct survey_response unverified = unverified_response(trusts[i]);
        bool counts = trusts[i] == TRUST_CONFIRMED;
        assert_int_equal(judge_later_vote(&verified, &vote), LATER_VOTE_IS_BARRED);
        assert_int_equal(judge_later_vote(&unverified, &vote),
                         counts ? LATER_VOTE_IS_BARRED : LATER_VOTE_COUNTS);
        survey_response_clear(&unverified);
    }
    vote_clear(&vote);
}

static void
a_verified_vote_takes_the_place_of_an_unverified_answer_as_if_it_were_the_first(void **state) {
    (void)state;
    struct survey_response response = unverified_response(TRUST_CONFIRMED);
    struct vote vote = vote_from("api", TRUST_CONFIRMED);
    assert_int_equal(judge_later_vote(&response, &vote), LATER_VOTE_COUNTS);
    assert_true(apply_later_vote(&response, &vote, LATER_VOTE_COUNTS));
    assert_string_equal(response.source, "api");
    assert_string_equal(response.contact.team, "of the voucher");
    assert_int_equal(response.confirmed_at_us, vote.received_at_us);
    assert_int_equal(response.answers.nps, 2);
    survey_response_clear(&response);
    vote_clear(&vote);
}

static void
a_held_verified_vote_leaves_an_unverified_answer_but_vouches_for_the_contact(void **state) {
    (void)state;
    struct survey_response response = unverified_response(TRUST_CONFIRMED);
    struct vote vote = vote_from(SOURCE_LINK, TRUST_PROVISIONAL);
    assert_int_equal(judge_later_vote(&response, &vote), LATER_VOTE_IS_HELD);
    assert_true(apply_later_vote(&response, &vote, LATER_VOTE_IS_HELD));
    assert_string_equal(response.source, SOURCE_LINK_UNVERIFIED);
    assert_string_equal(response.contact.team, "of the voucher");
    assert_int_equal(response.confirmed_at_us, NOW);
    assert_int_equal(response.answers.nps, 9);
    survey_response_clear(&response);
    vote_clear(&vote);
}

static void an_unverified_answer_answers_no_invitation(void **state) {
    (void)state;
    struct survey_response response = response_with(TRUST_CONFIRMED);
    assert_false(response_answers_invitation(&response));
    response.has_invitation = true;
    assert_true(response_answers_invitation(&response));
    set_source(response.source, SOURCE_LINK_UNVERIFIED);
    assert_false(response_answers_invitation(&response));
    set_source(response.source, "api");
    response.trust = TRUST_PROVISIONAL;
    assert_false(response_answers_invitation(&response));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_inside_the_window_counts),
        cmocka_unit_test(a_change_after_the_window_is_too_late),
        cmocka_unit_test(a_vote_of_the_past_gives_way_to_a_newer_answer_that_counts),
        cmocka_unit_test(a_held_vote_never_overwrites_a_confirmed_one),
        cmocka_unit_test(a_confirmed_vote_makes_a_held_response_count_and_opens_its_window),
        cmocka_unit_test(a_later_held_vote_replaces_a_held_one),
        cmocka_unit_test(
            an_unverified_vote_is_barred_by_any_answer_but_an_unverified_one_that_is_held),
        cmocka_unit_test(
            a_verified_vote_takes_the_place_of_an_unverified_answer_as_if_it_were_the_first),
        cmocka_unit_test(
            a_held_verified_vote_leaves_an_unverified_answer_but_vouches_for_the_contact),
        cmocka_unit_test(an_unverified_answer_answers_no_invitation),
    };
    return RUN(tests);
}
