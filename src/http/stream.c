#include "http/stream.h"

#include <stdlib.h>
#include <string.h>

#include "http/connection.h"
#include "http/parts.h"
#include "http/subscriber.h"

#define CHUNK_BYTES_MAX (4U << 20) /* what one call of next_chunk may make */

enum streaming_state {
    STREAMING_IDLE,
    STREAMING_WORKING, /* suspended; a worker makes the next piece */
    STREAMING_ABORTED,
};

/* The worker owns chunk and ended while WORKING, the http thread otherwise. */
struct streaming {
    atomic_uint references;
    atomic_int state;
    struct server *server;
    struct MHD_Connection *connection;
    struct stream *stream;         /* owned; NULL once all of it was sent */
    struct subscriber *subscriber; /* the reader's reference, or NULL */
    struct text chunk;
    size_t sent;
    bool ended;
    bool waiting; /* suspended by us */
    struct job job;
};

static void make_chunk(struct job *job);

static void release(struct stream *stream, struct subscriber *subscriber) {
    if (stream) {
        stream->release(stream);
    }
    if (subscriber) {
        subscriber_close(subscriber);
    }
}

struct streaming *streaming_new(struct exchange *exchange, struct stream *stream,
                                struct subscriber *subscriber) {
    struct streaming *streaming = calloc(1, sizeof *streaming);
    if (!streaming) {
        release(stream, subscriber);
        return NULL;
    }
    streaming->subscriber = subscriber;
    if (subscriber) {
        atomic_fetch_add(&exchange->server->live_streams, 1);
    }
    atomic_init(&streaming->references, 2);
    streaming->server = exchange->server;
    streaming->connection = exchange->connection;
    streaming->stream = stream;
    streaming->chunk.bytes_max = CHUNK_BYTES_MAX;
    streaming->job.run = make_chunk;
    atomic_store(&exchange->streaming, streaming);
    return streaming;
}

void streaming_drop(struct streaming *streaming) {
    if (atomic_fetch_sub(&streaming->references, 1) != 1) {
        return;
    }
    release(streaming->stream, streaming->subscriber);
    text_clear(&streaming->chunk);
    free(streaming);
}

/* On a worker, which has a reference. */
static void make_chunk(struct job *job) {
    struct streaming *streaming =
        (struct streaming *)((char *)job - offsetof(struct streaming, job));
    streaming->chunk.length = 0;
    streaming->sent = 0;
    while (!streaming->ended && !streaming->chunk.failed && streaming->chunk.length == 0) {
        streaming->ended = !streaming->stream->next_chunk(streaming->stream, &streaming->chunk);
    }
    int working = STREAMING_WORKING;
    if (atomic_compare_exchange_strong(&streaming->state, &working, STREAMING_IDLE)) {
        connection_resume(streaming->connection);
    }
    streaming_drop(streaming);
}

/* False when the server no longer waits. */
static bool begin_wait(struct streaming *streaming) {
    struct server *server = streaming->server;
    atomic_fetch_add(&server->suspended, 1);
    if (atomic_load(&server->refusing)) {
        atomic_fetch_sub(&server->suspended, 1);
        return false;
    }
    streaming->waiting = true;
    return true;
}

static enum streaming_read wait_for_chunk(struct streaming *streaming) {
    if (!begin_wait(streaming)) {
        return STREAMING_BROKEN;
    }
    connection_suspend(streaming->connection);
    atomic_fetch_add(&streaming->references, 1);
    atomic_store(&streaming->state, STREAMING_WORKING);
    workers_submit_always(streaming->server->workers, &streaming->job);
    return STREAMING_SUSPENDED;
}

static void end_wait(struct streaming *streaming) {
    if (streaming->waiting) {
        streaming->waiting = false;
        atomic_fetch_sub(&streaming->server->suspended, 1);
    }
}

void streaming_close(struct streaming *streaming) {
    end_wait(streaming);
    if (streaming->subscriber) {
        atomic_fetch_sub(&streaming->server->live_streams, 1);
    }
    streaming_drop(streaming);
}

/* Thousands of these wait for long, each with next to nothing. */
static void forget_the_past(struct streaming *streaming) {
    release(streaming->stream, NULL);
    streaming->stream = NULL;
    text_clear(&streaming->chunk);
    streaming->chunk = (struct text){0};
    streaming->sent = 0;
}

static enum streaming_read read_live(struct streaming *streaming, char *buffer, size_t size,
                                     size_t *length) {
    forget_the_past(streaming);
    if (!begin_wait(streaming)) {
        return STREAMING_BROKEN;
    }
    enum streaming_read read =
        subscriber_read(streaming->subscriber, streaming->connection, buffer, size, length);
    if (read != STREAMING_SUSPENDED) {
        end_wait(streaming);
    }
    return read;
}

enum streaming_read streaming_read(struct streaming *streaming, char *buffer, size_t size,
                                   size_t *length) {
    end_wait(streaming);
    if (atomic_load(&streaming->state) == STREAMING_ABORTED || streaming->chunk.failed) {
        return STREAMING_BROKEN;
    }
    size_t left = streaming->chunk.length - streaming->sent;
    if (left == 0 && !streaming->ended) {
        return wait_for_chunk(streaming);
    }
    if (left == 0) {
        return streaming->subscriber ? read_live(streaming, buffer, size, length) : STREAMING_END;
    }
    *length = left < size ? left : size;
    memcpy(buffer, streaming->chunk.bytes + streaming->sent, *length);
    streaming->sent += *length;
    return STREAMING_BYTES;
}

void streaming_abort(struct streaming *streaming) {
    int working = STREAMING_WORKING;
    if (atomic_compare_exchange_strong(&streaming->state, &working, STREAMING_ABORTED)) {
        connection_resume(streaming->connection);
    }
    if (streaming->subscriber) {
        subscriber_cut(streaming->subscriber);
    }
}

bool streaming_is_live(const struct streaming *streaming) {
    return streaming->subscriber != NULL;
}

bool streaming_is_cut(const struct streaming *streaming) {
    return streaming->subscriber && subscriber_is_cut(streaming->subscriber);
}
