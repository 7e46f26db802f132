#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "domain/survey.h"
#include "store/survey_json.h"

#define POINTERS 1024

static const char *const whole =
    "{\"accent_color\":\"#1d4ed8\",\"questions\":["
    "{\"question\":\"understood\",\"required\":true},"
    "{\"question\":\"ces\",\"required\":false},"
    "{\"question\":\"topic\",\"kind\":\"choice\",\"choices\":[{\"choice\":\"billing\"},"
    "{\"choice\":\"2-late\"}],\"many\":true,\"required\":true,\"when\":[\"partly\",\"no\"]},"
    "{\"question\":\"improve\",\"kind\":\"text\",\"required\":false,\"when\":[\"no\"]}],"
    "\"expires_after_days\":30,\"edit_window_days\":7,\"unsigned_links\":false,\"archived\":false,"
    "\"invite\":{\"delay_s\":3600,\"window\":{\"from\":\"08:00\",\"to\":\"20:00\",\"weekdays\":["
    "\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"]},\"fatigue_days\":30,"
    "\"reminder_days\":[3],\"sample\":1},\"texts\":{"
    "\"de\":{\"ces_low\":\"schwer\",\"questions\":{\"topic\":\"Worum ging es?\"},"
    "\"choices\":{\"topic\":{\"billing\":\"Rechnung\"}}},"
    "\"en\":{\"questions\":{\"topic\":\"What was it about?\",\"improve\":\"What else?\"}}}}";

/* The pointers of all mistakes, joined by spaces; "" when survey was filled. */
static void read_survey(const char *text, struct survey *survey, char pointers[POINTERS]) {
    json_t *definition = json_loads(text, 0, NULL);
    json_t *errors = json_array();
    size_t index;
    json_t *mistake;
    assert_non_null(definition);
    bool read = survey_from_json(definition, survey, errors);
    assert_true(read == (json_array_size(errors) == 0));
    pointers[0] = '\0';
    json_array_foreach(errors, index, mistake) {
        size_t length = strlen(pointers);
        snprintf(pointers + length, POINTERS - length, "%s%s", index ? " " : "",
                 json_string_value(json_object_get(mistake, "pointer")));
    }
    json_decref(definition);
    json_decref(errors);
}

static struct survey survey_of(const char *text) {
    struct survey survey = SURVEY_DEFAULT;
    char pointers[POINTERS];
    read_survey(text, &survey, pointers);
    assert_string_equal(pointers, "");
    return survey;
}

static void own_questions_are_written_as_they_were_read(void **state) {
    (void)state;
    struct survey survey = survey_of(whole);
    json_t *definition = survey_to_json(&survey);
    char *written = json_dumps(definition, JSON_COMPACT);
    assert_string_equal(written, whole);
    free(written);
    json_decref(definition);
    survey_clear(&survey);
}

