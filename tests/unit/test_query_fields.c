#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "api/fields.h"
#include "base/array.h"

struct wanted {
    char name[5];
    char *text;
    int limit;
    bool open;
    int64_t at_us;
    int order;
    int64_t share;
};

static const struct choice orders[] = {{"up", 1}, {"down", 2}, {NULL, 0}};

#define OF(member) offsetof(struct wanted, member)
static const struct field fields[] = {
    {.name = "name",
     .kind = FIELD_NAME,
     .required = true,
     .offset = OF(name),
     .min = 1,
     .max = sizeof(((struct wanted *)NULL)->name) - 1},
    {.name = "text", .kind = FIELD_TEXT, .offset = OF(text), .min = 1, .max = 8},
    {.name = "limit", .kind = FIELD_INT, .offset = OF(limit), .min = 1, .max = 9},
    {.name = "open", .kind = FIELD_BOOL, .offset = OF(open)},
    {.name = "at", .kind = FIELD_INSTANT, .offset = OF(at_us)},
    {.name = "order", .kind = FIELD_CHOICE, .offset = OF(order), .choices = orders},
    {.name = "share", .kind = FIELD_DECIMAL, .offset = OF(share), .min = -1000, .max = 1000},
};
static const struct field_table table = FIELD_TABLE(fields);

/* The mistakes of a query with up to three parameters, as "parameter: detail" lines. */
static const char *read_lines(const struct request_param params[3]) {
    static char lines[4096];
    static struct request request;
    struct wanted wanted = {.limit = 5};
    struct mistakes mistakes = {0};
    request.query_count = 0;
    for (size_t i = 0; i < 3 && params[i].name; i++) {
        request.query[request.query_count++] = params[i];
    }
    bool good = read_query(&request, &table, &wanted, &mistakes);
    assert_int_equal(good, mistakes_none(&mistakes));
    lines[0] = '\0';
    size_t index;
    json_t *mistake;
    json_array_foreach(mistakes.list, index, mistake) {
        size_t used = strlen(lines);
        snprintf(lines + used, sizeof lines - used, "%s%s: %s", used ? "\n" : "",
                 json_string_value(json_object_get(mistake, "parameter")),
                 json_string_value(json_object_get(mistake, "detail")));
    }
    mistakes_clear(&mistakes);
    free(wanted.text);
    return lines;
}

static int64_t share_of(const char *value) {
    struct request request = {.query = {{"name", "n"}, {"share", value}}, .query_count = 2};
    struct wanted wanted = {.share = INT64_MIN};
    struct mistakes mistakes = {0};
    read_query(&request, &table, &wanted, &mistakes);
    mistakes_clear(&mistakes);
    return wanted.share;
}

static void decimals_are_read_as_thousandths_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *value;
        int64_t thousandths;
    } good[] = {{"0.7", 700},   {"1", 1000},    {"0", 0},        {"-1", -1000},
                {"-0.5", -500}, {"0.125", 125}, {"1.000", 1000}, {"0.05", 50}};
    static const char *const bad[] = {
        "nan", "inf",  "1.001", "-1.001", "2",    "0.1234", "1.", "1e-1",  "0x1",
        "0,7", " 0.7", "0.7 ",  "--1",    "0.-5", "+",      ".",  "0.7.1", "99999999999999999999",
        "0.5f"};
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_int_equal(share_of(good[i].value), good[i].thousandths);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_true(share_of(bad[i]) == INT64_MIN);
    }
}

static void each_mistake_names_its_parameter(void **state) {
    (void)state;
    static const struct {
        struct request_param params[3];
        const char *lines;
    } cases[] = {
        {{{"name", "n"}}, ""},
        {{{"name", "n"}, {"limit", ""}, {"order", "up"}}, ""},
        {{{NULL, NULL}}, "name: required"},
        {{{"name", ""}}, "name: required"},
        {{{"name", "toolong"}}, "name: expected 1 to 4 bytes, got 7"},
        {{{"name", "n"}, {"limit", "10"}}, "limit: expected an integer from 1 to 9, got 10"},
        {{{"name", "n"}, {"limit", "1e3"}}, "limit: expected an integer, got \"1e3\""},
        {{{"name", "n"}, {"share", "nan"}},
         "share: expected a number from -1 to 1 with at most three decimals, got \"nan\""},
        {{{"name", "n"}, {"limit", "99999999999999999999"}},
         "limit: expected an integer, got \"99999999999999999999\""},
        {{{"name", "n"}, {"open", "1"}}, "open: expected true or false, got \"1\""},
        {{{"name", "n"}, {"order", "left"}}, "order: expected one of up, down; got \"left\""},
        {{{"name", "n"}, {"at", "noon"}},
         "at: expected a time like 2026-11-23T10:00:00Z, got \"noon\""},
        {{{"name", "n"}, {"name", "m"}}, "name: given more than once"},
        {{{"name", "n"}, {"colour", "red"}},
         "colour: unknown parameter; known are name, text, limit, open, at, order, share"},
        {{{"limit", "0"}, {"text", "\n"}},
         "limit: expected an integer from 1 to 9, got 0\n"
         "text: must not be blank\nname: required"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(read_lines(cases[i].params), cases[i].lines);
    }
}

static void each_kind_reaches_its_place(void **state) {
    (void)state;
    static struct request request = {
        .query = {{"name", "four"},
                  {"text", "Größe"},
                  {"limit", "9"},
                  {"open", "true"},
                  {"at", "1970-01-01T00:00:01Z"},
                  {"order", "down"}},
        .query_count = 6,
    };
    struct wanted wanted = {0};
    struct mistakes mistakes = {0};
    assert_true(read_query(&request, &table, &wanted, &mistakes));
    assert_string_equal(wanted.name, "four");
    assert_string_equal(wanted.text, "Größe");
    assert_int_equal(wanted.limit, 9);
    assert_true(wanted.open);
    assert_int_equal(wanted.at_us, 1000000);
    assert_int_equal(wanted.order, 2);
    free(wanted.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_names_its_parameter),
        cmocka_unit_test(decimals_are_read_as_thousandths_or_refused),
        cmocka_unit_test(each_kind_reaches_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
