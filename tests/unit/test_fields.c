#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/fields.h"
#include "base/array.h"
#include "base/time.h"

struct inner {
    int64_t amount_milli;
    int64_t at_us;
    char *tags[3];
    size_t tag_count;
};

struct thing {
    char name[9];
    char *title;
    char *note;
    int score;
    bool open;
    int colour;
    struct inner inner;
    const json_t *extra;
};

static const char *shouting(const char *text) {
    return strchr(text, '!') ? "must not shout" : NULL;
}

static const struct choice colours[] = {{"red", 1}, {"green", 2}, {NULL, 0}};

static const struct field inner_fields[] = {
    {.name = "amount",
     .kind = FIELD_DECIMAL,
     .offset = offsetof(struct inner, amount_milli),
     .min = -5000,
     .max = 5000},
    {.name = "at", .kind = FIELD_INSTANT, .offset = offsetof(struct inner, at_us)},
    {.name = "tags",
     .kind = FIELD_TEXTS,
     .offset = offsetof(struct inner, tags),
     .count_offset = offsetof(struct inner, tag_count),
     .count_max = 3,
     .min = 1,
     .max = 5},
};
static const struct field_table inner_table = FIELD_TABLE(inner_fields);

static const struct field thing_fields[] = {
    {.name = "name",
     .kind = FIELD_NAME,
     .required = true,
     .offset = offsetof(struct thing, name),
     .min = 1,
     .max = 8},
    {.name = "title",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct thing, title),
     .min = 1,
     .max = 10,
     .objection = shouting},
    {.name = "note", .kind = FIELD_LONG_TEXT, .offset = offsetof(struct thing, note), .max = 4},
    {.name = "score",
     .kind = FIELD_INT,
     .offset = offsetof(struct thing, score),
     .min = 1,
     .max = 5},
    {.name = "open", .kind = FIELD_BOOL, .offset = offsetof(struct thing, open)},
    {.name = "colour",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct thing, colour),
     .choices = colours},
    {.name = "in/ner~",
     .kind = FIELD_OBJECT,
     .offset = offsetof(struct thing, inner),
     .object = &inner_table},
    {.name = "extra", .kind = FIELD_VALUE, .offset = offsetof(struct thing, extra)},
};
static const struct field_table thing_table = FIELD_TABLE(thing_fields);

static void clear_thing(struct thing *thing) {
    free(thing->title);
    free(thing->note);
    for (size_t i = 0; i < thing->inner.tag_count; i++) {
        free(thing->inner.tags[i]);
    }
}

/* The mistakes as "pointer: detail" lines. */
static char *read_lines(const char *json, const char *pointer) {
    static char lines[16384];
    struct thing thing = {0};
    struct mistakes mistakes = {0};
    json_t *body = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(body);
    bool good = read_fields(body, &thing_table, pointer, &thing, &mistakes);
    assert_int_equal(good, mistakes_none(&mistakes));
    lines[0] = '\0';
    size_t index;
    json_t *mistake;
    json_array_foreach(mistakes.list, index, mistake) {
        size_t used = strlen(lines);
        snprintf(lines + used, sizeof lines - used, "%s%s: %s", used ? "\n" : "",
                 json_string_value(json_object_get(mistake, "pointer")),
                 json_string_value(json_object_get(mistake, "detail")));
    }
    mistakes_clear(&mistakes);
    clear_thing(&thing);
    json_decref(body);
    return lines;
}

