/* Who has something to do, and how many calls each may have under way: nobody waits for one that
 * does not answer. */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "domain/webhook_schedule.h"
#include "jobs/webhook_parts.h"

#define WINDOW_FIRST 1             /* until it has answered well */
#define SLOW_US      US_PER_SECOND /* a call that takes longer gives its place to another */
#define KEPT_US      (60 * US_PER_SECOND)
#define TRUSTED_US   (60 * KEPT_US) /* so long it is remembered that one answered */
#define RECENT_US    (2 * SLOW_US)

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
    int64_t kept_us = endpoint->answered_us ? TRUSTED_US : KEPT_US;
    return !endpoint->due && !endpoint->on_way && !to_note && now_us - endpoint->used_us > kept_us;
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
    endpoint->used_us = endpoint->answered_us = time_monotonic_us();
}

void endpoint_note_failure(struct endpoint *endpoint) {
    endpoint->failures++;
    endpoint->window = endpoint->window > 1 ? endpoint->window / 2 : 1;
    endpoint->used_us = time_monotonic_us();
    endpoint->rest_until_us = endpoint->used_us + webhook_rest_us(endpoint->failures);
}

/* Those that are known to fail have few places: they make no crowd. */
void endpoints_look_around(struct webhook_sender *sender) {
    size_t waiting = 0;
    int64_t now_us = time_monotonic_us();
    for (const struct shot *shot = sender->oldest; shot && shot->begun_us <= now_us - SLOW_US;
         shot = shot->newer) {
        waiting += shot->endpoint->failures == 0;
    }
    if (waiting <= sender->options.http->connections_max / 4) {
        sender->crowded_since_us = 0;
    } else if (!sender->crowded_since_us) {
        sender->crowded_since_us = now_us - RECENT_US;
    }
}

/* What answered before so many stopped may be one of them. */
bool endpoint_is_doubtful(const struct webhook_sender *sender, const struct endpoint *endpoint) {
    return endpoint->failures > 0 || !endpoint->answered_us ||
           endpoint->answered_us < sender->crowded_since_us;
}

struct occupancy {
    size_t slow;         /* calls that have been under way for long */
    size_t own_slow;     /* of them to this endpoint */
    size_t doubtful;     /* slow ones, and those to endpoints of which nothing good is known */
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
        bool slow = shot->begun_us <= slow_us;
        occupancy.slow += slow;
        occupancy.own_slow += slow && shot->endpoint == endpoint;
        occupancy.doubtful += slow || endpoint_is_doubtful(sender, shot->endpoint);
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

/* How many places it shares with slow and doubtful calls: fewer, the less good is known of it. */
static size_t share_of(const struct webhook_sender *sender, const struct endpoint *endpoint,
                       const struct occupancy *occupancy) {
    size_t all = sender->options.http->connections_max;
    if (endpoint->failures > 0 || !endpoint->answered_us) {
        return all / 2;
    }
    bool doubtful = endpoint_is_doubtful(sender, endpoint) || occupancy->own_slow > 0;
    return doubtful ? all - all / 4 : all;
}

/* Those that fail have a quarter. Of what slow calls leave, calls that were begun just now take a
 * half at most: however many stop answering at once, some places are left. */
static size_t room_of_all(const struct webhook_sender *sender, const struct endpoint *endpoint,
                          const struct occupancy *occupancy) {
    size_t all = sender->options.http->connections_max;
    size_t fast = sender->on_way - occupancy->slow;
    size_t room = left_of((left_of(all, occupancy->slow) + 1) / 2, fast);
    room = least(room, left_of(share_of(sender, endpoint, occupancy), occupancy->doubtful));
    return endpoint->failures > 0 ? least(room, left_of(all / 4, occupancy->failing)) : room;
}

static size_t room_of_host(const struct webhook_sender *sender, const struct endpoint *endpoint,
                           const struct occupancy *occupancy) {
    size_t all = sender->options.http->host_connections_max;
    size_t room = left_of(all, occupancy->host);
    return endpoint->failures > 0 ? least(room, left_of(all / 2, occupancy->host_failing)) : room;
}

/* One that has not answered just now is asked once, before it gets more. */
static size_t window_of(const struct endpoint *endpoint, int64_t now_us) {
    return now_us - endpoint->answered_us < RECENT_US ? endpoint->window : 1;
}

size_t endpoint_room(const struct webhook_sender *sender, const struct endpoint *endpoint) {
    int64_t now_us = time_monotonic_us();
    size_t window = window_of(endpoint, now_us);
    if (now_us < endpoint->rest_until_us || endpoint->on_way >= window) {
        return 0;
    }
    struct occupancy occupancy = count_calls(sender, endpoint);
    size_t room = least(window - endpoint->on_way, room_of_host(sender, endpoint, &occupancy));
    return least(room, room_of_all(sender, endpoint, &occupancy));
}
