/* Reads CSV (RFC 4180) record by record from bytes that come in pieces, holding one at a time. */
#ifndef BASE_CSV_READER_H
#define BASE_CSV_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/feed.h"
#include "base/text.h"

#define CSV_FIELDS_MAX 512

struct csv_reader {
    struct feed *feed; /* lent */
    char separator;
    struct text cells; /* of the record, each with its NUL */
    size_t offsets[CSV_FIELDS_MAX];
    size_t count;
    size_t scanned; /* of the record: how far it has been read */
};

/* One record. All is lent until the next call. */
struct csv_record {
    int64_t line;      /* where it begins */
    const char *raw;   /* as it stands in the file, */
    size_t raw_length; /* without its line end */
    size_t count;
    const char *fields[CSV_FIELDS_MAX]; /* unquoted */
    const char *objection; /* why the record could not be read: raw is then its first line alone
                              (what was read of it, if it is too long), and the next call goes on
                              behind that line */
};

/* separator: what is between fields, or 0 to look which of , ; and TAB the first line has most of.
 */
void csv_reader_init(struct csv_reader *reader, struct feed *feed, char separator);
void csv_reader_clear(struct csv_reader *reader);

/* The next record; empty lines are passed over. False at the end, or when the feed failed. */
bool csv_reader_next(struct csv_reader *reader, struct csv_record *record);

#endif
