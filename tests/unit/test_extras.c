#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "domain/answers.h"
#include "store/extras_json.h"

static void fill(struct extras *extras) {
    assert_true(extras_add(extras, EXTRA_TEXT, "improve", "Say \"sorry\""));
    assert_true(extras_add(extras, EXTRA_CHOICE, "topic", "delay"));
    assert_true(extras_add(extras, EXTRA_CHOICE, "topic", "billing"));
    assert_true(extras_add(extras, EXTRA_CHOICE, "mood", "calm"));
}

static void the_order_of_adding_makes_no_difference(void **state) {
    (void)state;
    CLEANUP(extras_clear) struct extras one = {0};
    CLEANUP(extras_clear) struct extras other = {0};
    fill(&one);
    assert_true(extras_add(&other, EXTRA_CHOICE, "mood", "calm"));
    assert_true(extras_add(&other, EXTRA_CHOICE, "topic", "billing"));
    assert_false(extras_equal(&one, &other));
    assert_true(extras_add(&other, EXTRA_CHOICE, "topic", "delay"));
    assert_true(extras_add(&other, EXTRA_TEXT, "improve", "Say \"sorry\""));
    assert_true(extras_equal(&one, &other));
}

static void the_same_choice_twice_is_one(void **state) {
    (void)state;
    CLEANUP(extras_clear) struct extras extras = {0};
    fill(&extras);
    assert_true(extras_add(&extras, EXTRA_CHOICE, "topic", "delay"));
    assert_int_equal(extras.count, 4);
    assert_true(extras_has(&extras, "topic", "delay"));
    assert_true(extras_has(&extras, "improve", NULL));
    assert_false(extras_has(&extras, "topic", "calm"));
}

static void json_reads_back_as_it_was_written(void **state) {
    (void)state;
    CLEANUP(extras_clear) struct extras extras = {0};
    CLEANUP(extras_clear) struct extras read = {0};
    CLEANUP(text_clear) struct text json = {0};
    fill(&extras);
    text_append_char(&json, '{');
    extras_append_members(&json, &extras);
    text_append_char(&json, '}');
    assert_string_equal(json.bytes,
                        "{\"choices\":{\"mood\":[\"calm\"],\"topic\":[\"billing\",\"delay\"]},"
                        "\"texts\":{\"improve\":\"Say \\\"sorry\\\"\"}}");
    assert_true(extras_from_json(json.bytes, &read));
    assert_true(extras_equal(&extras, &read));
}

static void what_is_not_our_json_leaves_nothing(void **state) {
    (void)state;
    static const char *const broken[] = {
        "[]",
        "{\"choices\":{\"topic\":[\"billing\",3]}}",
        "{\"choices\":{\"topic\":[\"billing\"]},\"texts\":{\"improve\":null}}",
        "{",
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct extras extras = {0};
        assert_false(extras_from_json(broken[i], &extras));
        assert_int_equal(extras.count, 0);
        assert_null(extras.list);
    }
}

static void answers_with_other_extras_differ(void **state) {
    (void)state;
    CLEANUP(answers_clear) struct answers one = ANSWERS_NONE;
    CLEANUP(answers_clear) struct answers copy = ANSWERS_NONE;
    assert_true(answers_empty(&one));
    one.ces = 6;
    assert_false(answers_empty(&one));
    fill(&one.extras);
    assert_true(answers_copy(&one, &copy));
    assert_true(answers_equal(&one, &copy));
    assert_true(extras_add(&copy.extras, EXTRA_CHOICE, "topic", "tone"));
    assert_false(answers_equal(&one, &copy));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_adding_makes_no_difference),
        cmocka_unit_test(the_same_choice_twice_is_one),
        cmocka_unit_test(json_reads_back_as_it_was_written),
        cmocka_unit_test(what_is_not_our_json_leaves_nothing),
        cmocka_unit_test(answers_with_other_extras_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
