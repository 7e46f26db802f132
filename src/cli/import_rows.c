#include "cli/import_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* ---- opening ---- */

static ssize_t read_piece(void *context, char *bytes, size_t size) {
    struct import_rows *rows = context;
    ssize_t count = read(rows->file, bytes, size);
    rows->given += count > 0 ? count : 0;
    return count;
}

static bool refuse_file(const char *path, const char *why) {
    fprintf(stderr, "understood: cannot import %s: %s\n", path, why);
    return false;
}

static bool open_file(struct import_rows *rows, const char *path) {
    rows->file = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (rows->file < 0 || fstat(rows->file, &status)) {
        return refuse_file(path, strerror(errno));
    }
    if (S_ISDIR(status.st_mode)) {
        return refuse_file(path, "it is a folder");
    }
    rows->size = S_ISREG(status.st_mode) ? status.st_size : 0;
    posix_fadvise(rows->file, 0, 0, POSIX_FADV_SEQUENTIAL);
    return feed_init(&rows->feed, read_piece, rows) || refuse_file(path, "out of memory");
}

/* True when the first character that is no blank is this one. */
static bool begins_with(struct feed *feed, char character) {
    size_t offset = 0;
    const char *at;
    while ((at = feed_at(feed, offset)) && *at && strchr(" \t\r\n", *at)) {
        offset++;
    }
    return at && *at == character;
}

static bool read_header(struct import_rows *rows, const struct import_rows_options *options) {
    csv_reader_init(&rows->csv, &rows->feed, options->separator);
    if (!csv_reader_next(&rows->csv, &rows->record)) {
        return refuse_file(options->path, "it has no header; the first line names the columns");
    }
    CLEANUP(text_clear) struct text objection = {0};
    if (!file_columns_read(&rows->columns, options->table, &rows->record, options->ignore_unknown,
                           &objection)) {
        return refuse_file(options->path, objection.bytes ? objection.bytes : "out of memory");
    }
    rows->header = strndup(rows->record.raw, rows->record.raw_length);
    return rows->header != NULL;
}

static bool begin(struct import_rows *rows, const struct import_rows_options *options) {
    if (!feed_skip_mark(&rows->feed)) {
        return refuse_file(options->path, "it is UTF-16 or binary; save it as UTF-8");
    }
    bool array = begins_with(&rows->feed, '[');
    rows->format = options->format;
    if (rows->format == ROWS_FIND_OUT) {
        rows->format = array || begins_with(&rows->feed, '{') ? ROWS_NDJSON : ROWS_CSV;
    }
    if (rows->feed.failed) {
        return refuse_file(options->path, strerror(rows->feed.error));
    }
    if (rows->format == ROWS_NDJSON && array) {
        return refuse_file(options->path,
                           "it is one JSON array; expected an object a line (jq -c '.[]' makes it "
                           "so)");
    }
    return rows->format == ROWS_NDJSON || read_header(rows, options);
}

bool import_rows_open(struct import_rows *rows, const struct import_rows_options *options) {
    *rows = (struct import_rows){.file = -1};
    return open_file(rows, options->path) && begin(rows, options);
}

void import_rows_clear(struct import_rows *rows) {
    json_decref(rows->body);
    csv_reader_clear(&rows->csv);
    file_columns_clear(&rows->columns);
    free(rows->header);
    feed_clear(&rows->feed);
    if (rows->file > STDIN_FILENO) {
        close(rows->file);
    }
    rows->file = -1;
}

/* ---- reading ---- */

static void read_object(struct import_rows *rows, struct import_row *row) {
    json_error_t error;
    rows->body = json_loadb(row->place.raw, row->place.raw_length, JSON_REJECT_DUPLICATES, &error);
    row->column = "";
    if (!rows->body) {
        snprintf(row->words, sizeof row->words, "is not JSON: %.80s, at character %d", error.text,
                 error.column);
        row->objection = row->words;
    } else if (!json_is_object(rows->body)) {
        json_decref(rows->body);
        rows->body = NULL;
        row->objection = "is not a JSON object";
    } else {
        /* What our own file of rejects put there. */
        json_object_del(rows->body, "rejected");
    }
}

static bool next_object(struct import_rows *rows, struct import_row *row) {
    struct feed *feed = &rows->feed;
    size_t length = 0;
    size_t line_end = 0;
    bool whole;
    feed_end_cut(feed);
    while ((whole = feed_line(feed, &length, &line_end)) && length == 0) {
        feed_skip(feed, line_end);
    }
    if (!whole && feed->start == feed->end) {
        return false;
    }
    row->place.line = feed->line;
    row->place.raw = feed->bytes + feed->start;
    if (whole) {
        row->place.raw_length = length;
        feed_skip(feed, length + line_end);
        read_object(rows, row);
    } else {
        row->place.raw_length = feed_cut_line(feed);
        row->objection = "is longer than 1 MiB";
    }
    return !feed->failed;
}

static bool next_record(struct import_rows *rows, struct import_row *row) {
    if (!csv_reader_next(&rows->csv, &rows->record)) {
        return false;
    }
    row->place.line = rows->record.line;
    row->place.raw = rows->record.raw;
    row->place.raw_length = rows->record.raw_length;
    rows->body = file_columns_body(&rows->columns, &rows->record, &row->column, &row->objection);
    row->place.whole = rows->body || *row->column;
    return true;
}

bool import_rows_next(struct import_rows *rows, struct import_row *row) {
    json_decref(rows->body);
    rows->body = NULL;
    row->objection = NULL;
    row->column = "";
    bool given = rows->format == ROWS_CSV ? next_record(rows, row) : next_object(rows, row);
    row->body = rows->body;
    if (rows->feed.failed) {
        fprintf(stderr, "understood: reading stopped: %s\n", strerror(rows->feed.error));
        return false;
    }
    return given;
}
