/* A long answer on its way: the client's pace on the http thread, the pieces made on workers. */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct exchange;
struct stream;
struct streaming;
struct subscriber;

enum streaming_read {
    STREAMING_BYTES,     /* some were copied */
    STREAMING_SUSPENDED, /* come again when the connection is resumed */
    STREAMING_END,
    STREAMING_BROKEN, /* cut the connection: the answer is incomplete */
};

/* Takes ownership of stream, and of the reader's reference to subscriber, which may be NULL; has
 * one reference, the reader's, and gives the exchange another. NULL (both released) when out of
 * memory.
 */
struct streaming *streaming_new(struct exchange *exchange, struct stream *stream,
                                struct subscriber *subscriber);

/* On the http thread: up to size bytes into buffer. */
enum streaming_read streaming_read(struct streaming *streaming, char *buffer, size_t size,
                                   size_t *length);

/* From any thread: a reader that waits for a piece is told that it will not come; live events end.
 */
void streaming_abort(struct streaming *streaming);

/* True for live events, which have no end of their own. */
bool streaming_is_live(const struct streaming *streaming);

/* True when the client did not take them in time: its connection is to be cut. */
bool streaming_is_cut(const struct streaming *streaming);

/* On the http thread, when nothing will be read any more; gives the reader's reference back. */
void streaming_close(struct streaming *streaming);

void streaming_drop(struct streaming *streaming);

#endif
