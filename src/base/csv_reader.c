#include "base/csv_reader.h"

#include <string.h>

#include "base/array.h"

#define TOO_LONG    "is longer than 1 MiB: is a quote not closed?"
#define NOT_CLOSED  "has a quote that is not closed"
#define AFTER_QUOTE "has text behind a closing quote: a quote inside a field is written twice"
#define TOO_MANY    "has more than 512 fields"
#define WITH_NUL    "has a NUL byte"

void csv_reader_init(struct csv_reader *reader, struct feed *feed, char separator) {
    *reader = (struct csv_reader){.feed = feed, .separator = separator};
    reader->cells.bytes_max = (size_t)2 * FEED_RECORD_BYTES_MAX;
}

void csv_reader_clear(struct csv_reader *reader) {
    text_clear(&reader->cells);
}

/* Names in a header seldom have quotes, but may. */
static size_t count_outside_quotes(const char *line, size_t length, char separator) {
    size_t count = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        quoted ^= line[i] == '"';
        count += !quoted && line[i] == separator;
    }
    return count;
}

static char find_separator(struct feed *feed) {
    static const char candidates[] = {',', ';', '\t'};
    size_t length;
    size_t line_end;
    char best = candidates[0];
    size_t most = 0;
    if (!feed_line(feed, &length, &line_end)) {
        return best;
    }
    for (size_t i = 0; i < COUNT(candidates); i++) {
        size_t count = count_outside_quotes(feed->bytes + feed->start, length, candidates[i]);
        if (count > most) {
            most = count;
            best = candidates[i];
        }
    }
    return best;
}

/* What is there of the record, from where it was read to; empty at the end of all. */
static size_t unread(const struct csv_reader *reader, const char **bytes) {
    const char *at = feed_at(reader->feed, reader->scanned);
    *bytes = at;
    return at ? (size_t)(reader->feed->bytes + reader->feed->end - at) : 0;
}

static int peek(const struct csv_reader *reader) {
    const char *at = feed_at(reader->feed, reader->scanned);
    return at ? (unsigned char)*at : -1;
}

static void take(struct csv_reader *reader, const char *bytes, size_t length) {
    text_append_bytes(&reader->cells, bytes, length);
    reader->scanned += length;
}

static size_t plain_length(const char *bytes, size_t length, char separator) {
    size_t at = 0;
    while (at < length && bytes[at] != separator && bytes[at] != '\n' && bytes[at] != '\r') {
        at++;
    }
    return at;
}

/* A CR that no LF follows is part of the field. */
static bool at_line_end(const struct csv_reader *reader) {
    int byte = peek(reader);
    if (byte != '\r') {
        return byte == '\n' || byte == -1;
    }
    const char *next = feed_at(reader->feed, reader->scanned + 1);
    return !next || *next == '\n';
}

static void read_plain(struct csv_reader *reader) {
    const char *bytes;
    size_t length;
    while ((length = unread(reader, &bytes)) > 0) {
        size_t plain = plain_length(bytes, length, reader->separator);
        take(reader, bytes, plain);
        if (plain == length) {
            continue;
        }
        if (peek(reader) != '\r' || at_line_end(reader)) {
            return;
        }
        take(reader, "\r", 1);
    }
}

/* Behind the opening quote. */
static const char *read_quoted(struct csv_reader *reader) {
    const char *bytes;
    size_t length;
    while ((length = unread(reader, &bytes)) > 0) {
        const char *quote = memchr(bytes, '"', length);
        take(reader, bytes, quote ? (size_t)(quote - bytes) : length);
        if (!quote) {
            continue;
        }
        reader->scanned++;
        if (peek(reader) != '"') {
            return peek(reader) == reader->separator || at_line_end(reader) ? NULL : AFTER_QUOTE;
        }
        take(reader, "\"", 1);
    }
    return NOT_CLOSED;
}

static const char *read_field(struct csv_reader *reader) {
    if (reader->count == CSV_FIELDS_MAX) {
        return TOO_MANY;
    }
    reader->offsets[reader->count++] = reader->cells.length;
    const char *objection = NULL;
    if (peek(reader) == '"') {
        reader->scanned++;
        objection = read_quoted(reader);
    } else {
        read_plain(reader);
    }
    text_append_char(&reader->cells, '\0');
    return objection;
}

static const char *read_fields(struct csv_reader *reader) {
    const char *objection;
    reader->cells.length = 0;
    reader->count = 0;
    reader->scanned = 0;
    while (!(objection = read_field(reader)) && peek(reader) == reader->separator) {
        reader->scanned++;
    }
    /* No more comes although the source has more: the window is full. */
    bool cut = peek(reader) == -1 && !reader->feed->ended;
    if (cut || reader->cells.failed) {
        return TOO_LONG;
    }
    const char *raw = reader->feed->bytes + reader->feed->start;
    return !objection && memchr(raw, '\0', reader->scanned) ? WITH_NUL : objection;
}

static size_t line_end_length(const struct csv_reader *reader) {
    return peek(reader) == '\r' ? (feed_at(reader->feed, reader->scanned + 1) ? 2 : 1)
                                : peek(reader) == '\n';
}

/* The first line alone is given up, so that one lost quote does not take the whole file along. */
static void give_up_line(struct csv_reader *reader, struct csv_record *record) {
    struct feed *feed = reader->feed;
    size_t line_end;
    reader->cells.failed = false;
    record->count = 0;
    bool whole = feed_line(feed, &record->raw_length, &line_end);
    record->raw = feed->bytes + feed->start;
    if (whole) {
        feed_skip(feed, record->raw_length + line_end);
    } else {
        record->raw_length = feed_cut_line(feed);
    }
}

static void fill(struct csv_reader *reader, struct csv_record *record) {
    record->raw = reader->feed->bytes + reader->feed->start;
    record->count = reader->count;
    record->raw_length = reader->scanned;
    for (size_t i = 0; i < reader->count; i++) {
        record->fields[i] = reader->cells.bytes + reader->offsets[i];
    }
    feed_skip(reader->feed, reader->scanned + line_end_length(reader));
}

static void skip_empty_lines(struct csv_reader *reader) {
    reader->scanned = 0;
    while (peek(reader) != -1 && at_line_end(reader)) {
        feed_skip(reader->feed, line_end_length(reader));
    }
}

bool csv_reader_next(struct csv_reader *reader, struct csv_record *record) {
    struct feed *feed = reader->feed;
    if (!reader->separator) {
        reader->separator = find_separator(feed);
    }
    feed_end_cut(feed);
    skip_empty_lines(reader);
    if (peek(reader) == -1) {
        return false;
    }
    record->line = feed->line;
    record->objection = read_fields(reader);
    if (feed->failed) {
        return false;
    }
    if (record->objection) {
        give_up_line(reader, record);
    } else {
        fill(reader, record);
    }
    return true;
}
