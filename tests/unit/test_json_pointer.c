#include <jansson.h>
#include <string.h>

#include "../support/test.h"
#include "api/json_pointer.h"
#include "base/array.h"

/* RFC 6901 5. */
static const char document[] =
    "{\"foo\": [\"bar\", \"baz\"], \"\": 0, \"a/b\": 1, \"c%d\": 2, \"e^f\": 3, \"g|h\": 4,"
    " \"i\\\\j\": 5, \"k\\\"l\": 6, \" \": 7, \"m~n\": 8}";

static void the_examples_of_rfc_6901_find_what_it_says(void **state) {
    (void)state;
    static const char *const pointers[] = {"/",     "/a~1b", "/c%d", "/e^f", "/g|h",
                                           "/i\\j", "/k\"l", "/ ",   "/m~0n"};
    json_t *json = json_loads(document, 0, NULL);
    assert_ptr_equal(json_pointer_get(json, ""), json);
    assert_int_equal(json_array_size(json_pointer_get(json, "/foo")), 2);
    assert_string_equal(json_string_value(json_pointer_get(json, "/foo/0")), "bar");
    for (size_t i = 0; i < COUNT(pointers); i++) {
        assert_null(json_pointer_objection(pointers[i]));
        assert_int_equal(json_integer_value(json_pointer_get(json, pointers[i])), i);
        assert_true(json_is_integer(json_pointer_get(json, pointers[i])));
    }
    json_decref(json);
}

static void what_is_not_there_is_not_found(void **state) {
    (void)state;
    static const char *const pointers[] = {
        "/bar",    "/foo/2",  "/foo/-",   "/foo/00", "/foo/01",  "/foo/+1",
        "/foo/-1", "/foo/ 0", "/foo/0x0", "/foo/",   "/foo/0/x", "/foo/99999999999999999999",
        "/a",      "/m~1n",   "/ /x",     "//",
    };
    json_t *json = json_loads(document, 0, NULL);
    for (size_t i = 0; i < COUNT(pointers); i++) {
        assert_null(json_pointer_get(json, pointers[i]));
    }
    assert_null(json_pointer_get(NULL, "/a"));
    json_decref(json);
}

static void escapes_are_undone_once(void **state) {
    (void)state;
    json_t *json = json_loads("{\"~1\": 1, \"/\": 2, \"~\": {\"~0\": 3}}", 0, NULL);
    assert_int_equal(json_integer_value(json_pointer_get(json, "/~01")), 1);
    assert_int_equal(json_integer_value(json_pointer_get(json, "/~1")), 2);
    assert_int_equal(json_integer_value(json_pointer_get(json, "/~0/~00")), 3);
    json_decref(json);
}

static void what_is_no_pointer_is_objected_to(void **state) {
    (void)state;
    static const char *const bad[] = {"a", "a/b", " /a", "#/a", "/a~", "/a~2", "/~~0", "/a~/b"};
    char longest[JSON_POINTER_BYTES_MAX + 2];
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_non_null(json_pointer_objection(bad[i]));
    }
    memset(longest, '/', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_non_null(json_pointer_objection(longest));
    longest[JSON_POINTER_BYTES_MAX] = '\0';
    assert_null(json_pointer_objection(longest));
}

static void a_pointer_is_built_step_by_step(void **state) {
    (void)state;
    struct text pointer = {0};
    size_t top = pointer_enter(&pointer, "a/b");
    size_t inner = pointer_enter_index(&pointer, 7);
    assert_string_equal(pointer.bytes, "/a~1b/7");
    pointer_leave(&pointer, inner);
    assert_string_equal(pointer.bytes, "/a~1b");
    pointer_leave(&pointer, top);
    assert_string_equal(pointer.bytes, "");
    text_clear(&pointer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_rfc_6901_find_what_it_says),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(escapes_are_undone_once),
        cmocka_unit_test(what_is_no_pointer_is_objected_to),
        cmocka_unit_test(a_pointer_is_built_step_by_step),
    };
    return RUN(tests);
}
