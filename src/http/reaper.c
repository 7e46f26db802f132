#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/time.h"
#include "http/parts.h"
#include "http/stream.h"
#include "http/watch.h"

#define TICK_MS_MAX     500
#define TICK_MS_MIN     20
#define OVERDUE_MAX     256  /* requests given up in one look at one thread's connections */
#define IDLE_MS_CROWDED 1000 /* when few connections are left, idle ones give way */
#define READ_BYTES_MIN  4096
#define LIVE_TICKS      4 /* live streams, of which there may be thousands, are looked at so seldom */
#define US_PER_MS       1000

struct reaper {
    struct server *server;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
};

static int64_t limit_us(unsigned milliseconds) {
    return (int64_t)milliseconds * US_PER_MS;
}

/* An eighth of the shortest deadline. */
static unsigned tick_ms(const struct live_limits *limits) {
    unsigned shortest = atomic_load(&limits->header_deadline_ms);
    unsigned body_ms = atomic_load(&limits->body_deadline_ms);
    unsigned answer_ms = atomic_load(&limits->answer_deadline_ms);
    shortest = body_ms < shortest ? body_ms : shortest;
    shortest = answer_ms < shortest ? answer_ms : shortest;
    shortest /= 8;
    return shortest > TICK_MS_MAX ? TICK_MS_MAX : shortest < TICK_MS_MIN ? TICK_MS_MIN : shortest;
}

/* Nine tenths of the connections that may be are there. */
static bool crowded(const struct entrance *entrance) {
    long most = entrance->connections_max;
    return atomic_load(&entrance->connections) >= most - most / 10;
}

/* False on what is no TCP socket. */
static bool tcp_state(int fd, struct tcp_info *info) {
    socklen_t length = sizeof *info;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length) == 0;
}

/* What the peer has sent on this connection so far. On a Unix socket, which has no such count, 0:
 * whatever is not a whole request line then counts as idleness. */
static uint64_t bytes_received(int fd) {
    struct tcp_info info = {0};
    return tcp_state(fd, &info) ? info.tcpi_bytes_received : 0;
}

/*
 * Before a request line is whole libmicrohttpd tells nothing of the bytes that arrive; the kernel
 * does. Between two requests, those that were there at the first look count as none: they may be
 * the last request's.
 */
static void look_for_bytes(struct watch *watch, int64_t since, int64_t now, bool fresh) {
    uint64_t bytes = bytes_received(watch->fd);
    if (watch->seen_since_us != since) {
        watch->seen_since_us = since;
        watch->looked_us = since;
        watch->seen_bytes = fresh ? 0 : bytes;
        watch->bytes_since_us = 0;
    }
    if (bytes > watch->seen_bytes && !watch->bytes_since_us) {
        watch->bytes_since_us = watch->looked_us;
    }
    watch->looked_us = now;
}

/* What a connection without a request may take from when on. */
static bool silence_overdue(const struct watch *watch, int64_t since, int64_t now, unsigned idle_ms,
                            unsigned header_ms) {
    return watch->bytes_since_us ? now - watch->bytes_since_us > limit_us(header_ms)
                                 : now - since > limit_us(idle_ms);
}

static unsigned idle_limit_ms(const struct watch_table *table) {
    unsigned idle_ms = table->server->options.idle_timeout_ms;
    return crowded(table->entrance) && idle_ms > IDLE_MS_CROWDED ? IDLE_MS_CROWDED : idle_ms;
}

/*
 * A peer that leaves its answer lying takes at least READ_BYTES_MIN of it in limit_ms, or holds the
 * connection, and what an export keeps for it, as long as it likes. While all was taken, and the
 * next piece is ours to make, no time is counted.
 */
static bool reading_overdue(struct watch *watch, int64_t since, int64_t now, unsigned limit_ms) {
    struct tcp_info info = {0};
    if (watch->seen_since_us != since) {
        watch->seen_since_us = since;
        watch->reading_since_us = 0;
    }
    bool lying = tcp_state(watch->fd, &info) && (info.tcpi_notsent_bytes || info.tcpi_unacked);
    if (!lying || !watch->reading_since_us ||
        info.tcpi_bytes_acked - watch->seen_acked >= READ_BYTES_MIN) {
        watch->reading_since_us = lying ? now : 0;
        watch->seen_acked = info.tcpi_bytes_acked;
        return false;
    }
    return now - watch->reading_since_us > limit_us(limit_ms);
}

