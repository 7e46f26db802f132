#include "http/subscriber.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/connection.h"

#define ALL_PENDING_BYTES_MAX (256U << 20) /* past it whoever is not quick enough is cut */

/* What all listeners together have not taken yet. */
static atomic_size_t all_pending_bytes;

enum subscriber_state {
    SUBSCRIBER_LISTENS,
    SUBSCRIBER_ENDS, /* after what is pending */
    SUBSCRIBER_CUT,
};

struct subscriber {
    atomic_uint references;
    atomic_int state;
    atomic_bool over;
    pthread_mutex_t lock; /* of all below; taken before libmicrohttpd's own */
    struct text pending;  /* empty, and without memory, while nothing waits to be sent */
    size_t sent;
    struct MHD_Connection *waiting; /* suspended until there is something to do */
};

struct subscriber *subscriber_new(size_t bytes_max) {
    struct subscriber *subscriber = calloc(1, sizeof *subscriber);
    if (!subscriber) {
        return NULL;
    }
    atomic_init(&subscriber->references, 1);
    pthread_mutex_init(&subscriber->lock, NULL);
    subscriber->pending.bytes_max = bytes_max;
    return subscriber;
}

struct subscriber *subscriber_keep(struct subscriber *subscriber) {
    atomic_fetch_add(&subscriber->references, 1);
    return subscriber;
}

void subscriber_drop(struct subscriber *subscriber) {
    if (atomic_fetch_sub(&subscriber->references, 1) != 1) {
        return;
    }
    atomic_fetch_sub(&all_pending_bytes, subscriber->pending.length);
    text_clear(&subscriber->pending);
    pthread_mutex_destroy(&subscriber->lock);
    free(subscriber);
}

bool subscriber_is_over(const struct subscriber *subscriber) {
    return atomic_load(&subscriber->over);
}

bool subscriber_listens(const struct subscriber *subscriber) {
    return atomic_load(&subscriber->state) == SUBSCRIBER_LISTENS;
}

bool subscriber_is_cut(const struct subscriber *subscriber) {
    return atomic_load(&subscriber->state) == SUBSCRIBER_CUT;
}

/* Under the lock. A connection that was closed is not waiting: it is resumed before. */
static void wake(struct subscriber *subscriber) {
    struct MHD_Connection *waiting = subscriber->waiting;
    subscriber->waiting = NULL;
    if (waiting) {
        connection_resume(waiting);
    }
}

static void enter(struct subscriber *subscriber, enum subscriber_state state) {
    pthread_mutex_lock(&subscriber->lock);
    if (subscriber_listens(subscriber)) {
        atomic_store(&subscriber->state, (int)state);
    }
    wake(subscriber);
    pthread_mutex_unlock(&subscriber->lock);
}

void subscriber_end(struct subscriber *subscriber) {
    enter(subscriber, SUBSCRIBER_ENDS);
}

void subscriber_cut(struct subscriber *subscriber) {
    enter(subscriber, SUBSCRIBER_CUT);
}

/* Under the lock. */
static void append(struct subscriber *subscriber, const char *bytes, size_t length) {
    struct text *pending = &subscriber->pending;
    bool crowded = pending->length > 0 && atomic_load(&all_pending_bytes) > ALL_PENDING_BYTES_MAX;
    size_t before = pending->length;
    if (!crowded) {
        text_append_bytes(pending, bytes, length);
    }
    atomic_fetch_add(&all_pending_bytes, pending->length - before);
    if (crowded || pending->failed) {
        atomic_store(&subscriber->state, SUBSCRIBER_CUT);
    }
}

void subscriber_push(struct subscriber *subscriber, const char *bytes, size_t length) {
    if (subscriber_is_over(subscriber)) {
        return;
    }
    pthread_mutex_lock(&subscriber->lock);
    if (subscriber_listens(subscriber)) {
        append(subscriber, bytes, length);
        wake(subscriber);
    }
    pthread_mutex_unlock(&subscriber->lock);
}

static void forget_what_was_sent(struct subscriber *subscriber) {
    size_t bytes_max = subscriber->pending.bytes_max;
    atomic_fetch_sub(&all_pending_bytes, subscriber->pending.length);
    text_clear(&subscriber->pending);
    subscriber->pending = (struct text){.bytes_max = bytes_max};
    subscriber->sent = 0;
}

static size_t take_pending(struct subscriber *subscriber, char *buffer, size_t size) {
    size_t left = subscriber->pending.length - subscriber->sent;
    size_t length = left < size ? left : size;
    memcpy(buffer, subscriber->pending.bytes + subscriber->sent, length);
    subscriber->sent += length;
    if (length == left) {
        forget_what_was_sent(subscriber);
    }
    return length;
}

/* Under the lock. */
static enum streaming_read read_pending(struct subscriber *subscriber,
                                        struct MHD_Connection *connection, char *buffer,
                                        size_t size, size_t *length) {
    int state = atomic_load(&subscriber->state);
    if (state == SUBSCRIBER_CUT) {
        return STREAMING_BROKEN;
    }
    if (subscriber->pending.length > 0) {
        *length = take_pending(subscriber, buffer, size);
        return STREAMING_BYTES;
    }
    if (state == SUBSCRIBER_ENDS) {
        return STREAMING_END;
    }
    connection_suspend(connection);
    subscriber->waiting = connection;
    return STREAMING_SUSPENDED;
}

enum streaming_read subscriber_read(struct subscriber *subscriber,
                                    struct MHD_Connection *connection, char *buffer, size_t size,
                                    size_t *length) {
    pthread_mutex_lock(&subscriber->lock);
    enum streaming_read read = read_pending(subscriber, connection, buffer, size, length);
    pthread_mutex_unlock(&subscriber->lock);
    return read;
}

void subscriber_close(struct subscriber *subscriber) {
    atomic_store(&subscriber->over, true);
    subscriber_drop(subscriber);
}
