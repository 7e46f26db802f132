/* Scores as JSON, and the entity tags of what is made of them. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "api/etag.h"
#include "api/score_json.h"

static void check_json(const struct score *score, const char *expected) {
    struct text text = {0};
    score_append_json(&text, score);
    assert_string_equal(text.bytes, expected);
    text_clear(&text);
}

#define SKIPPED_NOBODY                                                                             \
    "\"skipped\":{\"fatigue\":0,\"suppressed\":0,\"no_address\":0,\"sampled_out\":0,"              \
    "\"expired\":0,\"reopened\":0,\"answered\":0,\"archived\":0}"
#define NOTHING_REPEATED                                                                           \
    ",\"repeat_rate\":{\"n\":0,\"repeated\":0,\"rate\":null,\"low\":null,\"high\":null,"           \
    "\"same_reason\":{\"repeated\":0,\"rate\":null,\"low\":null,\"high\":null},"                   \
    "\"pending\":0,\"no_customer\":0}"

static void nothing_answered_is_null_not_zero(void **state) {
    (void)state;
    struct counters none = {0};
    struct score score = score_of(&none);
    check_json(
        &score,
        "\"n\":0,\"provisional\":0,\"invited\":0,\"answered\":0,\"response_rate\":null,"
        "\"understood\":{\"n\":0,\"yes\":0,\"partly\":0,\"no\":0,\"rate\":null,\"low\":null,"
        "\"high\":null},\"csat\":{\"n\":0,\"counts\":[0,0,0,0,0],\"mean\":null,"
        "\"top_two_rate\":null,\"low\":null,\"high\":null},\"nps\":{\"n\":0,\"promoters\":0,"
        "\"passives\":0,\"detractors\":0,\"score\":null,\"low\":null,\"high\":null},\"ces\":"
        "{\"n\":0,\"counts\":[0,0,0,0,0,0,0],\"mean\":null,\"top_three_rate\":null,\"low\":"
        "null,\"high\":null},\"frustrated\":{\"n\":0,\"frustrated\":0,\"not_scored\":0,\"rate\":"
        "null,\"low\":null,\"high\":null}" NOTHING_REPEATED
        ",\"coverage\":{\"contacts\":0,\"eligible\":0,\"invited\":0,"
        "\"bounced\":0," SKIPPED_NOBODY ",\"answered\":0,\"reassigned\":0}");
}

static struct score some_score(void) {
    struct counters counters = {.sums = {[COUNTER_N] = 20,
                                         [COUNTER_PROVISIONAL] = 2,
                                         [COUNTER_ANSWERED] = 10,
                                         [COUNTER_NO] = 20,
                                         [COUNTER_CSAT_1] = 1,
                                         [COUNTER_CSAT_2] = 1,
                                         [COUNTER_CSAT_4] = 1,
                                         [COUNTER_PROMOTERS] = 10,
                                         [COUNTER_PASSIVES] = 20,
                                         [COUNTER_DETRACTORS] = 70,
                                         [COUNTER_CES_1] = 1,
                                         [COUNTER_CES_5] = 2,
                                         [COUNTER_CES_7] = 1,
                                         [COUNTER_SCORED] = 16,
                                         [COUNTER_FRUSTRATED] = 4,
                                         [COUNTER_INVITED] = 40,
                                         [COUNTER_INVITED_ANSWERED] = 10}};
    return score_of(&counters);
}

static void numbers_have_six_decimals_at_most(void **state) {
    (void)state;
    struct score score = some_score();
    check_json(
        &score,
        "\"n\":20,\"provisional\":2,\"invited\":40,\"answered\":10,\"response_rate\":0.25,"
        "\"understood\":{\"n\":20,\"yes\":0,\"partly\":0,\"no\":20,\"rate\":0,\"low\":0,"
        "\"high\":0.161125},\"csat\":{\"n\":3,\"counts\":[1,1,0,1,0],\"mean\":2.333333,"
        "\"top_two_rate\":0.333333,\"low\":0.061492,\"high\":0.79234},\"nps\":{\"n\":100,"
        "\"promoters\":10,\"passives\":20,\"detractors\":70,\"score\":-60,\"low\":-71.235094,"
        "\"high\":-45.26976},\"ces\":{\"n\":4,\"counts\":[1,0,0,0,2,0,1],\"mean\":4.5,\"top_three_"
        "rate\":0.75,\"low\":0.300642,\"high\":0.954413},\"frustrated\":{\"n\":16,"
        "\"frustrated\":4,\"not_scored\":4,\"rate\":0.25,\"low\":0.101821,\"high\":0."
        "494983}" NOTHING_REPEATED ",\"coverage\":{\"contacts\":0,\"eligible\":40,\"invited\":40,"
        "\"bounced\":0," SKIPPED_NOBODY ",\"answered\":10,\"reassigned\":0}");
}

static void withheld_scores_show_neither_counts_nor_rates(void **state) {
    (void)state;
    struct score score = some_score();
    score.thin = true;
    score.withheld = true;
    check_json(
        &score,
        "\"n\":20,\"provisional\":2,\"invited\":40,\"answered\":10,\"response_rate\":0.25,"
        "\"thin\":true,\"withheld\":true,\"understood\":{\"n\":20,\"yes\":null,\"partly\":null,"
        "\"no\":null,\"rate\":null,\"low\":null,\"high\":null},\"csat\":{\"n\":3,\"counts\":null,"
        "\"mean\":null,\"top_two_rate\":null,\"low\":null,\"high\":null},\"nps\":{\"n\":100,"
        "\"promoters\":null,\"passives\":null,\"detractors\":null,\"score\":null,\"low\":null,"
        "\"high\":null},\"ces\":{\"n\":4,\"counts\":null,\"mean\":null,\"top_three_rate\":null,"
        "\"low\":null,\"high\":null},\"frustrated\":{\"n\":16,\"frustrated\":null,"
        "\"not_scored\":null,\"rate\":null,\"low\":null,\"high\":null}" NOTHING_REPEATED
        ",\"coverage\":{\"contacts\":0,\"eligible\":40,\"invited\":40,"
        "\"bounced\":0," SKIPPED_NOBODY ",\"answered\":10,\"reassigned\":0}");
}

/* What of a score's JSON is about contacts. */
static void check_contacts_json(const struct score *score, const char *expected) {
    struct text text = {0};
    score_append_json(&text, score);
    const char *found = strstr(text.bytes, ",\"repeat_rate\"");
    assert_non_null(found);
    assert_string_equal(found, expected);
    text_clear(&text);
}

