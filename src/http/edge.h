/* What the operator decided about the edge: which proxies are believed, which origins' scripts may
 * ask, how often anybody may. It can be exchanged while requests are served. */
#ifndef HTTP_EDGE_H
#define HTTP_EDGE_H

#include "http/buckets.h"
#include "http/client_address.h"
#include "http/server.h"

/* Its rules do not change once it is a server's. */
struct edge {
    struct trusted_proxies proxies;
    char *origins;                /* owned; a list of words */
    struct buckets *keys;         /* owned; NULL: no limit */
    struct buckets *pages;        /* owned; NULL: no limit */
    struct buckets *unknown_keys; /* owned; NULL: no limit */
    struct edge *previous;        /* owned */
    int64_t replaced_at_us;       /* monotonic */
};

/* NULL when out of memory, or when a list is not sound. */
struct edge *edge_new(const struct edge_options *options);

/* With all its previous ones; edge may be NULL. */
void edge_free(struct edge *edge);

/* Keeps what edge replaces for those who still look at it, and frees what was replaced long before.
 * Takes ownership of replaced. */
void edge_follow(struct edge *edge, struct edge *replaced, int64_t now_us);

/* What counts now; to be used at once and not kept. */
const struct edge *edge_of(const struct server *server);

#endif
