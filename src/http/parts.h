/* What the files of http/ share and nobody else sees. */
#ifndef HTTP_PARTS_H
#define HTTP_PARTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/pulse.h"
#include "http/access_log.h"
#include "http/client_address.h"
#include "http/exchange.h"
#include "http/listener.h"
#include "http/request.h"
#include "http/response.h"
#include "http/scratch.h"
#include "http/server.h"
#include "http/traffic_metrics.h"
#include "http/watch.h"
#include "http/workers.h"

#define REQUEST_ID_SIZE 65 /* with the NUL */
#define TRACE_ID_SIZE   33

struct MHD_Connection;
struct MHD_Daemon;
struct edge;
struct entrance;
struct streaming;

/* One event loop: a libmicrohttpd daemon with a thread of its own. */
struct http_thread {
    struct server *server;
    struct MHD_Daemon *daemon;
    struct entrance *entrance;
    struct pulse pulse; /* a turn is a call of ours */
    struct watch_table watches;
    struct access_buffer *access_buffer;
};

/* A listening address, and the watcher's look at whether it is heard. */
struct entrance {
    struct listener listener;
    bool for_streams; /* and for probes, nothing else */
    long connections_max;
    atomic_long connections;
    unsigned seen_turns;
    int64_t deaf_since_us;
};

/* struct server_limits, which other threads read while they are set anew. */
struct live_limits {
    atomic_uint header_deadline_ms;
    atomic_uint body_deadline_ms;
    atomic_uint answer_deadline_ms;
    atomic_size_t json_bytes_max;
    atomic_size_t form_bytes_max;
    atomic_bool access_log;
};

enum limit {
    LIMIT_KEY,
    LIMIT_PAGE,
    LIMIT_UNKNOWN_KEY,
    LIMITS,
};

struct server {
    struct server_options options;
    struct app *app;
    char *docs_url; /* owned */
    struct workers *workers;
    struct access_log *access_log;
    struct traffic_metrics *traffic;
    struct reaper *reaper;
    _Atomic(struct edge *) edge; /* see edge_of() */
    struct live_limits limits;
    size_t entrance_count;
    struct entrance entrances[LISTENERS_MAX];
    atomic_bool held;     /* only probes are answered */
    atomic_bool draining; /* not ready */
    atomic_bool closing;  /* each answer is its connection's last */
    atomic_bool refusing; /* nothing is suspended any more */
    atomic_long suspended;
    atomic_long in_flight;
    atomic_long connections;
    atomic_long live_streams;
    atomic_ulong overloads;
    atomic_ulong deadline_answers;
    atomic_ulong malformed;
    atomic_ulong limited[LIMITS];
    atomic_ulong crowded_buckets;
    unsigned thread_count;
    struct http_thread threads[];
};

enum exchange_state {
    EXCHANGE_OPEN,
    EXCHANGE_CLAIMED, /* somebody is about to store the answer */
    EXCHANGE_ANSWERED,
};

/* Where the key stands with its limit, for the answer's headers. */
struct quota {
    int64_t limit; /* 0: nothing was counted */
    int64_t window_s;
    int64_t remaining;
    int64_t reset_s;
};

/* One request and its answer. What is not atomic belongs to the thread that handles the request. */
struct exchange {
    atomic_uint references;
    atomic_int state;
    atomic_bool is_suspended;
    _Atomic(int64_t) deadline_us; /* 0 before the request is whole */
    struct server *server;        /* not to be touched once the exchange is answered */
    struct http_thread *thread;
    struct watch *watch;
    struct MHD_Connection *connection;
    struct response refusal;  /* status 0 when there is none: what the head already decided */
    struct response response; /* written by whoever claimed the state */
    bool head_seen;
    bool must_close;
    bool authorization_unknown; /* the key is to be looked up on a worker */
    int64_t started_us;
    uint64_t announced_length; /* Content-Length */
    size_t body_max;
    char *body; /* owned */
    size_t body_length;
    size_t body_capacity;
    uint64_t discarded; /* bytes of a body nobody wants */
    json_t *json;       /* owned */
    unsigned status;    /* as queued; 0 before */
    size_t answer_bytes;
    struct job job;
    _Atomic(struct streaming *) streaming; /* one reference */
    struct quota quota;
    struct client_address client;
    char client_text[IP_TEXT_SIZE];
    char request_id[REQUEST_ID_SIZE];
    char trace_id[TRACE_ID_SIZE];
    struct request request; /* near the end: its arrays are not cleared, their counts are */
    struct scratch scratch;
};

/* A new exchange with one reference, the connection's; NULL when out of memory. */
struct exchange *exchange_new(struct http_thread *thread, struct MHD_Connection *connection);

/* Keeps a piece of the body; false when the connection should be closed. */
bool exchange_collect(struct exchange *exchange, const char *bytes, size_t length);

/* Suspends the connection and starts the deadline; false when the server no longer waits. */
bool exchange_suspend(struct exchange *exchange);

/* On the http thread, when the connection goes on. */
void exchange_resumed(struct exchange *exchange);

/* On the http thread, when the connection is done with it: counts, logs and drops it. */
void exchange_end(struct exchange *exchange);

/* The 503 that the deadline and the end of the service give. */
void exchange_give_up(struct exchange *exchange);

#endif
