#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/csv_reader.h"

/* Text that comes in pieces of a few bytes. */
struct pieces {
    const char *text;
    size_t length;
    size_t piece;
    int error; /* after the text */
};

static ssize_t next_piece(void *context, char *bytes, size_t size) {
    struct pieces *pieces = context;
    size_t count = pieces->piece < pieces->length ? pieces->piece : pieces->length;
    count = count < size ? count : size;
    memcpy(bytes, pieces->text, count);
    pieces->text += count;
    pieces->length -= count;
    errno = pieces->error;
    return count == 0 && pieces->error ? -1 : (ssize_t)count;
}

/* Fields with | between, records with / after: what was read, by hand comparable. */
static void append_record(struct text *shown, const struct csv_record *record) {
    if (record->objection) {
        text_append_format(shown, "!%.*s", (int)record->raw_length, record->raw);
    }
    for (size_t i = 0; i < record->count; i++) {
        text_append_format(shown, "%s%s", i ? "|" : "", record->fields[i]);
    }
    text_append_format(shown, "@%d/", (int)record->line);
}

static void read_all(struct pieces pieces, char separator, struct text *shown) {
    CLEANUP(feed_clear) struct feed feed = {0};
    CLEANUP(csv_reader_clear) struct csv_reader reader = {0};
    struct csv_record record;
    assert_true(feed_init(&feed, next_piece, &pieces));
    assert_true(feed_skip_mark(&feed));
    csv_reader_init(&reader, &feed, separator);
    while (csv_reader_next(&reader, &record)) {
        append_record(shown, &record);
    }
    assert_int_equal(feed.failed, pieces.error != 0);
}

static void records_are_read_however_their_bytes_come(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *shown;
    } cases[] = {
        {"", ""},
        {"\n\r\n\n", ""},
        {"a,b\n1,2\n", "a|b@1/1|2@2/"},
        {"a,b\r\n1,2", "a|b@1/1|2@2/"},
        {"\n\na,b\n\n1,2\n\n", "a|b@3/1|2@5/"},
        {"a,,\n,,", "a||@1/||@2/"},
        {"\"a\",\"b,c\"\n\"\",\"\"\"\"", "a|b,c@1/|\"@2/"},
        {"\"two\r\nlines\",x\ny,z", "two\r\nlines|x@1/y|z@3/"},
        {"a\"b,c\n", "a\"b|c@1/"},
        {"a\rb,c\r\r\n", "a\rb|c\r@1/"},
        {"a;b,c;d\n1;2,2;3", "a|b,c|d@1/1|2,2|3@2/"},
        {"a\tb,c\td\n1\t2\t3", "a|b,c|d@1/1|2|3@2/"},
        {"\"a,b,c\";d\n1;2", "a,b,c|d@1/1|2@2/"},
        {"\xef\xbb\xbf"
         "a,b\n",
         "a|b@1/"},
        {"a,\"b\n1,2\n", "!a,\"b@1/1|2@2/"},
        {"a,\"b\"c\n1,2\n", "!a,\"b\"c@1/1|2@2/"},
        {"a,\"b\n\"c\n1,2\n", "!a,\"b@1/!\"c@2/1|2@3/"},
        {"\"", "!\"@1/"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t piece = 1; piece < 8; piece++) {
            CLEANUP(text_clear) struct text shown = {0};
            read_all((struct pieces){cases[i].text, strlen(cases[i].text), piece, 0}, 0, &shown);
            assert_string_equal(shown.bytes ? shown.bytes : "", cases[i].shown);
        }
    }
}

static void a_named_separator_is_kept_to(void **state) {
    (void)state;
    CLEANUP(text_clear) struct text shown = {0};
    read_all((struct pieces){"a;b|c;d\n", 8, 3, 0}, '|', &shown);
    assert_string_equal(shown.bytes, "a;b|c;d@1/");
}