static void every_kind_of_value_reaches_its_place(void **state) {
    (void)state;
    struct thing thing = {0};
    struct mistakes mistakes = {0};
    json_t *body =
        json_loads("{\"name\":\"eightchr\",\"title\":\"Grüße\",\"note\":\"a\\n\\u00e9\\t\","
                   "\"score\":4.0,\"open\":true,\"colour\":\"green\",\"extra\":[1],"
                   "\"in/ner~\":{\"amount\":-1.005,\"at\":\"1970-01-01T01:00:00+00:30\","
                   "\"tags\":[\"a\",\"b\"]}}",
                   0, NULL);
    assert_true(read_fields(body, &thing_table, "", &thing, &mistakes));
    assert_string_equal(thing.name, "eightchr");
    assert_string_equal(thing.title, "Grüße");
    assert_string_equal(thing.note, "a\né\t");
    assert_int_equal(thing.score, 4);
    assert_true(thing.open);
    assert_int_equal(thing.colour, 2);
    assert_int_equal(thing.inner.amount_milli, -1005);
    assert_int_equal(thing.inner.at_us, 1800 * US_PER_SECOND);
    assert_int_equal(thing.inner.tag_count, 2);
    assert_string_equal(thing.inner.tags[1], "b");
    assert_int_equal(json_array_size(thing.extra), 1);
    clear_thing(&thing);
    json_decref(body);
}

static void null_and_a_blank_long_text_are_as_if_absent(void **state) {
    (void)state;
    struct thing thing = {.score = 7, .colour = 9};
    struct mistakes mistakes = {0};
    json_t *body = json_loads("{\"name\":\"n\",\"title\":null,\"score\":null,\"note\":\" \\n\","
                              "\"in/ner~\":null,\"colour\":null}",
                              0, NULL);
    assert_true(read_fields(body, &thing_table, "", &thing, &mistakes));
    assert_null(thing.title);
    assert_null(thing.note);
    assert_int_equal(thing.score, 7);
    assert_int_equal(thing.colour, 9);
    json_decref(body);
}

static void all_mistakes_are_collected_with_escaped_pointers(void **state) {
    (void)state;
    assert_string_equal(
        read_lines("{\"title\":\"oh no!\",\"score\":6,\"colour\":\"blue\",\"a/b\":1,"
                   "\"in/ner~\":{\"amount\":1.0005,\"tags\":[\"a\",\"a\",\"\"],\"~\":0}}",
                   "/3"),
        "/3/name: required\n"
        "/3/title: must not shout; got \"oh no!\"\n"
        "/3/score: expected an integer from 1 to 5, got 6\n"
        "/3/colour: expected one of red, green; got \"blue\"\n"
        "/3/in~1ner~0/amount: expected a number with at most three decimals, got "
        "1.0004999999999999\n"
        "/3/in~1ner~0/tags/1: expected each text once, got \"a\"\n"
        "/3/in~1ner~0/tags/2: expected 1 to 5 bytes, got 0\n"
        "/3/in~1ner~0/~0: unknown member; known are amount, at, tags\n"
        "/3/a~1b: unknown member; known are name, title, note, score, open, colour, in/ner~, "
        "extra");
}

