#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <string.h>

#include "domain/cursor.h"

static const struct signing_key key = {.id = 251, .secret = "an old secret"};

static struct cursor some_cursor(void) {
    struct cursor cursor = {.account_id = 77, .time_us = -5, .id = uuid_new()};
    cursor_filter_hash("survey=understood", cursor.filter_hash);
    return cursor;
}

static void a_cursor_reads_back_as_it_was(void **state) {
    (void)state;
    struct cursor made = some_cursor();
    struct cursor read = {0};
    char text[CURSOR_TEXT_SIZE];
    cursor_format(&made, &key, text);
    assert_int_equal(cursor_key_id(text), 251);
    assert_true(cursor_parse(text, &key, &read));
    assert_memory_equal(&read, &made, sizeof made);
}

static void no_changed_character_passes(void **state) {
    (void)state;
    struct cursor made = some_cursor();
    struct cursor read;
    char text[CURSOR_TEXT_SIZE];
    cursor_format(&made, &key, text);
    for (size_t i = 0; i < strlen(text); i++) {
        char changed[CURSOR_TEXT_SIZE];
        memcpy(changed, text, sizeof text);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_false(cursor_parse(changed, &key, &read));
        changed[i] = (char)0xa5;
        assert_false(cursor_parse(changed, &key, &read));
        memcpy(changed, text, sizeof text);
        changed[i] = '\0';
        assert_false(cursor_parse(changed, &key, &read));
        assert_int_equal(cursor_key_id(changed), -1);
    }
}

static void another_key_does_not_pass(void **state) {
    (void)state;
    struct cursor made = some_cursor();
    struct cursor read;
    char text[CURSOR_TEXT_SIZE];
    cursor_format(&made, &key, text);
    struct signing_key wrong = {.id = 251, .secret = "another secret"};
    assert_false(cursor_parse(text, &wrong, &read));
    wrong = (struct signing_key){.id = 250, .secret = "an old secret"};
    assert_false(cursor_parse(text, &wrong, &read));
}

static void rubbish_is_no_cursor(void **state) {
    (void)state;
    static const char *const rubbish[] = {
        "",
        "x",
        "====",
        "\xff\xfe",
        "AQ",
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")};
    struct cursor read;
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
        assert_int_equal(cursor_key_id(rubbish[i]), -1);
        assert_false(cursor_parse(rubbish[i], &key, &read));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cursor_reads_back_as_it_was),
        cmocka_unit_test(no_changed_character_passes),
        cmocka_unit_test(another_key_does_not_pass),
        cmocka_unit_test(rubbish_is_no_cursor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
