/* time, uuid, text, parse, arena, base64 */
#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/base64.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"
#include "base/uuid.h"

static void times_are_read_and_written_as_rfc_3339(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *written;
    } cases[] = {
        {"2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"},
        {"2026-11-23t10:00:00.5z", "2026-11-23T10:00:00.500000Z"},
        {"2026-11-23T10:00:00+02:00", "2026-11-23T08:00:00Z"},
        {"2026-11-23T00:30:00.123456789-05:30", "2026-11-23T06:00:00.123456Z"},
        {"2024-02-29", "2024-02-29T00:00:00Z"},
        {"1969-12-31T23:59:59.25Z", "1969-12-31T23:59:59.250000Z"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t time_us = 0;
        char written[TIME_TEXT_SIZE];
        assert_true(time_parse(cases[i].text, &time_us));
        time_format(time_us, written);
        assert_string_equal(written, cases[i].written);
    }
}

static void what_is_no_time_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "2026",
        "2026-13-01",
        "2026-02-29",
        "2026-11-23T10:00:00",
        "2026-11-23T24:00:00Z",
        "2026-11-23T10:60:00Z",
        "2026-11-23T10:00:00.Z",
        "2026-11-23T10:00Z",
        "2026-11-23T10:00:00+0200",
        "2026-11-23T10:00:00Z ",
        "0000-01-01",
        " 2026-11-23",
        "2026-11-23T10:00:00+24:00",
        "2026-1-2",
        "tomorrow",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        int64_t time_us = 42;
        assert_false(time_parse(texts[i], &time_us));
        assert_int_equal(time_us, 42);
    }
}

static void ids_grow_and_are_version_7(void **state) {
    (void)state;
    struct uuid last = uuid_new();
    for (int i = 0; i < 20000; i++) {
        struct uuid next = uuid_new();
        assert_true(memcmp(last.bytes, next.bytes, UUID_BYTES) < 0);
        assert_int_equal(next.bytes[6] >> 4, 7);
        assert_int_equal(next.bytes[8] >> 6, 2);
        last = next;
    }
}

static void an_id_of_a_time_and_a_hash_is_always_the_same(void **state) {
    (void)state;
    static const unsigned char hash[UUID_BYTES] = {0,    1,    2,    3,    4,    5,    0xff, 0x3f,
                                                   0xff, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16};
    static const struct {
        int64_t time_us;
        const char *id;
    } cases[] = {
        {INT64_C(1645557742000999), "017f22e2-79b0-7f3f-bf10-111213141516"}, /* RFC 9562 A.6 */
        {-1, "00000000-0000-7f3f-bf10-111213141516"},
        {INT64_MIN, "00000000-0000-7f3f-bf10-111213141516"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[UUID_TEXT_SIZE];
        struct uuid id = uuid_at(cases[i].time_us, hash);
        uuid_format(&id, text);
        assert_string_equal(text, cases[i].id);
    }
}

static void an_id_survives_its_text(void **state) {
    (void)state;
    struct uuid id = uuid_new();
    struct uuid read;
    char text[UUID_TEXT_SIZE];
    uuid_format(&id, text);
    assert_true(uuid_parse(text, &read));
    assert_memory_equal(&id, &read, sizeof id);
    assert_true(uuid_parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", &read));
    uuid_format(&read, text);
    assert_string_equal(text, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

static void what_is_no_id_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "017f22e2",
        "017f22e279b07cc398c4dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2_79b0-7cc3-98c4-dc0c0c07398f",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct uuid id;
        assert_false(uuid_parse(texts[i], &id));
    }
}

static void json_and_html_are_escaped(void **state) {
    (void)state;
    struct text text = {0};
    text_append_json(&text, "a\"b\\c\n\x01é</script>");
    assert_string_equal(text.bytes, "\"a\\\"b\\\\c\\n\\u0001é</script>\"");
    text_clear(&text);
    text_append_html(&text, "<a href='x'>\"&amp;</a>");
    assert_string_equal(text.bytes, "&lt;a href=&#39;x&#39;&gt;&quot;&amp;amp;&lt;/a&gt;");
    text_clear(&text);
}

static void a_text_stops_at_its_ceiling(void **state) {
    (void)state;
    struct text text = {.bytes_max = 10};
    text_append(&text, "0123456789");
    assert_false(text.failed);
    text_append_char(&text, 'x');
    assert_true(text.failed);
    assert_null(text_take(&text));
    text_clear(&text);
}

static void numbers_are_written_to_their_ends(void **state) {
    (void)state;
    struct text text = {0};
    text_append_int(&text, INT64_MIN);
    text_append_char(&text, ' ');
    text_append_int(&text, INT64_MAX);
    assert_string_equal(text.bytes, "-9223372036854775808 9223372036854775807");
    text_clear(&text);
}

static void only_whole_numbers_in_range_are_read(void **state) {
    (void)state;
    int64_t number = 7;
    assert_true(parse_int("-5", -5, 5, &number));
    assert_int_equal(number, -5);
    static const char *const texts[] = {"",   "-",  "6",  "+1",
                                        " 1", "1 ", "1x", "99999999999999999999"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_false(parse_int(texts[i], -5, 5, &number));
    }
    assert_int_equal(number, -5);
}

static void decimals_are_read_as_thousandths(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t thousandths;
    } good[] = {{"0.25", 250},   {"1", 1000},       {"0.001", 1},
                {"-1.5", -1500}, {"12.340", 12340}, {".5", 500}};
    static const char *const bad[] = {"", ".", "1.", "0.0001", "1,5", "1.-5", "1e3", "20.001"};
    int64_t number = 7;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(parse_thousandths(bad[i], -20000, 20000, &number));
    }
    assert_int_equal(number, 7);
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(parse_thousandths(good[i].text, -20000, 20000, &number));
        assert_int_equal(number, good[i].thousandths);
    }
}