static void each_refusal_says_what_was_expected(void **state) {
    (void)state;
    static const struct {
        const char *json;
        const char *mistake;
    } cases[] = {
        {"[]", ": expected an object, got an array"},
        {"7", ": expected an object, got 7"},
        {"{\"name\":\"123456789\"}", "/name: expected 1 to 8 bytes, got 9"},
        {"{\"name\":\"a\\u0007\"}", "/name: must not contain control characters"},
        {"{\"name\":\"a\\u007f\"}", "/name: must not contain control characters"},
        {"{\"name\":\"a\\u0085\"}", "/name: must not contain control characters"},
        {"{\"name\":\"a\\n\"}", "/name: must not contain control characters"},
        {"{\"name\":\" \\t\"}", "/name: must not be blank"},
        {"{\"name\":1}", "/name: expected text, got 1"},
        {"{\"name\":{}}", "/name: expected text, got an object"},
        {"{\"name\":\"n\",\"note\":\"\\u001b\"}", "/note: must not contain control characters"},
        {"{\"name\":\"n\",\"note\":\"ééééé\"}", "/note: expected 0 to 4 characters, got 5"},
        {"{\"name\":\"n\",\"score\":\"4\"}", "/score: expected an integer, got \"4\""},
        {"{\"name\":\"n\",\"score\":4.5}", "/score: expected an integer, got 4.5"},
        {"{\"name\":\"n\",\"score\":0}", "/score: expected an integer from 1 to 5, got 0"},
        {"{\"name\":\"n\",\"score\":9223372036854775807}",
         "/score: expected an integer from 1 to 5, got 9223372036854775807"},
        {"{\"name\":\"n\",\"score\":4294967297}",
         "/score: expected an integer from 1 to 5, got 4294967297"},
        {"{\"name\":\"n\",\"score\":1e300}",
         "/score: expected an integer, got 1.0000000000000001e+300"},
        {"{\"name\":\"n\",\"open\":1}", "/open: expected true or false, got 1"},
        {"{\"name\":\"n\",\"colour\":true}", "/colour: expected text, got true"},
        {"{\"name\":\"n\",\"in/ner~\":[]}", "/in~1ner~0: expected an object, got an array"},
        {"{\"name\":\"n\",\"in/ner~\":{\"amount\":5.001}}",
         "/in~1ner~0/amount: expected a number from -5 to 5, got 5.0010000000000003"},
        {"{\"name\":\"n\",\"in/ner~\":{\"amount\":1e308}}",
         "/in~1ner~0/amount: expected a number with at most three decimals, got 1e+308"},
        {"{\"name\":\"n\",\"in/ner~\":{\"amount\":\"1\"}}",
         "/in~1ner~0/amount: expected a number, got \"1\""},
        {"{\"name\":\"n\",\"in/ner~\":{\"at\":1}}",
         "/in~1ner~0/at: expected a time, as text, got 1"},
        {"{\"name\":\"n\",\"in/ner~\":{\"at\":\"now\"}}",
         "/in~1ner~0/at: expected a time like 2026-11-23T10:00:00Z, got \"now\""},
        {"{\"name\":\"n\",\"in/ner~\":{\"tags\":\"a\"}}",
         "/in~1ner~0/tags: expected an array of texts, got \"a\""},
        {"{\"name\":\"n\",\"in/ner~\":{\"tags\":[\"a\",\"b\",\"c\",\"d\"]}}",
         "/in~1ner~0/tags: expected at most 3 texts, got 4"},
        {"{\"name\":\"n\",\"in/ner~\":{\"tags\":[null]}}",
         "/in~1ner~0/tags/0: expected text, got null"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(read_lines(cases[i].json, ""), cases[i].mistake);
    }
}

static void what_was_got_is_shortened_between_characters(void **state) {
    (void)state;
    char json[512] = "{\"name\":\"n\",\"colour\":\"";
    for (int i = 0; i < 60; i++) {
        memcpy(json + strlen(json), "é", 3);
    }
    memcpy(json + strlen(json), "\"}", 3);
    char *line = read_lines(json, "");
    assert_non_null(strstr(line, "é...\""));
    const char *got = strstr(line, "got ");
    assert_int_equal(strlen(got), strlen("got \"\"...") + 80);
}

static void at_most_fifty_mistakes_are_listed(void **state) {
    (void)state;
    json_t *body = json_object();
    for (int i = 0; i < 200; i++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", i);
        json_object_set_new(body, name, json_null());
    }
    struct thing thing = {0};
    struct mistakes mistakes = {0};
    assert_false(read_fields(body, &thing_table, "", &thing, &mistakes));
    assert_int_equal(json_array_size(mistakes.list), MISTAKES_MAX);
    assert_int_equal(mistakes.count, 201);
    mistakes_clear(&mistakes);
    json_decref(body);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_value_reaches_its_place),
        cmocka_unit_test(null_and_a_blank_long_text_are_as_if_absent),
        cmocka_unit_test(all_mistakes_are_collected_with_escaped_pointers),
        cmocka_unit_test(each_refusal_says_what_was_expected),
        cmocka_unit_test(what_was_got_is_shortened_between_characters),
        cmocka_unit_test(at_most_fifty_mistakes_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
