#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "http/form.h"

static void forms_are_split_and_decoded(void **state) {
    (void)state;
    char text[] = "a=1&b=two+words&c=%C3%A9&&d&e==&a=2&%66=g";
    static const struct request_param expected[] = {
        {"a", "1"}, {"b", "two words"}, {"c", "\xc3\xa9"}, {"d", ""},
        {"e", "="}, {"a", "2"},         {"f", "g"},
    };
    struct request_param params[FORM_PARAMS_MAX];
    size_t count;
    assert_null(form_objection(text, params, &count));
    assert_int_equal(count, COUNT(expected));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(params[i].name, expected[i].name);
        assert_string_equal(params[i].value, expected[i].value);
    }
}

static void an_empty_form_has_no_fields(void **state) {
    (void)state;
    char text[] = "";
    struct request_param params[FORM_PARAMS_MAX];
    size_t count = 1;
    assert_null(form_objection(text, params, &count));
    assert_int_equal(count, 0);
}

static void malformed_forms_are_refused(void **state) {
    (void)state;
    static const char *const malformed[] = {
        "a=%",         "a=%4",           "a=%zz",       "a=%00",          "%00=a",
        "a=%C3",       "a=%C0%80",       "a=%ED%A0%80", "a=%F4%90%80%80", "a=%FF",
        "a=%E0%80%80", "a=%F0%80%80%80", "a=%80",
    };
    for (size_t i = 0; i < COUNT(malformed); i++) {
        char text[32];
        struct request_param params[FORM_PARAMS_MAX];
        size_t count;
        memcpy(text, malformed[i], strlen(malformed[i]) + 1);
        if (!form_objection(text, params, &count)) {
            fail_msg("%s was accepted", malformed[i]);
        }
    }
}

/* As many fields as fit, and one more. */
static void assert_most(size_t most,
                        const char *objection(char *, struct request_param[], size_t *)) {
    char text[(FORM_PARAMS_MAX + 1) * 2 + 1] = "";
    struct request_param params[FORM_PARAMS_MAX];
    size_t count;
    for (size_t i = 0; i < most; i++) {
        memcpy(text + i * 2, "a&", 2);
    }
    char longer[sizeof text];
    memcpy(longer, text, sizeof text);
    memcpy(longer + most * 2, "a&", 2);
    assert_non_null(objection(longer, params, &count));
    assert_null(objection(text, params, &count));
    assert_int_equal(count, most);
}

static void a_query_may_have_64_parameters_and_a_form_256_fields(void **state) {
    (void)state;
    assert_most(64, query_objection);
    assert_most(256, form_objection);
}

static void a_plus_in_a_path_is_a_plus(void **state) {
    (void)state;
    char path[] = "a+b%20c";
    assert_true(percent_decode(path, false));
    assert_string_equal(path, "a+b c");
}

static void well_formed_utf8_is_told_from_the_rest(void **state) {
    (void)state;
    static const char *const valid[] = {"",
                                        "plain",
                                        "\xc2\x80",
                                        "\xdf\xbf",
                                        "\xe0\xa0\x80",
                                        "\xed\x9f\xbf",
                                        "\xef\xbf\xbf",
                                        "\xf0\x90\x80\x80",
                                        "\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < COUNT(valid); i++) {
        assert_true(utf8_valid(valid[i], strlen(valid[i])));
    }
    assert_false(utf8_valid("\xe2\x82\xac", 2)); /* cut short */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_split_and_decoded),
        cmocka_unit_test(an_empty_form_has_no_fields),
        cmocka_unit_test(malformed_forms_are_refused),
        cmocka_unit_test(a_query_may_have_64_parameters_and_a_form_256_fields),
        cmocka_unit_test(a_plus_in_a_path_is_a_plus),
        cmocka_unit_test(well_formed_utf8_is_told_from_the_rest),
    };
    return RUN(tests);
}
