/* The connections of each http thread and the thread that watches their deadlines: libmicrohttpd's
 * own timeout only knows inactivity, and a suspended connection has none. */
#ifndef HTTP_WATCH_H
#define HTTP_WATCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "http/client_address.h"

struct entrance;
struct exchange;
struct reaper;
struct server;

enum watch_phase {
    WATCH_NEW,  /* connected, nothing asked yet */
    WATCH_IDLE, /* between two requests */
    WATCH_HEAD, /* the request line is here */
    WATCH_BODY,
    WATCH_ANSWER, /* the request is whole */
};

/* One connection. */
struct watch {
    struct watch_table *table;
    struct watch *previous;
    struct watch *next;
    int fd;
    struct client_address peer;
    char peer_text[IP_TEXT_SIZE];
    atomic_int phase;
    _Atomic(int64_t) since_us; /* of the request (head, body) or of the phase (new, idle) */
    struct exchange *exchange; /* under the table's lock */
    /* Under the lock; what the reaper saw when it looked last. */
    int64_t looked_us;
    int64_t seen_since_us;
    uint64_t seen_bytes;
    int64_t bytes_since_us;   /* since when bytes of the next request came in; 0 before */
    int64_t reading_since_us; /* since when the peer left its answer lying; 0 when it does not */
    uint64_t seen_acked;
};

struct watch_table {
    struct server *server;
    const struct entrance *entrance;
    pthread_mutex_t lock;
    struct watch *first;
};

void watch_table_init(struct watch_table *table, struct server *server);
void watch_table_clear(struct watch_table *table);

/* fd is lent until watch_free. NULL when out of memory. */
struct watch *watch_new(struct watch_table *table, int fd);
void watch_free(struct watch *watch);

/* A request begins on, moves through, and leaves the connection; on its http thread. */
void watch_begin(struct watch *watch, struct exchange *exchange);
void watch_enter(struct watch *watch, enum watch_phase phase);
void watch_end(struct watch *watch);

/* Starts the thread that holds everybody to the server's deadlines; NULL when it cannot. */
struct reaper *reaper_start(struct server *server);
void reaper_stop(struct reaper *reaper);

/* Gives up every request that still waits, and every stream; at the end of the service. */
void reaper_give_up_all(struct server *server);

/* Cuts off whoever has not read the end of a live stream. */
void reaper_cut_streams(struct server *server);

void reaper_disconnect_all(struct server *server);

#endif
