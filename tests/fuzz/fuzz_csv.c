/* Whatever bytes come in, in pieces of any size: no crash, no endless loop, every byte passed once,
 * and the records are the same however the pieces are cut. What is written as CSV is read again. */
#include "api/csv.h"
#include "base/csv_reader.h"
#include "fuzz.h"

struct pieces {
    const uint8_t *at;
    size_t left;
    size_t piece;
};

static ssize_t next_piece(void *context, char *bytes, size_t size) {
    struct pieces *pieces = context;
    size_t count = pieces->piece < pieces->left ? pieces->piece : pieces->left;
    count = count < size ? count : size;
    memcpy(bytes, pieces->at, count);
    pieces->at += count;
    pieces->left -= count;
    return (ssize_t)count;
}

static void add_number(struct text *told, size_t number) {
    text_append_bytes(told, &number, sizeof number);
}

static void check_record(const struct csv_record *record, struct text *told) {
    claim(record->count <= CSV_FIELDS_MAX);
    claim((record->objection != NULL) == (record->count == 0));
    claim(record->raw_length > 0);
    add_number(told, (size_t)record->line);
    text_append_bytes(told, record->raw, record->raw_length);
    for (size_t i = 0; i < record->count; i++) {
        add_number(told, strlen(record->fields[i]));
        text_append(told, record->fields[i]);
    }
}

/* All that the reader says of the input. */
static struct text read_all(const uint8_t *data, size_t size, size_t piece) {
    struct pieces pieces = {data, size, piece};
    struct feed feed = {0};
    struct csv_reader reader;
    struct csv_record record;
    struct text told = {0};
    size_t records = 0;
    claim(feed_init(&feed, next_piece, &pieces));
    if (feed_skip_mark(&feed)) {
        csv_reader_init(&reader, &feed, 0);
        int64_t line = 0;
        while (csv_reader_next(&reader, &record)) {
            claim(record.line > line && ++records <= size);
            line = record.line;
            check_record(&record, &told);
        }
        claim(pieces.left == 0 && feed.start == feed.end);
        csv_reader_clear(&reader);
    }
    feed_clear(&feed);
    return told;
}

static void pieces_make_no_difference(const uint8_t *data, size_t size) {
    struct text whole = read_all(data, size, size + 1);
    for (size_t piece = 1; piece < 4; piece++) {
        struct text told = read_all(data, size, piece);
        claim(told.length == whole.length);
        claim(told.length == 0 || memcmp(told.bytes, whole.bytes, told.length) == 0);
        text_clear(&told);
    }
    text_clear(&whole);
}

/* Two texts as two fields, then read. A text in a file is what its guard is taken off. */
static void what_is_written_is_read(const uint8_t *data, size_t size) {
    char *one = fuzz_text(data, size);
    char *other = fuzz_text(data + size / 2, size - size / 2);
    struct text row = {0};
    csv_append_plain(&row, "first");
    csv_append_text(&row, one);
    csv_append_text(&row, other);
    csv_end_row(&row);
    struct pieces pieces = {(const uint8_t *)row.bytes, row.length, 7};
    struct feed feed = {0};
    struct csv_reader reader;
    struct csv_record record;
    claim(feed_init(&feed, next_piece, &pieces));
    csv_reader_init(&reader, &feed, ',');
    claim(csv_reader_next(&reader, &record) && !record.objection && record.count == 3);
    claim(strcmp(record.fields[1] + csv_guard_length(record.fields[1]), one) == 0);
    claim(strcmp(record.fields[2] + csv_guard_length(record.fields[2]), other) == 0);
    claim(!csv_reader_next(&reader, &record));
    csv_reader_clear(&reader);
    feed_clear(&feed);
    text_clear(&row);
    free(one);
    free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pieces_make_no_difference(data, size);
    what_is_written_is_read(data, size);
    return 0;
}