static void mistakes_in_own_questions_have_their_places(void **state) {
    (void)state;
    static const struct {
        const char *questions;
        const char *pointers;
    } rows[] = {
        {"{\"question\":\"x\"}", "/questions/1/question"},
        {"{\"question\":\"x\",\"kind\":\"date\"}", "/questions/1/kind"},
        {"{\"question\":\"X\",\"kind\":\"text\"}", "/questions/1/question"},
        {"{\"question\":\"a.b\",\"kind\":\"text\"}", "/questions/1/question"},
        {"{\"question\":\"understood\"}", "/questions/1/question"},
        {"{\"question\":\"nps\",\"kind\":\"choice\",\"choices\":[],\"many\":true}",
         "/questions/1/kind /questions/1/choices /questions/1/many"},
        {"{\"question\":\"x\",\"kind\":\"text\",\"many\":true,\"choices\":1}",
         "/questions/1/choices /questions/1/many"},
        {"{\"question\":\"x\",\"kind\":\"choice\"}", "/questions/1/choices"},
        {"{\"question\":\"x\",\"kind\":\"choice\",\"choices\":[]}", "/questions/1/choices"},
        {"{\"question\":\"x\",\"kind\":\"choice\",\"choices\":[\"a\",{\"choice\":\"B\"},"
         "{\"choice\":\"c\",\"text\":1},{\"choice\":\"c\"}],\"many\":1}",
         "/questions/1/choices/0/choice /questions/1/choices/1/choice"
         " /questions/1/choices/2/text /questions/1/choices/3/choice /questions/1/many"},
        {"{\"question\":\"x\",\"kind\":\"text\",\"when\":[]}", "/questions/1/when"},
        {"{\"question\":\"x\",\"kind\":\"text\",\"when\":\"no\"}", "/questions/1/when"},
        {"{\"question\":\"x\",\"kind\":\"text\",\"when\":[\"no\",\"maybe\",3]}",
         "/questions/1/when/1 /questions/1/when/2"},
        {"{\"question\":\"x\",\"kind\":\"text\"},{\"question\":\"x\",\"kind\":\"text\"}",
         "/questions/2/question"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[512];
        char pointers[POINTERS];
        struct survey survey = SURVEY_DEFAULT;
        snprintf(text, sizeof text, "{\"questions\":[{\"question\":\"understood\"},%s]}",
                 rows[i].questions);
        read_survey(text, &survey, pointers);
        assert_string_equal(pointers, rows[i].pointers);
    }
}

static void conditions_are_answers_of_the_first_question(void **state) {
    (void)state;
    static const struct {
        const char *questions;
        const char *pointers;
    } rows[] = {
        {"{\"question\":\"csat\",\"when\":[1]}", "/questions/0/when"},
        {"{\"question\":\"csat\"},{\"question\":\"comment\",\"when\":[1,2,5]}", ""},
        {"{\"question\":\"csat\"},{\"question\":\"comment\",\"when\":[0,6,1.5,-1,64,\"1\"]}",
         "/questions/1/when/0 /questions/1/when/1 /questions/1/when/2 /questions/1/when/3"
         " /questions/1/when/4 /questions/1/when/5"},
        {"{\"question\":\"nps\"},{\"question\":\"comment\",\"when\":[0,10]}", ""},
        {"{\"question\":\"ces\"},{\"question\":\"comment\",\"when\":[7]}", ""},
        {"{\"question\":\"comment\"},{\"question\":\"nps\",\"when\":[7]}", "/questions/1/when"},
        {"{\"question\":\"x\",\"kind\":\"text\"},{\"question\":\"nps\",\"when\":[7]}",
         "/questions/1/when"},
        /* What the first one was meant to be nobody knows: one mistake is enough. */
        {"{\"question\":\"joy\"},{\"question\":\"nps\",\"when\":[7]}", "/questions/0/question"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[512];
        char pointers[POINTERS];
        struct survey survey = SURVEY_DEFAULT;
        snprintf(text, sizeof text, "{\"questions\":[%s]}", rows[i].questions);
        read_survey(text, &survey, pointers);
        assert_string_equal(pointers, rows[i].pointers);
        survey_clear(&survey);
    }
}

static void texts_are_for_questions_and_choices_that_are_there(void **state) {
    (void)state;
    struct survey survey = SURVEY_DEFAULT;
    char pointers[POINTERS];
    read_survey("{\"questions\":[{\"question\":\"csat\"},{\"question\":\"why\",\"kind\":\"text\"},"
                "{\"question\":\"topic\",\"kind\":\"choice\",\"choices\":[{\"choice\":\"a\"}]}],"
                "\"texts\":{\"de\":{\"questions\":{\"why\":\" \",\"csat\":\"x\",\"b/c\":\"x\"},"
                "\"choices\":{\"why\":{},\"topic\":{\"a\":1,\"b\":\"x\"}}},"
                "\"en\":{\"questions\":[],\"choices\":{\"topic\":\"a\"}}}}",
                &survey, pointers);
    assert_string_equal(pointers, "/texts/de/questions/why /texts/de/questions/csat"
                                  " /texts/de/questions/b~1c /texts/de/choices/why"
                                  " /texts/de/choices/topic/a /texts/de/choices/topic/b"
                                  " /texts/en/questions /texts/en/choices/topic");
}

static void a_survey_has_a_limit_of_questions_and_choices(void **state) {
    (void)state;
    char text[4096] = "{\"questions\":[{\"question\":\"csat\"}";
    char pointers[POINTERS];
    struct survey survey = SURVEY_DEFAULT;
    for (int i = 0; i < EXTRA_QUESTIONS_MAX + 1; i++) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, ",{\"question\":\"q%d\",\"kind\":\"text\"}",
                 i);
    }
    size_t length = strlen(text);
    snprintf(text + length, sizeof text - length, "]}");
    read_survey(text, &survey, pointers);
    assert_string_equal(pointers, "/questions");
}

