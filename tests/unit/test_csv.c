#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>

#include "api/csv.h"
#include "base/array.h"
#include "base/cleanup.h"

static void each_field_is_quoted_and_guarded_where_it_must_be(void **state) {
    (void)state;
    static const struct {
        const char *value;
        const char *field;
    } cases[] = {
        {NULL, ""},
        {"", ""},
        {"plain words", "plain words"},
        {"one, two", "\"one, two\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"=1+1", "\"'=1+1\""},
        {"+49 30", "\"'+49 30\""},
        {"-1", "\"'-1\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\t=1", "\"'\t=1\""},
        {"\r=1", "\"'\r=1\""},
        {"\n=1", "\"'\n=1\""},
        {"＝1", "\"'＝1\""},
        {"＋1", "\"'＋1\""},
        {"－1", "\"'－1\""},
        {"＠a", "\"'＠a\""},
        {"a=1", "a=1"},
        {"'=1", "\"''=1\""},
        {"'a", "'a"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP(text_clear) struct text row = {0};
        csv_append_plain(&row, "id");
        csv_append_text(&row, cases[i].value);
        csv_end_row(&row);
        CLEANUP(text_clear) struct text wanted = {0};
        text_append_format(&wanted, "id,%s\r\n", cases[i].field);
        assert_string_equal(row.bytes, wanted.bytes);
    }
}

static void several_texts_share_a_field_each_guarded(void **state) {
    (void)state;
    CLEANUP(text_clear) struct text row = {0};
    char *agents[] = {"anna", "=ben", "@cleo"};
    csv_append_plain(&row, "1");
    csv_append_texts(&row, agents, 3);
    csv_append_texts(&row, agents, 1);
    csv_append_texts(&row, agents, 0);
    csv_end_row(&row);
    csv_append_plain(&row, "2");
    csv_append_plain(&row, "-2.5");
    csv_append_plain(&row, NULL);
    csv_end_row(&row);
    assert_string_equal(row.bytes, "1,\"anna; '=ben; '@cleo\",anna,\r\n2,-2.5,\r\n");
}

static void a_guard_that_was_put_can_be_taken_off_again(void **state) {
    (void)state;
    assert_int_equal(csv_guard_length("'=1"), 1);
    assert_int_equal(csv_guard_length("''=1"), 1);
    assert_int_equal(csv_guard_length("'＝1"), 1);
    assert_int_equal(csv_guard_length("=1"), 0);
    assert_int_equal(csv_guard_length("'t is"), 0);
    assert_int_equal(csv_guard_length("'"), 0);
    assert_int_equal(csv_guard_length(""), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_is_quoted_and_guarded_where_it_must_be),
        cmocka_unit_test(a_guard_that_was_put_can_be_taken_off_again),
        cmocka_unit_test(several_texts_share_a_field_each_guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
