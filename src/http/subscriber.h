/* Whoever listens to a live stream: what is pushed, from any thread, is sent at the client's pace.
 */
#ifndef HTTP_SUBSCRIBER_H
#define HTTP_SUBSCRIBER_H

#include <stdbool.h>
#include <stddef.h>

#include "http/stream.h"

struct MHD_Connection;
struct subscriber;

/* With one reference; NULL when out of memory. At most bytes_max are kept for a client that does
 * not read. */
struct subscriber *subscriber_new(size_t bytes_max);
struct subscriber *subscriber_keep(struct subscriber *subscriber);
void subscriber_drop(struct subscriber *subscriber);

/* From any thread. What does not fit any more is not sent, and the connection is cut: who reads so
 * slowly comes again and says how far it came. */
void subscriber_push(struct subscriber *subscriber, const char *bytes, size_t length);

/* From any thread: the answer ends well, after what was pushed; what is pushed later is not sent.
 */
void subscriber_end(struct subscriber *subscriber);

/* From any thread: the connection is cut. */
void subscriber_cut(struct subscriber *subscriber);

/* True when nobody will read any more. */
bool subscriber_is_over(const struct subscriber *subscriber);

/* False once it ends or is cut: nothing more is to be told. */
bool subscriber_listens(const struct subscriber *subscriber);

/* True when the connection is to be cut, though it may wait for its client just now. */
bool subscriber_is_cut(const struct subscriber *subscriber);

/* On the http thread: what was pushed, up to size bytes of it; or the connection is suspended until
 * there is some. */
enum streaming_read subscriber_read(struct subscriber *subscriber,
                                    struct MHD_Connection *connection, char *buffer, size_t size,
                                    size_t *length);

/* On the http thread, when nothing will be read any more; drops the reader's reference. */
void subscriber_close(struct subscriber *subscriber);

#endif
