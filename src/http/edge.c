#include "http/edge.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/time.h"
#include "http/parts.h"

/* Whoever still looks at a replaced edge has long finished: none is used across a wait. */
#define KEPT_US (60 * US_PER_SECOND)

/* False only when out of memory. */
static bool make_buckets(unsigned per_minute, unsigned burst, struct buckets **buckets) {
    if (per_minute == 0) {
        return true;
    }
    struct bucket_rate rate = {.per_minute = per_minute, .burst = burst ? burst : per_minute};
    *buckets = buckets_new(&rate);
    return *buckets != NULL;
}

struct edge *edge_new(const struct edge_options *options) {
    struct edge *edge = calloc(1, sizeof *edge);
    if (!edge) {
        return NULL;
    }
    edge->origins = strdup(options->cors_origins ? options->cors_origins : "");
    const char *proxies = options->trusted_proxies ? options->trusted_proxies : "";
    if (!edge->origins || !trusted_proxies_parse(proxies, &edge->proxies) ||
        !make_buckets(options->key_per_minute, options->key_burst, &edge->keys) ||
        !make_buckets(options->page_per_minute, options->page_burst, &edge->pages) ||
        !make_buckets(options->unknown_key_per_minute, 0, &edge->unknown_keys)) {
        edge_free(edge);
        return NULL;
    }
    return edge;
}

void edge_free(struct edge *edge) {
    while (edge) {
        struct edge *previous = edge->previous;
        buckets_free(edge->keys);
        buckets_free(edge->pages);
        buckets_free(edge->unknown_keys);
        free(edge->origins);
        free(edge);
        edge = previous;
    }
}

const struct edge *edge_of(const struct server *server) {
    return atomic_load_explicit(&server->edge, memory_order_acquire);
}

void edge_follow(struct edge *edge, struct edge *replaced, int64_t now_us) {
    replaced->replaced_at_us = now_us;
    edge->previous = replaced;
    while (edge->previous && edge->previous->replaced_at_us > now_us - KEPT_US) {
        edge = edge->previous;
    }
    edge_free(edge->previous);
    edge->previous = NULL;
}

bool server_set_edge(struct server *server, const struct edge_options *options) {
    struct edge *edge = edge_new(options);
    if (!edge) {
        log_error("could not take over the rules of the edge: out of memory");
        return false;
    }
    struct edge *replaced = atomic_exchange(&server->edge, edge);
    edge_follow(edge, replaced, time_monotonic_us());
    return true;
}