static void a_nul_byte_is_objected_to(void **state) {
    (void)state;
    CLEANUP(text_clear) struct text shown = {0};
    read_all((struct pieces){"a,\0\nb,c\n", 8, 3, 0}, 0, &shown);
    assert_string_equal(shown.bytes, "!a,@1/b|c@2/");
}

static void what_cannot_be_read_on_ends_it(void **state) {
    (void)state;
    CLEANUP(text_clear) struct text shown = {0};
    read_all((struct pieces){"a,b\nc,", 6, 2, EIO}, 0, &shown);
    assert_string_equal(shown.bytes, "a|b@1/");
}

static void a_line_beyond_all_measure_is_given_up_to_its_end(void **state) {
    (void)state;
    size_t length = 3U * FEED_RECORD_BYTES_MAX;
    char *text = malloc(length);
    assert_non_null(text);
    memset(text, 'x', length);
    memcpy(text + length - 9, "c,d\na,b\n", 8); /* no row of its own: its end */
    text[length - 1] = '\n';
    for (int quoted = 0; quoted < 2; quoted++) {
        CLEANUP(feed_clear) struct feed feed = {0};
        CLEANUP(csv_reader_clear) struct csv_reader reader = {0};
        struct csv_record record;
        struct pieces pieces = {text, length, 100000, 0};
        text[0] = quoted ? '"' : 'x';
        assert_true(feed_init(&feed, next_piece, &pieces));
        csv_reader_init(&reader, &feed, ',');
        size_t objections = 0;
        for (size_t records = 0; csv_reader_next(&reader, &record); records++) {
            objections += record.objection != NULL;
            assert_true(records < 2);
        }
        assert_int_equal(objections, 1);
        assert_null(record.objection);
        assert_int_equal(record.count, 2);
        assert_int_equal(record.line, 2);
    }
    free(text);
}

static void too_many_fields_are_objected_to(void **state) {
    (void)state;
    char text[CSV_FIELDS_MAX + 16];
    memset(text, ',', sizeof text);
    memcpy(text + CSV_FIELDS_MAX, "\na,b\n", 5);
    for (size_t fields = CSV_FIELDS_MAX - 1; fields <= CSV_FIELDS_MAX + 1; fields++) {
        CLEANUP(feed_clear) struct feed feed = {0};
        CLEANUP(csv_reader_clear) struct csv_reader reader = {0};
        struct csv_record record;
        size_t skip = CSV_FIELDS_MAX - (fields - 1);
        struct pieces pieces = {text + skip, CSV_FIELDS_MAX + 5 - skip, 7, 0};
        if (fields > CSV_FIELDS_MAX) {
            pieces = (struct pieces){text, CSV_FIELDS_MAX + 5, 7, 0};
        }
        assert_true(feed_init(&feed, next_piece, &pieces));
        csv_reader_init(&reader, &feed, ',');
        assert_true(csv_reader_next(&reader, &record));
        assert_int_equal(record.objection != NULL, fields > CSV_FIELDS_MAX);
        assert_true(csv_reader_next(&reader, &record));
        assert_int_equal(record.count, 2);
    }
}

static void other_encodings_are_told_by_their_marks(void **state) {
    (void)state;
    static const struct pieces cases[] = {{"\xff\xfe"
                                           "a\0",
                                           4, 1, 0},
                                          {"\xfe\xff"
                                           "\0a",
                                           4, 1, 0},
                                          {"\0a", 2, 1, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP(feed_clear) struct feed feed = {0};
        struct pieces pieces = cases[i];
        assert_true(feed_init(&feed, next_piece, &pieces));
        assert_false(feed_skip_mark(&feed));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_read_however_their_bytes_come),
        cmocka_unit_test(a_named_separator_is_kept_to),
        cmocka_unit_test(a_nul_byte_is_objected_to),
        cmocka_unit_test(what_cannot_be_read_on_ends_it),
        cmocka_unit_test(a_line_beyond_all_measure_is_given_up_to_its_end),
        cmocka_unit_test(too_many_fields_are_objected_to),
        cmocka_unit_test(other_encodings_are_told_by_their_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