static struct score score_of_contacts(void) {
    struct counters counters = {.sums = {[COUNTER_INVITED] = 30,
                                         [COUNTER_INVITED_ANSWERED] = 12,
                                         [COUNTER_CONTACTS] = 41,
                                         [COUNTER_WITH_CUSTOMER] = 38,
                                         [COUNTER_REPEATED] = 1,
                                         [COUNTER_REPEATED_SAME_REASON] = 0,
                                         [COUNTER_REASSIGNED] = 2,
                                         [COUNTER_BOUNCED] = 1,
                                         [COUNTER_SKIPPED_FATIGUE] = 3,
                                         [COUNTER_SKIPPED_SUPPRESSED] = 4,
                                         [COUNTER_SKIPPED_NO_ADDRESS] = 5,
                                         [COUNTER_SKIPPED_SAMPLED_OUT] = 6,
                                         [COUNTER_SKIPPED_EXPIRED] = 7,
                                         [COUNTER_SKIPPED_REOPENED] = 8,
                                         [COUNTER_SKIPPED_ANSWERED] = 9,
                                         [COUNTER_SKIPPED_ARCHIVED] = 10},
                                .pending = 9};
    return score_of(&counters);
}

#define COVERAGE                                                                                   \
    ",\"coverage\":{\"contacts\":41,\"eligible\":73,\"invited\":30,\"bounced\":1,\"skipped\":{"    \
    "\"fatigue\":3,\"suppressed\":4,\"no_address\":5,\"sampled_out\":6,\"expired\":7,"             \
    "\"reopened\":8,\"answered\":9,\"archived\":10},\"answered\":12,\"reassigned\":2}"

static void repeats_and_coverage_name_every_count(void **state) {
    (void)state;
    struct score score = score_of_contacts();
    check_contacts_json(&score,
                        ",\"repeat_rate\":{\"n\":29,\"repeated\":1,\"rate\":0.034483,"
                        "\"low\":0.006113,\"high\":0.171755,\"same_reason\":{\"repeated\":0,"
                        "\"rate\":0,\"low\":0,\"high\":0.11697},\"pending\":9,"
                        "\"no_customer\":3}" COVERAGE);
}

static void withheld_repeats_hide_nothing_of_coverage(void **state) {
    (void)state;
    struct score score = score_of_contacts();
    score.repeat.thin = true;
    score.repeat.withheld = true;
    check_contacts_json(&score,
                        ",\"repeat_rate\":{\"n\":29,\"repeated\":null,\"rate\":null,\"low\":null,"
                        "\"high\":null,\"same_reason\":{\"repeated\":null,\"rate\":null,"
                        "\"low\":null,\"high\":null},\"pending\":9,\"no_customer\":3,"
                        "\"thin\":true,\"withheld\":true}" COVERAGE);
}

static void an_etag_follows_the_bytes(void **state) {
    (void)state;
    char one[ETAG_SIZE];
    char same[ETAG_SIZE];
    char other[ETAG_SIZE];
    etag_of("abc", 3, one);
    etag_of("abc", 3, same);
    etag_of("abd", 3, other);
    assert_string_equal(one, same);
    assert_string_not_equal(one, other);
    assert_int_equal(strlen(one), ETAG_SIZE - 1);
    assert_true(one[0] == '"' && one[ETAG_SIZE - 2] == '"');
}

static void if_none_match_is_compared_weakly(void **state) {
    (void)state;
    assert_true(etag_matches("\"abc\"", "\"abc\""));
    assert_true(etag_matches("W/\"abc\"", "\"abc\""));
    assert_true(etag_matches("\"x\", W/\"y\" ,\"abc\"", "\"abc\""));
    assert_true(etag_matches("*", "\"abc\""));
    assert_true(etag_matches(" *", "\"abc\""));
    assert_true(etag_matches("\"a,b\",\"abc\"", "\"abc\""));
    assert_false(etag_matches(NULL, "\"abc\""));
    assert_false(etag_matches("", "\"abc\""));
    assert_false(etag_matches("abc", "\"abc\""));
    assert_false(etag_matches("\"abcd\"", "\"abc\""));
    assert_false(etag_matches("\"abc", "\"abc\""));
    assert_false(etag_matches("W/abc, \"abc\"", "\"abc\""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_answered_is_null_not_zero),
        cmocka_unit_test(numbers_have_six_decimals_at_most),
        cmocka_unit_test(withheld_scores_show_neither_counts_nor_rates),
        cmocka_unit_test(repeats_and_coverage_name_every_count),
        cmocka_unit_test(withheld_repeats_hide_nothing_of_coverage),
        cmocka_unit_test(an_etag_follows_the_bytes),
        cmocka_unit_test(if_none_match_is_compared_weakly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
