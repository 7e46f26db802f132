/* The only file pair that knows libmicrohttpd. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"
#include "http/router.h"

#define LISTENERS_MAX                                                                              \
    32 /* for streams alone, and for all else, as many as a list may have each                     \
        */

struct passed_sockets;
struct server;

enum authorization {
    AUTHORIZED,
    AUTHORIZATION_DENIED,      /* no such key */
    AUTHORIZATION_UNKNOWN,     /* not cached: ask again where it may block */
    AUTHORIZATION_UNAVAILABLE, /* the database is away */
};

/* Who the API key is. Without may_block it only looks into the cache. */
typedef enum authorization authorizer(struct app *app, const char *api_key, bool may_block,
                                      struct principal *principal);

/* Whose the ticket is, which is used up by this; may block. */
typedef enum authorization redeemer(struct app *app, const char *ticket,
                                    struct principal *principal);

/* Lists are words separated by blanks or commas; each word is sound (origin_is_sound,
 * trusted_proxy_is_sound). A limit of 0 is none, a burst of 0 as many as per minute. */
struct edge_options {
    const char *trusted_proxies;
    const char *cors_origins;
    unsigned key_per_minute;
    unsigned key_burst;
    unsigned page_per_minute;
    unsigned page_burst;
    unsigned unknown_key_per_minute;
};

/* What can be set anew while the server runs. */
struct server_limits {
    unsigned header_deadline_ms; /* total, from the request's first byte */
    unsigned body_deadline_ms; /* total, from the request's first byte too; and for each 4 KiB of an
                                  answer that the peer leaves lying */
    unsigned answer_deadline_ms; /* total, from the whole request to the answer; then 503 */
    size_t json_bytes_max;
    size_t form_bytes_max;
    bool access_log; /* a line per request on stderr */
};

struct server_options {
    const char *listen; /* a list of words; addresses as listener_open takes them */
    const struct passed_sockets *passed; /* when there are any, in place of listen; may be NULL */
    const char *stream_listen; /* the same, for live streams and probes alone; NULL or "": none */
    mode_t socket_mode;        /* of Unix sockets in listen */
    unsigned threads;          /* http threads, for each address */
    unsigned workers;          /* threads for handlers that may block */
    unsigned connections_max;  /* for each address */
    unsigned stream_connections_max; /* for each of those for streams */
    unsigned worker_queue_max;       /* waiting for a worker; past it 503 */
    unsigned idle_timeout_ms;        /* keep-alive */
    struct server_limits limits;
    const char *docs_url; /* problem types are docs_url + code */
    const struct route *routes;
    size_t route_count;
    authorizer *authorize;
    redeemer *redeem_ticket; /* for routes that take one; may be NULL when there are none */
    handler *refuse_page;    /* the 429 of a page; at once, on an http thread; may be NULL */
    struct edge_options edge;
    void (*hurry)(struct app *app); /* when stopping is out of time: what blocks on workers should
                                       end; may be NULL */
};

/* Takes the ports, but serves nobody yet; NULL, having logged why, when it cannot listen. app is
 * lent and must outlive the server. */
struct server *server_open(const struct server_options *options, struct app *app);

/* From here on requests are served; false, having logged why, when no threads can be had. The
 * server is to be stopped in either case. */
bool server_start(struct server *server);

/* From now on these rules count, and all limits begin anew; lists are copied. False, having logged
 * why, when they cannot be taken over: then nothing changes. One thread at a time. */
bool server_set_edge(struct server *server, const struct edge_options *options);

/* Until server_admit only routes ALWAYS_SERVED are, others get 503. Before server_start. */
void server_hold(struct server *server);
void server_admit(struct server *server);
bool server_held(const struct server *server);

/* The first TCP port; 0 when there are only Unix sockets. */
uint16_t server_port(const struct server *server);

/* What number-th address is listened on, NULL past the last: "127.0.0.1:8080", "unix:/run/x". */
const char *server_address(const struct server *server, size_t number);
/* The same of those for streams. */
const char *server_stream_address(const struct server *server, size_t number);

/* From any thread. */
void server_set_limits(struct server *server, const struct server_limits *limits);

/* For one watcher that asks now and then: false, having logged why, once an http thread has been at
 * one thing for patience_us, or a connection has waited as long with nobody turning to it. */
bool server_alive(struct server *server, int64_t patience_us);

/* Readiness turns to 503; everything else goes on. */
void server_drain(struct server *server);
bool server_draining(const struct server *server);

/* Stops accepting, answers what was accepted (at most deadline_ms, then 503), and frees everything.
 * Whoever pushes to live streams has ended them before. */
void server_stop(struct server *server, unsigned deadline_ms);

/* Appends the server's own Prometheus metrics: requests by route template, method and status,
 * duration histogram, connections, queue depths. */
void server_append_metrics(const struct server *server, struct text *text);

#endif
