/* Who has something to do, and how many calls each may have under way: nobody waits for one that
 * does not answer. */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "domain/webhook_schedule.h"
#include "jobs/webhook_parts.h"

#define WINDOW_FIRST 2             /* until it has answered well */
#define SLOW_US      US_PER_SECOND /* a call that takes longer gives its place to another */
#define KEPT_US      (60 * US_PER_SECOND)

/* ---- the table ---- */

static struct endpoint **bucket_of(struct endpoints *endpoints,
                                   const struct webhook_target *target) {
    uint64_t hash;
    memcpy(&hash, target->id.bytes + UUID_BYTES - sizeof hash, sizeof hash); /* random enough */
    return &endpoints->buckets[hash % ENDPOINT_BUCKETS];
}

static bool same_target(const struct webhook_target *one, const struct webhook_target *other) {
    return one->account_id == other->account_id &&
           memcmp(&one->id, &other->id, sizeof one->id) == 0;
}

static bool make_room(struct endpoints *endpoints) {
    if (endpoints->count < endpoints->capacity) {
        return true;
    }
    size_t capacity = endpoints->capacity ? 2 * endpoints->capacity : ENDPOINT_BUCKETS / 8;
    struct endpoint **all = reallocarray(endpoints->all, capacity, sizeof(struct endpoint *));
    if (all) {
        endpoints->all = all;
        endpoints->capacity = capacity;
    }
    return all != NULL;
}

static struct endpoint *add(struct endpoints *endpoints, const struct webhook_target *target) {
    struct endpoint *endpoint = make_room(endpoints) ? calloc(1, sizeof *endpoint) : NULL;
    if (endpoint) {
        struct endpoint **bucket = bucket_of(endpoints, target);
        *endpoint = (struct endpoint){.target = *target,
                                      .next_in_bucket = *bucket,
                                      .window = WINDOW_FIRST,
                                      .failing_since_us = TIME_NONE};
        *bucket = endpoint;
        endpoints->all[endpoints->count++] = endpoint;
    }
    return endpoint;
}

struct endpoint *endpoint_due(struct endpoints *endpoints, const struct webhook_target *target) {
    struct endpoint *endpoint = *bucket_of(endpoints, target);
    while (endpoint && !same_target(&endpoint->target, target)) {
        endpoint = endpoint->next_in_bucket;
    }
    endpoint = endpoint ? endpoint : add(endpoints, target);
    if (endpoint) {
        endpoint->due = true;
        endpoint->used_us = time_monotonic_us();
    }
    return endpoint;
}

static void drop(struct endpoints *endpoints, size_t index) {
    struct endpoint *endpoint = endpoints->all[index];
    struct endpoint **link = bucket_of(endpoints, &endpoint->target);
    while (*link != endpoint) {
        link = &(*link)->next_in_bucket;
    }
    *link = endpoint->next_in_bucket;
    endpoints->all[index] = endpoints->all[--endpoints->count];
    free(endpoint);
}

static bool has_nothing_to_do(const struct endpoint *endpoint, int64_t now_us) {
    bool to_note = endpoint->succeeded || endpoint->failed || endpoint->end_reason;
    return !endpoint->due && !endpoint->on_way && !to_note && now_us - endpoint->used_us > KEPT_US;
}

void endpoints_sweep(struct endpoints *endpoints) {
    int64_t now_us = time_monotonic_us();
    for (size_t i = endpoints->count; i > 0; i--) {
        if (has_nothing_to_do(endpoints->all[i - 1], now_us)) {
            drop(endpoints, i - 1);
        }
    }
}

void endpoints_clear(struct endpoints *endpoints) {
    while (endpoints->count > 0) {
        drop(endpoints, endpoints->count - 1);
    }
    free(endpoints->all);
}

/* ---- how many calls ---- */

void endpoint_update(struct endpoint *endpoint, const struct webhook *webhook) {
    endpoint->host = http_host_hash(webhook->url);
    endpoint->failing_since_us = webhook->failing_since_us;
    if (webhook->failing_since_us != TIME_NONE && endpoint->failures == 0) {
        endpoint->failures = 1; /* somebody else met it, or we before our start */
        endpoint->window = 1;
    }
}

/* Some of a host's places are for other webhooks that it has. */
void endpoint_note_success(struct endpoint *endpoint, size_t host_connections_max) {
    endpoint->failures = 0;
    endpoint->window += endpoint->window < host_connections_max - host_connections_max / 4;
    endpoint->used_us = time_monotonic_us();
}

void endpoint_note_failure(struct endpoint *endpoint) {
    endpoint->failures++;
    endpoint->window = endpoint->window > 1 ? endpoint->window / 2 : 1;
    endpoint->used_us = time_monotonic_us();
    endpoint->rest_until_us = endpoint->used_us + webhook_rest_us(endpoint->failures);
}

struct occupancy {
    size_t fast;         /* calls that have not been under way for long */
    size_t failing;      /* to endpoints that fail */
    size_t host;         /* to the same host */
    size_t host_failing; /* both */
};

static struct occupancy count_calls(const struct webhook_sender *sender,
                                    const struct endpoint *endpoint) {
    struct occupancy occupancy = {0};
    int64_t slow_us = time_monotonic_us() - SLOW_US;
    for (const struct shot *shot = sender->oldest; shot; shot = shot->newer) {
        bool failing = shot->endpoint->failures > 0;
        bool same_host = shot->endpoint->host == endpoint->host;
        occupancy.fast += shot->begun_us > slow_us;
        occupancy.failing += failing;
        occupancy.host += same_host;
        occupancy.host_failing += same_host && failing;
    }
    return occupancy;
}

static size_t least(size_t one, size_t other) {
    return one < other ? one : other;
}

static size_t left_of(size_t all, size_t taken) {
    return all > taken ? all - taken : 0;
}

/* Half of all places are for calls that end fast, and those that fail share a quarter: the rest is
 * always free for whoever answers. */
size_t endpoint_room(const struct webhook_sender *sender, const struct endpoint *endpoint) {
    const struct http_client_options *limits = sender->options.http;
    size_t all = limits->connections_max;
    if (time_monotonic_us() < endpoint->rest_until_us || endpoint->on_way >= endpoint->window) {
        return 0;
    }
    struct occupancy occupancy = count_calls(sender, endpoint);
    size_t room = least(endpoint->window - endpoint->on_way, left_of(all, sender->on_way));
    room = least(room, left_of(all / 2, occupancy.fast));
    room = least(room, left_of(limits->host_connections_max, occupancy.host));
    if (endpoint->failures > 0) {
        room = least(room, left_of(all / 4, occupancy.failing));
        room = least(room, left_of(limits->host_connections_max / 2, occupancy.host_failing));
    }
    return room;
}