static void an_arena_keeps_its_texts_apart(void **state) {
    (void)state;
    struct arena arena = {0};
    const char *first = arena_copy(&arena, "first");
    char *large = arena_take(&arena, 100000);
    assert_non_null(large);
    memset(large, 'x', 100000);
    const char *last = arena_copy(&arena, "last");
    assert_string_equal(first, "first");
    assert_string_equal(last, "last");
    arena_reset(&arena);
    assert_string_equal(arena_copy(&arena, "again"), "again");
    arena_clear(&arena);
}

static void base64_is_read_as_rfc_4648_writes_it(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum base64 kind;
        const char *bytes; /* NULL: refused */
    } cases[] = {
        {"", BASE64_STANDARD, ""},
        {"Zg==", BASE64_STANDARD, "f"},
        {"Zm8=", BASE64_STANDARD, "fo"},
        {"Zm9v", BASE64_STANDARD, "foo"},
        {"Zm9vYmFy", BASE64_STANDARD, "foobar"},
        {"Zm8", BASE64_URL, "fo"},
        {"+/v7", BASE64_STANDARD, "\xfb\xfb\xfb"},
        {"-_v7", BASE64_URL, "\xfb\xfb\xfb"},
        {"-_v7", BASE64_STANDARD, NULL},
        {"+/v7", BASE64_URL, NULL},
        {"Zm8=", BASE64_URL, NULL},
        {"Zm8", BASE64_STANDARD, NULL},
        {"Zm9=", BASE64_STANDARD, NULL}, /* spare bits set */
        {"Zm9v ", BASE64_STANDARD, NULL},
        {"Z", BASE64_URL, NULL},
        {"Zm=v", BASE64_STANDARD, NULL},
        {"Zg==Zg==", BASE64_STANDARD, NULL},
        {"Zm9vYmFyCg==", BASE64_STANDARD, NULL}, /* more than fits */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char bytes[7] = "";
        size_t length = 0;
        assert_int_equal(base64_decode(cases[i].text, cases[i].kind, bytes, 6, &length),
                         cases[i].bytes != NULL);
        if (cases[i].bytes) {
            assert_int_equal(length, strlen(cases[i].bytes));
            assert_memory_equal(bytes, cases[i].bytes, length);
        }
    }
}

static void every_other_byte_makes_it_no_base64(void **state) {
    (void)state;
    static const enum base64 kinds[] = {BASE64_STANDARD, BASE64_URL};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        size_t accepted = 0;
        for (int byte = 1; byte < 256; byte++) {
            const char text[] = {'A', (char)byte, 'A', 'A', '\0'};
            char bytes[3];
            accepted += base64_decode_exactly(text, kinds[i], bytes, sizeof bytes);
        }
        assert_int_equal(accepted, 64);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_of_a_time_and_a_hash_is_always_the_same),
        cmocka_unit_test(times_are_read_and_written_as_rfc_3339),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(ids_grow_and_are_version_7),
        cmocka_unit_test(an_id_survives_its_text),
        cmocka_unit_test(what_is_no_id_is_refused),
        cmocka_unit_test(json_and_html_are_escaped),
        cmocka_unit_test(a_text_stops_at_its_ceiling),
        cmocka_unit_test(numbers_are_written_to_their_ends),
        cmocka_unit_test(only_whole_numbers_in_range_are_read),
        cmocka_unit_test(decimals_are_read_as_thousandths),
        cmocka_unit_test(an_arena_keeps_its_texts_apart),
        cmocka_unit_test(base64_is_read_as_rfc_4648_writes_it),
        cmocka_unit_test(every_other_byte_makes_it_no_base64),
    };
    return RUN(tests);
}
