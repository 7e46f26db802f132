/* Bytes that come in pieces, held in one window until their reader has done with them. */
#ifndef BASE_FEED_H
#define BASE_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The longest record a reader may hold. */
#define FEED_RECORD_BYTES_MAX (1U << 20)

/* As read(2): 0 at the end, -1 when it failed (errno says why). */
typedef ssize_t byte_source(void *context, char *bytes, size_t size);

struct feed {
    byte_source *source;
    void *context;
    char *bytes; /* owned */
    size_t start;
    size_t end;   /* of what is there: bytes[start..end) */
    int64_t line; /* of bytes[start], from 1 */
    bool ended;   /* the source has no more */
    bool cut;     /* the rest of the line is still to be passed over */
    bool failed;  /* it could not be read: error is its errno */
    int error;
};

/* False when out of memory. Zero-initialised before; feed_clear after. */
bool feed_init(struct feed *feed, byte_source *source, void *context);
void feed_clear(struct feed *feed);

/* Brings more bytes behind those that are there; what bytes[start] is stays so, its address may
 * change. False when no more come: at the end, after a failure, or with a full window. */
bool feed_more(struct feed *feed);

/* Where the byte at offset from start is, having brought it; NULL when it does not come. */
const char *feed_at(struct feed *feed, size_t offset);

/* The reader has done with length bytes. */
void feed_skip(struct feed *feed, size_t length);

/* How many bytes there are up to the next line end, without it: true with *length and the line
 * end's own bytes (LF or CRLF; 0 at the end of all); false when the line is longer than a record
 * may be, or there is nothing. */
bool feed_line(struct feed *feed, size_t *length, size_t *line_end);

/* What is left of a line that is too long is no line: takes all there is of it, its length
 * returned, and feed_end_cut, before the next record, passes over the rest up to the line's end. */
size_t feed_cut_line(struct feed *feed);
void feed_end_cut(struct feed *feed);

/* Skips a UTF-8 byte order mark; false when there is one of UTF-16 or UTF-32. For the beginning. */
bool feed_skip_mark(struct feed *feed);

#endif