static const struct survey_question *question_named(const struct survey *survey, const char *name) {
    const struct survey_question *asked = survey_find_question(survey, name);
    assert_non_null(asked);
    return asked;
}

static void a_condition_holds_for_its_answers_only(void **state) {
    (void)state;
    struct survey survey = survey_of(whole);
    const struct survey_question *topic = question_named(&survey, "topic");
    const struct survey_question *improve = question_named(&survey, "improve");
    struct answers answers = ANSWERS_NONE;
    assert_false(survey_question_applies(&survey, topic, &answers));
    answers.understood = UNDERSTOOD_YES;
    assert_false(survey_question_applies(&survey, topic, &answers));
    assert_true(survey_question_applies(&survey, question_named(&survey, "ces"), &answers));
    answers.understood = UNDERSTOOD_PARTLY;
    assert_true(survey_question_applies(&survey, topic, &answers));
    assert_false(survey_question_applies(&survey, improve, &answers));
    survey_clear(&survey);
}

static void answers_to_what_does_not_apply_are_dropped(void **state) {
    (void)state;
    struct survey survey = survey_of(whole);
    struct answers answers = ANSWERS_NONE;
    answers.understood = UNDERSTOOD_PARTLY;
    answers.ces = 3;
    assert_true(extras_add(&answers.extras, EXTRA_CHOICE, "topic", "billing"));
    assert_true(extras_add(&answers.extras, EXTRA_CHOICE, "topic", "2-late"));
    assert_true(extras_add(&answers.extras, EXTRA_TEXT, "improve", "more"));
    survey_drop_inapplicable(&survey, &answers);
    assert_int_equal(answers.extras.count, 2);
    assert_null(extras_value(&answers.extras, "improve"));
    answers.understood = UNDERSTOOD_YES;
    survey_drop_inapplicable(&survey, &answers);
    assert_int_equal(answers.extras.count, 0);
    assert_int_equal(answers.ces, 3);
    answers_clear(&answers);
    survey_clear(&survey);
}

static void a_text_comes_in_the_nearest_language(void **state) {
    (void)state;
    struct survey survey = survey_of(whole);
    static const struct {
        const char *languages[2];
        const char *question;
        const char *choice;
        const char *text;
        const char *language;
    } rows[] = {
        {{"de", "de"}, "topic", NULL, "Worum ging es?", "de"},
        {{"de-AT", "de"}, "topic", NULL, "Worum ging es?", "de"},
        {{"en", "en"}, "topic", NULL, "What was it about?", "en"},
        {{"sv", "en"}, "topic", NULL, "What was it about?", "en"},
        {{"de", "de"}, "improve", NULL, "What else?", "en"},
        {{"fr", "fr"}, "topic", NULL, "What was it about?", "en"}, /* "de" came first */
        {{"en", "en"}, "topic", "billing", "Rechnung", "de"},
        {{"de", "de"}, "topic", "2-late", "2-late", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct own_words words =
            survey_own_text(&survey, rows[i].languages, rows[i].question, rows[i].choice);
        assert_string_equal(words.text, rows[i].text);
        assert_string_equal(words.language ? words.language : "",
                            rows[i].language ? rows[i].language : "");
    }
    survey_clear(&survey);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_questions_are_written_as_they_were_read),
        cmocka_unit_test(mistakes_in_own_questions_have_their_places),
        cmocka_unit_test(conditions_are_answers_of_the_first_question),
        cmocka_unit_test(texts_are_for_questions_and_choices_that_are_there),
        cmocka_unit_test(a_survey_has_a_limit_of_questions_and_choices),
        cmocka_unit_test(a_condition_holds_for_its_answers_only),
        cmocka_unit_test(answers_to_what_does_not_apply_are_dropped),
        cmocka_unit_test(a_text_comes_in_the_nearest_language),
    };
    return RUN(tests);
}