/* Judged by when we look again, so that no deadline is passed. */
static bool overdue(struct watch *watch, int64_t now, int64_t next_us) {
    const struct server *server = watch->table->server;
    const struct live_limits *limits = &server->limits;
    unsigned header_ms = atomic_load(&limits->header_deadline_ms);
    unsigned body_ms = atomic_load(&limits->body_deadline_ms);
    int64_t since = atomic_load_explicit(&watch->since_us, memory_order_relaxed);
    switch ((enum watch_phase)atomic_load_explicit(&watch->phase, memory_order_acquire)) {
    case WATCH_NEW:
        look_for_bytes(watch, since, now, true);
        return silence_overdue(watch, since, next_us, header_ms, header_ms);
    case WATCH_IDLE:
        look_for_bytes(watch, since, now, false);
        return silence_overdue(watch, since, next_us, idle_limit_ms(watch->table), header_ms);
    case WATCH_HEAD:
        return next_us - since > limit_us(header_ms);
    case WATCH_BODY:
        return next_us - since > limit_us(body_ms);
    case WATCH_ANSWER:
        return reading_overdue(watch, since, next_us, body_ms);
    }
    return false;
}

/* shutdown, never close: the descriptor is libmicrohttpd's. What the peer does not read goes at
 * once, or the kernel would keep it for as long as the peer likes. */
