/* The rows of a file to import, CSV or NDJSON, each as the JSON body that the API takes. */
#ifndef CLI_IMPORT_ROWS_H
#define CLI_IMPORT_ROWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/csv_reader.h"
#include "base/feed.h"
#include "cli/import_columns.h"

enum row_format {
    ROWS_FIND_OUT, /* from the first character */
    ROWS_CSV,
    ROWS_NDJSON,
};

struct import_rows {
    int file;
    int64_t size;  /* of the file; 0 when not known: a pipe */
    int64_t given; /* bytes read of it */
    struct feed feed;
    enum row_format format;
    struct csv_reader csv;
    struct csv_record record;
    struct file_columns columns;
    char *header; /* owned: the header as it stands in the file */
    json_t *body; /* owned: the row's */
};

/* A row as it stands in its file. */
struct row_place {
    int64_t line;
    bool whole; /* it has the fields that the header names */
    const char *raw;
    size_t raw_length; /* without its line end */
};

/* One row; all is lent until the next. */
struct import_row {
    struct row_place place;
    json_t *body;          /* NULL when it cannot be read: */
    const char *column;    /* then this one (or "") */
    const char *objection; /* is why */
    char words[160];       /* room for it */
};

/* What is to be read, and how. */
struct import_rows_options {
    const char *path; /* "-": standard input */
    enum row_format format;
    char separator; /* of CSV; 0: find out */
    const struct column_table *table;
    bool ignore_unknown;
};

/* False, having said on stderr why, when it cannot be read at all. Cleared either way. */
bool import_rows_open(struct import_rows *rows, const struct import_rows_options *options);
void import_rows_clear(struct import_rows *rows);

/* False at the end, or having said on stderr why, when rows->feed.failed. */
bool import_rows_next(struct import_rows *rows, struct import_row *row);

#endif
