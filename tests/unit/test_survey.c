#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "domain/survey.h"
#include "store/survey_json.h"

static void survey_names_are_plain(void **state) {
    (void)state;
    char longest[SURVEY_NAME_BYTES_MAX + 2];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    static const char *const good[] = {"understood", "a", "0", "post-sale_2"};
    static const char *const bad[] = {"", "_a", "-a", "A", "a b", "a/b", "\xc3\xa4", "a."};
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_null(survey_name_objection(good[i]));
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_non_null(survey_name_objection(bad[i]));
    }
    assert_non_null(survey_name_objection(longest));
    assert_null(survey_name_objection(longest + 1));
}

static void language_tags_look_like_bcp_47(void **state) {
    (void)state;
    static const char *const good[] = {"de", "pt-BR", "zh-Hant-TW", "es-419", "de-1996", "en-x-a"};
    static const char *const bad[] = {"",
                                      "d",
                                      "de-",
                                      "-de",
                                      "de_AT",
                                      "de--AT",
                                      "d3",
                                      "deutscheste",
                                      "de at",
                                      "\xc3\xa4\xc3\xb6",
                                      "de-aaaaaaaaa",
                                      "de-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaaaaa"};
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(language_tag_valid(good[i]));
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(language_tag_valid(bad[i]));
    }
}

/* Ratios as published for these colours on white (WebAIM's contrast checker). */
static void contrast_is_wcags(void **state) {
    (void)state;
    assert_float_equal(color_contrast(0x000000, 0xffffff), 21.0, 0.005);
    assert_float_equal(color_contrast(0xffffff, 0xffffff), 1.0, 0.005);
    assert_float_equal(color_contrast(0x767676, 0xffffff), 4.54, 0.005);
    assert_float_equal(color_contrast(0x777777, 0xffffff), 4.48, 0.005);
    assert_float_equal(color_contrast(0xff0000, 0xffffff), 4.0, 0.005);
    assert_float_equal(color_contrast(0xffffff, 0x0000ff), 8.59, 0.005);
    assert_true(color_contrast(ACCENT_COLOR_DEFAULT, COLOR_WHITE) >= ACCENT_CONTRAST_MIN);
}

static void colours_are_read_in_both_lengths(void **state) {
    (void)state;
    unsigned color = 7;
    char text[COLOR_TEXT_SIZE];
    static const char *const bad[] = {"",         "#",    "1d4ed8", "#1d4ed",
                                      "#1d4ed8a", "#ggg", "#-12",   "red"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(color_parse(bad[i], &color));
    }
    assert_int_equal(color, 7);
    assert_true(color_parse("#1D4ed8", &color));
    assert_int_equal(color, 0x1d4ed8);
    assert_true(color_parse("#a0f", &color));
    assert_int_equal(color, 0xaa00ff);
    color_format(0x00000a, text);
    assert_string_equal(text, "#00000a");
}

/* Reads text; returns how many mistakes it has, their pointers joined by spaces. */
static size_t mistakes_of(const char *text, struct survey *survey, char pointers[512]) {
    json_t *definition = json_loads(text, JSON_DECODE_ANY, NULL);
    json_t *errors = json_array();
    size_t index;
    json_t *mistake;
    assert_non_null(definition);
    bool read = survey_from_json(definition, survey, errors);
    size_t count = json_array_size(errors);
    assert_true(read == (count == 0));
    pointers[0] = '\0';
    json_array_foreach(errors, index, mistake) {
        size_t length = strlen(pointers);
        snprintf(pointers + length, 512 - length, "%s%s", index ? " " : "",
                 json_string_value(json_object_get(mistake, "pointer")));
    }
    json_decref(definition);
    json_decref(errors);
    return count;
}

static void an_empty_definition_has_every_default(void **state) {
    (void)state;
    struct survey survey = {.name = "kept", .revision = 3};
    char pointers[512];
    assert_int_equal(mistakes_of("{}", &survey, pointers), 0);
    assert_string_equal(survey.name, "kept");
    assert_int_equal(survey.revision, 3);
    assert_int_equal(survey.question_count, 4);
    assert_int_equal(survey.expires_after_days, 30);
    assert_int_equal(survey.edit_window_days, 7);
    assert_int_equal(survey.invite.delay_s, 3600);
    assert_int_equal(survey.invite.window.from_minute, 480);
    assert_int_equal(survey.invite.window.to_minute, 1200);
    assert_int_equal(survey.invite.window.weekdays, EVERY_WEEKDAY);
    assert_int_equal(survey.invite.fatigue_days, 30);
    assert_int_equal(survey.invite.reminder_days, 3);
    assert_true(survey.invite.sample == 1);
    bool required = true;
    assert_true(survey_asks(&survey, QUESTION_COMMENT, &required));
    assert_false(required);
    survey_clear(&survey);
}

