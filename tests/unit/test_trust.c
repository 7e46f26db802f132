#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <string.h>

#include "base/array.h"
#include "base/time.h"
#include "domain/preselection.h"
#include "domain/trust.h"

#define MS               INT64_C(1000)
#define S                US_PER_SECOND
#define BIT(reason)      (1U << REASON_##reason)
#define PROVISIONAL_FROM 3

/* Sent this long after its render, and the link was opened an hour after it was made. */
#define AFTER(us)                                                                                  \
    .elapsed_us = (us), .sent_to_first_view_us = 3600 * S, .sent_to_submit_us = 3600 * S
#define PERSON AFTER(8 * S)

static const struct {
    const char *who;
    struct evidence evidence;
    int points;
    unsigned reasons;
} cases[] = {
    {"a person without a comment", {PERSON}, 0, 0},
    {"a person who keeps the link's answer",
     {PERSON, .preselected = true, .unchanged = true},
     1,
     BIT(UNCHANGED)},
    {"the same person, after a scanner opened the link",
     {.elapsed_us = 2 * S, .sent_to_first_view_us = S, .preselected = true, .unchanged = true},
     2,
     BIT(VIEWED_AT_ONCE) | BIT(UNCHANGED)},
    {"a person who changes the link's answer", {PERSON, .preselected = true}, 0, BIT(CONSIDERED)},
    {"a person who writes, after going back to another score link",
     {PERSON, .burst_values = 2, .preselected = true, .unchanged = true, .commented = true},
     0,
     BIT(BURST) | BIT(CONSIDERED)},
    {"a person on another network", {PERSON, .moved = true}, 1, BIT(MOVED)},
    {"a quick person, 1.5 s", {AFTER(1500 * MS)}, 0, 0},
    {"a quick person, just below 1.5 s", {AFTER(1500 * MS - 1)}, 2, BIT(FAST)},
    {"at exactly 1 s", {AFTER(S)}, 2, BIT(FAST)},
    {"just below 1 s", {AFTER(S - 1)}, 3, BIT(TOO_FAST)},
    {"a clock that stepped back", {AFTER(-S)}, 3, BIT(TOO_FAST)},
    {"fills and sends at once", {AFTER(300 * MS)}, 3, BIT(TOO_FAST)},
    {"fills, types and sends at once", {AFTER(300 * MS), .commented = true}, 3, BIT(TOO_FAST)},
    {"types and sends after 2.9 s, all links opened at once",
     {AFTER(2900 * MS), .commented = true, .burst_values = 3},
     3,
     BIT(BURST)},
    {"opens all links and sends one",
     {AFTER(5 * S), .burst_values = 3, .preselected = true, .unchanged = true},
     4,
     BIT(BURST) | BIT(UNCHANGED)},
    {"opens one link only", {PERSON, .burst_values = 1}, 0, 0},
    {"fills every field, the hidden one too, and waits",
     {AFTER(60 * S), .trap_filled = true, .commented = true},
     4,
     BIT(TRAP) | BIT(CONSIDERED)},
    {"a form on another site", {PERSON, .cross_site = true}, 3, BIT(CROSS_SITE)},
    {"a form on another site, with a comment",
     {PERSON, .cross_site = true, .commented = true},
     3,
     BIT(CROSS_SITE) | BIT(CONSIDERED)},
    {"a known scanner, at once after sending",
     {.elapsed_us = 5 * S, .sent_to_first_view_us = 9 * S, .scanner_agent = true},
     3,
     BIT(SCANNER_AGENT) | BIT(VIEWED_AT_ONCE)},
    {"opened 10 s after sending", {.elapsed_us = 5 * S, .sent_to_first_view_us = 10 * S}, 0, 0},
    {"never seen before, not known when it was sent",
     {.elapsed_us = 5 * S, .sent_to_first_view_us = TIME_NONE, .sent_to_submit_us = TIME_NONE},
     0,
     0},
    {"the only question, as preselected, 59 s after sending",
     {.elapsed_us = 40 * S,
      .sent_to_first_view_us = 15 * S,
      .sent_to_submit_us = 59 * S,
      .preselected = true,
      .unchanged = true,
      .only_question = true},
     4,
     BIT(UNCHANGED) | BIT(LONE_ANSWER)},
    {"the only question, as preselected, a minute after sending",
     {.elapsed_us = 40 * S,
      .sent_to_first_view_us = 15 * S,
      .sent_to_submit_us = 60 * S,
      .preselected = true,
      .unchanged = true,
      .only_question = true},
     1,
     BIT(UNCHANGED)},
    {"confirms, whatever it looked like before",
     {.elapsed_us = 1500 * MS,
      .sent_to_first_view_us = 0,
      .burst_values = 3,
      .scanner_agent = true,
      .moved = true,
      .confirming = true},
     0,
     0},
    {"confirms too fast", {AFTER(1500 * MS - 1), .confirming = true}, 3, BIT(TOO_FAST)},
    {"confirms from another site",
     {PERSON, .cross_site = true, .confirming = true},
     3,
     BIT(CROSS_SITE)},
    {"confirms with the hidden field filled",
     {PERSON, .trap_filled = true, .confirming = true},
     4,
     BIT(TRAP)},
};