static void cut(const struct watch *watch) {
    static const struct linger at_once = {.l_onoff = 1};
    if (atomic_load(&watch->phase) == WATCH_ANSWER) {
        setsockopt(watch->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    shutdown(watch->fd, SHUT_RDWR);
}

/* The live stream on this connection, or NULL. */
static struct streaming *live_stream(const struct watch *watch) {
    struct streaming *streaming = watch->exchange ? atomic_load(&watch->exchange->streaming) : NULL;
    return streaming && streaming_is_live(streaming) ? streaming : NULL;
}

/* Suspended, libmicrohttpd sees nothing of its peer. Whoever sends no more has gone: no client of a
 * live stream ends its half alone. */
static bool peer_left(int fd) {
    char byte;
    ssize_t received = recv(fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
    return received == 0 || (received < 0 && errno != EAGAIN && errno != EINTR);
}

/* A live stream that nobody reads any more, or too slowly. */
static bool unheard(struct watch *watch, const struct streaming *streaming, int64_t now) {
    const struct live_limits *limits = &watch->table->server->limits;
    if (streaming_is_cut(streaming)) {
        return true;
    }
    if (now - watch->looked_us < LIVE_TICKS * limit_us(tick_ms(limits))) {
        return false;
    }
    watch->looked_us = now;
    int64_t since = atomic_load_explicit(&watch->since_us, memory_order_relaxed);
    return peer_left(watch->fd) ||
           reading_overdue(watch, since, now, atomic_load(&limits->body_deadline_ms));
}

/* Waits for an answer, past when. */
static bool waits(const struct watch *watch, int64_t when) {
    int64_t deadline = watch->exchange ? exchange_deadline_us(watch->exchange) : 0;
    return deadline && deadline <= when && atomic_load(&watch->exchange->state) == EXCHANGE_OPEN;
}

/*
 * Collects up to OVERDUE_MAX exchanges that wait past when, or whose live stream is to end, each
 * kept; cuts connections that are overdue themselves.
 */
static size_t look(struct server *server, struct watch_table *table, int64_t when,
                   struct exchange *late[OVERDUE_MAX]) {
    size_t count = 0;
    int64_t now = time_monotonic_us();
    int64_t next_us = now + limit_us(tick_ms(&server->limits));
    pthread_mutex_lock(&table->lock);
    for (struct watch *watch = table->first; watch; watch = watch->next) {
        const struct streaming *live = live_stream(watch);
        bool to_end = live ? unheard(watch, live, now) : waits(watch, when);
        if (to_end && count < OVERDUE_MAX) {
            late[count++] = exchange_keep(watch->exchange);
        }
        if (live ? to_end : !to_end && overdue(watch, now, next_us)) {
            cut(watch);
        }
    }
    pthread_mutex_unlock(&table->lock);
    return count;
}

/* Answers outside the table's lock: resuming takes libmicrohttpd's, which is held around ours. */
static void give_up_late(struct server *server, struct watch_table *table, int64_t when) {
    struct exchange *late[OVERDUE_MAX];
    size_t count = look(server, table, when, late);
    for (size_t i = 0; i < count; i++) {
        struct streaming *streaming = atomic_load(&late[i]->streaming);
        streaming ? streaming_abort(streaming) : exchange_give_up(late[i]);
        exchange_drop(late[i]);
    }
}

static struct timespec next_tick(unsigned after_ms) {
    struct timespec when;
    clock_gettime(CLOCK_MONOTONIC, &when);
    int64_t nanoseconds = when.tv_nsec + (int64_t)after_ms * 1000000;
    when.tv_sec += nanoseconds / 1000000000;
    when.tv_nsec = nanoseconds % 1000000000;
    return when;
}

static void *reap(void *context) {
    struct reaper *reaper = context;
    struct server *server = reaper->server;
    pthread_mutex_lock(&reaper->lock);
    while (!reaper->stopping) {
        struct timespec when = next_tick(tick_ms(&server->limits));
        pthread_cond_timedwait(&reaper->wake, &reaper->lock, &when);
        pthread_mutex_unlock(&reaper->lock);
        for (unsigned i = 0; i < server->thread_count; i++) {
            give_up_late(server, &server->threads[i].watches, time_monotonic_us());
        }
        pthread_mutex_lock(&reaper->lock);
    }
    pthread_mutex_unlock(&reaper->lock);
    return NULL;
}

struct reaper *reaper_start(struct server *server) {
    struct reaper *reaper = calloc(1, sizeof *reaper);
    if (!reaper) {
        return NULL;
    }
    reaper->server = server;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&reaper->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&reaper->lock, NULL);
    if (pthread_create(&reaper->thread, NULL, reap, reaper) != 0) {
        free(reaper);
        return NULL;
    }
    return reaper;
}

void reaper_stop(struct reaper *reaper) {
    pthread_mutex_lock(&reaper->lock);
    reaper->stopping = true;
    pthread_cond_signal(&reaper->wake);
    pthread_mutex_unlock(&reaper->lock);
    pthread_join(reaper->thread, NULL);
    pthread_cond_destroy(&reaper->wake);
    pthread_mutex_destroy(&reaper->lock);
    free(reaper);
}

static void abort_streams(struct watch_table *table) {
    struct exchange *streaming[OVERDUE_MAX];
    size_t count = 0;
    pthread_mutex_lock(&table->lock);
    for (struct watch *watch = table->first; watch && count < OVERDUE_MAX; watch = watch->next) {
        if (watch->exchange && atomic_load(&watch->exchange->streaming)) {
            streaming[count++] = exchange_keep(watch->exchange);
        }
    }
    pthread_mutex_unlock(&table->lock);
    for (size_t i = 0; i < count; i++) {
        streaming_abort(atomic_load(&streaming[i]->streaming));
        exchange_drop(streaming[i]);
    }
}

void reaper_give_up_all(struct server *server) {
    for (unsigned i = 0; i < server->thread_count; i++) {
        give_up_late(server, &server->threads[i].watches, INT64_MAX);
        abort_streams(&server->threads[i].watches);
    }
}

static void cut_streams(struct watch_table *table) {
    pthread_mutex_lock(&table->lock);
    for (struct watch *watch = table->first; watch; watch = watch->next) {
        if (live_stream(watch)) {
            cut(watch);
        }
    }
    pthread_mutex_unlock(&table->lock);
}

void reaper_cut_streams(struct server *server) {
    for (unsigned i = 0; i < server->thread_count; i++) {
        cut_streams(&server->threads[i].watches);
    }
}

static void disconnect_all(struct watch_table *table) {
    pthread_mutex_lock(&table->lock);
    for (struct watch *watch = table->first; watch; watch = watch->next) {
        shutdown(watch->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&table->lock);
}

void reaper_disconnect_all(struct server *server) {
    for (unsigned i = 0; i < server->thread_count; i++) {
        disconnect_all(&server->threads[i].watches);
    }
}