static void all_mistakes_are_told_at_once(void **state) {
    (void)state;
    struct survey survey = SURVEY_DEFAULT;
    char pointers[512];
    size_t count = mistakes_of(
        "{\"a/b~c\": 1, \"accent_color\": \"#ffff00\", \"display_name\": \" \","
        " \"expires_after_days\": 0, \"edit_window_days\": 1.5,"
        " \"questions\": [{\"question\": \"nps\"}, {\"question\": \"nps\", \"required\": 1}, 3,"
        "                 {\"question\": \"joy\", \"order\": 1}],"
        " \"texts\": {\"de\": {\"csat\": \"\", \"hello\": \"x\"}, \"d_e\": {}, \"fr\": []}}",
        &survey, pointers);
    assert_int_equal(count, 14);
    assert_string_equal(pointers, "/display_name /accent_color /questions/1/question"
                                  " /questions/1/required /questions/2 /questions/3/order"
                                  " /questions/3/question /expires_after_days /edit_window_days"
                                  " /texts/de/csat /texts/de/hello /texts/d_e /texts/fr /a~1b~0c");
    assert_int_equal(survey.question_count, 4);
    survey_clear(&survey);
}

static void a_definition_is_an_object(void **state) {
    (void)state;
    struct survey survey = SURVEY_DEFAULT;
    char pointers[512];
    static const char *const wrong[] = {"[]",
                                        "1",
                                        "null",
                                        "\"\"",
                                        "{\"questions\": []}",
                                        "{\"questions\": {}}",
                                        "{\"texts\": []}",
                                        "{\"accent_color\": 1}"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(mistakes_of(wrong[i], &survey, pointers), 1);
    }
}