static void evidence_is_weighed_as_the_table_says(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct suspicion verdict = weigh(&cases[i].evidence, PROVISIONAL_FROM);
        enum trust trust = cases[i].points >= 3 ? TRUST_PROVISIONAL : TRUST_CONFIRMED;
        if (verdict.points != cases[i].points || verdict.reasons != cases[i].reasons ||
            verdict.trust != trust) {
            fail_msg("%s: %d points for %x", cases[i].who, verdict.points, verdict.reasons);
        }
    }
}

static void the_threshold_is_configuration(void **state) {
    (void)state;
    struct evidence fast = {AFTER(1200 * MS)};
    assert_int_equal(weigh(&fast, 2).trust, TRUST_PROVISIONAL);
    assert_int_equal(weigh(&fast, 3).trust, TRUST_CONFIRMED);
}

static void every_reason_has_a_name_of_its_own(void **state) {
    (void)state;
    for (size_t i = 0; i < REASONS; i++) {
        assert_non_null(reason_name((enum reason)i));
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(reason_name((enum reason)i), reason_name((enum reason)j));
        }
    }
}

static void scanners_and_previews_are_known_and_people_are_not_among_them(void **state) {
    (void)state;
    static const struct {
        const char *agent;
        bool scanner;
    } rows[] = {
        {NULL, false},
        {"", false},
        {"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", true},
        {"Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", true},
        {"WhatsApp/2.23.20.0 A", true},
        {"facebookexternalhit/1.1", true},
        {"Mozilla/5.0 (compatible; GOOGLEBOT/2.1)", true},
        {"BarracudaCentral (+http://barracudacentral.org)", true},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", false},
        {"Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/130.0 Mobile Safari/537.36", false},
        {"Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", false},
        {"w3m/0.5.3", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(scanner_agent(rows[i].agent), rows[i].scanner);
    }
}

static void every_preselection_survives_its_code_and_its_text(void **state) {
    (void)state;
    for (unsigned char code = 0; code <= PRESELECTION_CODE_MAX; code++) {
        struct answers preselection = preselection_from_code(code);
        assert_int_equal(preselection_code(&preselection), code);
        char text[PRESELECTION_TEXT_SIZE];
        preselection_format(&preselection, text);
        char *value = text;
        char *question = strsep(&value, "=");
        struct answers read = ANSWERS_NONE;
        assert_int_equal(preselection_from_pair(question, value ? value : "", &read), code != 0);
        assert_true(answers_equal(&read, &preselection));
        assert_int_equal(preselection_unchanged(&preselection, &read), code != 0);
    }
    struct answers none = preselection_from_code(PRESELECTION_CODE_MAX + 1);
    assert_true(answers_empty(&none));
}

static void a_link_preselects_nothing_that_is_not_an_answer(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"understood", "maybe"}, {"understood", ""},   {"csat", "0"},
        {"csat", "6"},           {"nps", "11"},        {"nps", "-1"},
        {"nps", "1e1"},          {"comment", "hello"}, {"", "yes"},
        {"csat", "4 "},          {"Csat", "4"},        {"nps", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct answers read = ANSWERS_NONE;
        assert_false(preselection_from_pair(rows[i][0], rows[i][1], &read));
        assert_true(answers_empty(&read));
    }
}

static void another_answer_to_the_same_question_is_a_change(void **state) {
    (void)state;
    struct answers preselection = ANSWERS_NONE;
    struct answers sent = {.understood = UNDERSTOOD_YES, .csat = 4, .nps = 9};
    preselection.csat = 4;
    assert_true(preselection_unchanged(&preselection, &sent));
    sent.csat = 5;
    assert_false(preselection_unchanged(&preselection, &sent));
    preselection = ANSWERS_NONE;
    preselection.understood = UNDERSTOOD_NO;
    assert_false(preselection_unchanged(&preselection, &sent));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_is_weighed_as_the_table_says),
        cmocka_unit_test(the_threshold_is_configuration),
        cmocka_unit_test(every_reason_has_a_name_of_its_own),
        cmocka_unit_test(scanners_and_previews_are_known_and_people_are_not_among_them),
        cmocka_unit_test(every_preselection_survives_its_code_and_its_text),
        cmocka_unit_test(a_link_preselects_nothing_that_is_not_an_answer),
        cmocka_unit_test(another_answer_to_the_same_question_is_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
