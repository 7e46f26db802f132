#include <math.h>
#include <string.h>

#include "../support/test.h"
#include "domain/estimate.h"

static struct sentiment_scorer scorer;

static int load(void **state) {
    (void)state;
    const char *objection;
    return sentiment_scorer_load(&scorer, &objection) ? 0 : -1;
}

static int unload(void **state) {
    (void)state;
    sentiment_scorer_clear(&scorer);
    return 0;
}

static struct estimate estimated(struct answers answers, const char *comment,
                                 const char *language) {
    struct estimate estimate;
    answers.comment = comment ? strdup(comment) : NULL;
    estimate_of(&scorer, &answers, language, &estimate);
    answers_clear(&answers);
    return estimate;
}

static void answers_alone_make_a_frustration_but_no_polarity(void **state) {
    (void)state;
    struct answers answers = ANSWERS_NONE;
    answers.understood = UNDERSTOOD_NO;
    struct estimate estimate = estimated(answers, NULL, "de");
    assert_false(estimate.has_polarity);
    assert_true(estimate.has_frustration);
    assert_true(estimate.frustration == 0.8);
    assert_true(estimate_frustrated(&estimate));
    assert_string_equal(estimate.model, scorer.model.version);
}

static void words_add_to_the_answers_and_are_rounded_as_they_are_stored(void **state) {
    (void)state;
    struct answers answers = ANSWERS_NONE;
    answers.csat = 3;
    struct estimate estimate =
        estimated(answers, "I am still waiting for my refund, this is awful.", "en");
    assert_true(estimate.has_polarity);
    assert_true(estimate.polarity < 0);
    assert_true(estimate.frustration > 0.5);
    assert_true(estimate.frustration * ESTIMATE_STEPS ==
                round(estimate.frustration * ESTIMATE_STEPS));
}

static void nothing_is_guessed_where_nothing_tells(void **state) {
    (void)state;
    static const struct {
        const char *comment;
        const char *language;
        bool has_polarity;
        bool has_frustration;
    } cases[] = {
        {NULL, NULL, false, false},
        {"", "en", false, false},
        {"?!", "en", false, false},
        {"No.", "en", true, false},
        {"I am still waiting for my refund", "de", false, false},
        {"Das war leider nicht sehr hilfreich", NULL, false, false},
        {"I am still waiting for my refund", NULL, true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct estimate estimate = estimated(ANSWERS_NONE, cases[i].comment, cases[i].language);
        assert_int_equal(estimate.has_polarity, cases[i].has_polarity);
        assert_int_equal(estimate.has_frustration, cases[i].has_frustration);
        assert_string_equal(estimate.model, scorer.model.version);
        assert_true(estimate.has_frustration || !estimate_frustrated(&estimate));
    }
}

static void frustrated_begins_at_a_half(void **state) {
    (void)state;
    assert_true(
        estimate_frustrated(&(struct estimate){.has_frustration = true, .frustration = 0.5}));
    assert_false(
        estimate_frustrated(&(struct estimate){.has_frustration = true, .frustration = 0.4999}));
    assert_false(estimate_frustrated(&(struct estimate){.frustration = 0.9}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_alone_make_a_frustration_but_no_polarity),
        cmocka_unit_test(words_add_to_the_answers_and_are_rounded_as_they_are_stored),
        cmocka_unit_test(nothing_is_guessed_where_nothing_tells),
        cmocka_unit_test(frustrated_begins_at_a_half),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