static void each_rule_of_inviting_has_its_limits(void **state) {
    (void)state;
    static const struct {
        const char *invite;
        const char *pointers;
    } wrong[] = {
        {"[]", "/invite"},
        {"{\"delay_s\": -1, \"fatigue_days\": 366}", "/invite/delay_s /invite/fatigue_days"},
        {"{\"delay_s\": 2592001, \"sample\": 1.01}", "/invite/delay_s /invite/sample"},
        {"{\"delay_s\": 1.5, \"sample\": -0.1}", "/invite/delay_s /invite/sample"},
        {"{\"sample\": \"1\", \"x\": 1}", "/invite/sample /invite/x"},
        {"{\"window\": 7}", "/invite/window"},
        {"{\"window\": {\"from\": \"20:00\"}}", "/invite/window/to"},
        {"{\"window\": {\"from\": \"9:00\", \"to\": 5, \"at\": 1}}",
         "/invite/window/from /invite/window/to /invite/window/at"},
        {"{\"window\": {\"from\": \"24:00\", \"to\": \"24:00\"}}", "/invite/window/to"},
        {"{\"window\": {\"weekdays\": []}}", "/invite/window/weekdays"},
        {"{\"window\": {\"weekdays\": \"mon\"}}", "/invite/window/weekdays"},
        {"{\"window\": {\"weekdays\": [\"mon\", \"mo\", 3, \"mon\"]}}",
         "/invite/window/weekdays/1 /invite/window/weekdays/2 /invite/window/weekdays/3"},
        {"{\"reminder_days\": 3}", "/invite/reminder_days"},
        {"{\"reminder_days\": [3, 7]}", "/invite/reminder_days"},
        {"{\"reminder_days\": [0]}", "/invite/reminder_days/0"},
        {"{\"reminder_days\": [31]}", "/invite/reminder_days/0"},
        {"{\"reminder_days\": [\"3\"]}", "/invite/reminder_days/0"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct survey survey = SURVEY_DEFAULT;
        char text[256];
        char pointers[512];
        snprintf(text, sizeof text, "{\"invite\": %s}", wrong[i].invite);
        mistakes_of(text, &survey, pointers);
        assert_string_equal(pointers, wrong[i].pointers);
        survey_clear(&survey);
    }
}

static void what_is_not_said_of_inviting_has_its_default(void **state) {
    (void)state;
    struct survey survey = SURVEY_DEFAULT;
    char pointers[512];
    assert_int_equal(
        mistakes_of("{\"invite\": {\"window\": {\"to\": \"24:00\"}}}", &survey, pointers), 0);
    assert_int_equal(survey.invite.window.from_minute, 480);
    assert_int_equal(survey.invite.window.to_minute, MINUTES_PER_DAY);
    assert_int_equal(survey.invite.window.weekdays, EVERY_WEEKDAY);
    assert_int_equal(survey.invite.reminder_days, 3);
    survey_clear(&survey);
}

static void what_is_written_reads_back_the_same(void **state) {
    (void)state;
    static const char *const text =
        "{\"display_name\":\"Acme\",\"accent_color\":\"#0f766e\",\"questions\":[{\"question\":"
        "\"nps\",\"required\":false},{\"question\":\"understood\",\"required\":true}],"
        "\"expires_after_days\":14,\"edit_window_days\":0,\"unsigned_links\":true,\"archived\":"
        "true,\"invite\":{\"delay_s\":0,\"window\":{\"from\":\"00:00\",\"to\":\"24:00\","
        "\"weekdays\":[\"tue\",\"sun\"]},\"fatigue_days\":365,\"reminder_days\":[],"
        "\"sample\":0.25},\"texts\":{\"de\":{"
        "\"understood\":"
        "\"Verstanden?\",\"nps_low\":\"nie\"}}}";
    struct survey survey = SURVEY_DEFAULT;
    char pointers[512];
    assert_int_equal(mistakes_of(text, &survey, pointers), 0);
    json_t *definition = survey_to_json(&survey);
    char *written = json_dumps(definition, JSON_COMPACT);
    assert_string_equal(written, text);
    free(written);
    json_decref(definition);
    survey_clear(&survey);
}

static void a_text_is_found_by_language_then_by_primary_language(void **state) {
    (void)state;
    struct survey survey = SURVEY_DEFAULT;
    char pointers[512];
    assert_int_equal(mistakes_of("{\"texts\": {\"pt\": {\"csat\": \"p\", \"nps\": \"q\"},"
                                 " \"pt-BR\": {\"csat\": \"b\"}}}",
                                 &survey, pointers),
                     0);
    assert_string_equal(survey_text(&survey, "PT-br", SURVEY_TEXT_CSAT), "b");
    assert_string_equal(survey_text(&survey, "pt-BR", SURVEY_TEXT_NPS), "q");
    assert_string_equal(survey_text(&survey, "pt-PT", SURVEY_TEXT_CSAT), "p");
    assert_null(survey_text(&survey, "p", SURVEY_TEXT_CSAT));
    assert_null(survey_text(&survey, "pt", SURVEY_TEXT_INTRO));
    survey_clear(&survey);
}

static void the_time_to_answer_grows_with_what_is_asked(void **state) {
    (void)state;
    struct survey survey = SURVEY_DEFAULT;
    assert_int_equal(survey_seconds(&survey),
                     10); /* three ratings and a comment, left out or not */
    survey.question_count = 1;
    assert_int_equal(survey_seconds(&survey), 10);
    survey.question_count = 4;
    survey.questions[3].required = true;
    assert_int_equal(survey_seconds(&survey), 30);
    survey.questions[3].question = QUESTION_CES;
    assert_int_equal(survey_seconds(&survey), 20);
    survey.questions[3].when = 1U << UNDERSTOOD_NO;
    assert_int_equal(survey_seconds(&survey), 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survey_names_are_plain),
        cmocka_unit_test(language_tags_look_like_bcp_47),
        cmocka_unit_test(contrast_is_wcags),
        cmocka_unit_test(colours_are_read_in_both_lengths),
        cmocka_unit_test(an_empty_definition_has_every_default),
        cmocka_unit_test(all_mistakes_are_told_at_once),
        cmocka_unit_test(a_definition_is_an_object),
        cmocka_unit_test(each_rule_of_inviting_has_its_limits),
        cmocka_unit_test(what_is_not_said_of_inviting_has_its_default),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(a_text_is_found_by_language_then_by_primary_language),
        cmocka_unit_test(the_time_to_answer_grows_with_what_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
