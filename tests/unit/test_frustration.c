#include <math.h>

#include "../support/test.h"
#include "base/array.h"
#include "domain/frustration.h"

#define EPSILON 1e-12

static void assert_close(double value, double expected) {
    assert_true(fabs(value - expected) <= EPSILON);
}
#define NO_TEXT (-1.0)

struct answered {
    enum understood understood;
    int csat;
    int nps;
};

/* NaN-free: -1 when nothing tells. */
static double combined(struct answered answered, double text) {
    struct answers answers = ANSWERS_NONE;
    answers.understood = answered.understood;
    answers.csat = answered.csat;
    answers.nps = answered.nps;
    struct sentiment sentiment = {.extent = SENTIMENT_WHOLE, .frustration = text};
    double frustration;
    return frustration_of(&answers, text == NO_TEXT ? NULL : &sentiment, &frustration) ? frustration
                                                                                       : -1;
}

static void answers_come_first_and_the_worst_of_them_counts(void **state) {
    (void)state;
    static const struct {
        struct answered answered;
        double text;
        double frustration;
    } cases[] = {
        {{UNDERSTOOD_NONE, CSAT_NONE, NPS_NONE}, NO_TEXT, -1},
        {{UNDERSTOOD_NONE, CSAT_NONE, NPS_NONE}, 0.3, 0.3},
        {{UNDERSTOOD_NO, CSAT_NONE, NPS_NONE}, NO_TEXT, 0.8},
        {{UNDERSTOOD_PARTLY, CSAT_NONE, NPS_NONE}, NO_TEXT, 0.4},
        {{UNDERSTOOD_YES, CSAT_NONE, NPS_NONE}, NO_TEXT, 0.05},
        {{UNDERSTOOD_NONE, 1, NPS_NONE}, NO_TEXT, 0.9},
        {{UNDERSTOOD_NONE, 2, NPS_NONE}, NO_TEXT, 0.75},
        {{UNDERSTOOD_NONE, 3, NPS_NONE}, NO_TEXT, 0.35},
        {{UNDERSTOOD_NONE, CSAT_NONE, 0}, NO_TEXT, 0.85},
        {{UNDERSTOOD_NONE, CSAT_NONE, 6}, NO_TEXT, 0.6},
        {{UNDERSTOOD_NONE, CSAT_NONE, 7}, NO_TEXT, 0.25},
        {{UNDERSTOOD_YES, 5, 10}, NO_TEXT, 0.05},
        {{UNDERSTOOD_YES, 1, 10}, NO_TEXT, 0.9},
        /* Kind words excuse nothing, neutral ones add nothing. */
        {{UNDERSTOOD_NO, CSAT_NONE, NPS_NONE}, 0.01, 0.8},
        {{UNDERSTOOD_NONE, 3, NPS_NONE}, 0.5, 0.35},
        /* Frustrated words add: 0.35 + 0.65 * 0.8. */
        {{UNDERSTOOD_NONE, 3, NPS_NONE}, 0.9, 0.87},
        {{UNDERSTOOD_NO, CSAT_NONE, NPS_NONE}, 1, 1},
        /* To good answers less: 0.05 + 0.95 * 0.4 * 0.8. */
        {{UNDERSTOOD_YES, 5, 9}, 0.9, 0.354},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_close(combined(cases[i].answered, cases[i].text), cases[i].frustration);
    }
}

static void words_alone_never_make_a_satisfied_customer_frustrated(void **state) {
    (void)state;
    for (int csat = 4; csat <= CSAT_MAX; csat++) {
        assert_true(combined((struct answered){UNDERSTOOD_YES, csat, 9}, 1) < FRUSTRATED_FROM);
    }
}

static void each_clear_complaint_is_frustrated_whatever_the_words(void **state) {
    (void)state;
    for (int nps = NPS_MIN; nps <= 6; nps++) {
        assert_true(combined((struct answered){UNDERSTOOD_YES, 5, nps}, 0) >= FRUSTRATED_FROM);
    }
    for (int csat = CSAT_MIN; csat <= 2; csat++) {
        assert_true(combined((struct answered){UNDERSTOOD_YES, csat, 9}, 0) >= FRUSTRATED_FROM);
    }
}

static void worse_answers_and_worse_words_never_lower_it(void **state) {
    (void)state;
    for (int csat = CSAT_MIN; csat < CSAT_MAX; csat++) {
        for (int step = 0; step < 20; step++) {
            struct answered answered = {UNDERSTOOD_NONE, csat, NPS_NONE};
            struct answered better = {UNDERSTOOD_NONE, csat + 1, NPS_NONE};
            double here = combined(answered, step / 20.0);
            assert_in_range((int)(here * 1e6), 0, 1000000);
            assert_true(here >= combined(better, step / 20.0));
            assert_true(here <= combined(answered, (step + 1) / 20.0));
        }
    }
}

static void a_comment_that_is_not_scored_whole_counts_for_nothing(void **state) {
    (void)state;
    struct answers answers = ANSWERS_NONE;
    struct sentiment sentiment = {.extent = SENTIMENT_SHORT, .frustration = 1};
    double frustration = -1;
    assert_false(frustration_of(&answers, &sentiment, &frustration));
    answers.csat = 3;
    assert_true(frustration_of(&answers, &sentiment, &frustration));
    assert_close(frustration, 0.35);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_first_and_the_worst_of_them_counts),
        cmocka_unit_test(words_alone_never_make_a_satisfied_customer_frustrated),
        cmocka_unit_test(each_clear_complaint_is_frustrated_whatever_the_words),
        cmocka_unit_test(worse_answers_and_worse_words_never_lower_it),
        cmocka_unit_test(a_comment_that_is_not_scored_whole_counts_for_nothing),
    };
    return RUN(tests);
}
