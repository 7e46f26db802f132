#include "http/limits.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/time.h"
#include "http/edge.h"
#include "http/parts.h"

#define POLICY           "default"
#define POLICY_TEXT_SIZE 96
#define V6_CLIENT_BYTES  8 /* a /64: what one customer has at the least */

static void count_refusal(struct exchange *exchange, enum limit limit,
                          const struct bucket_reading *reading) {
    struct server *server = exchange->server;
    if (reading->crowded) {
        atomic_fetch_add_explicit(&server->crowded_buckets, 1, memory_order_relaxed);
    }
    if (!reading->taken) {
        atomic_fetch_add_explicit(&server->limited[limit], 1, memory_order_relaxed);
    }
}

static void set_retry_after(struct response *response, int64_t seconds) {
    char text[POLICY_TEXT_SIZE];
    snprintf(text, sizeof text, "%lld", (long long)seconds);
    response_set_header(response, "Retry-After", text);
}

bool key_limit_refuses(struct exchange *exchange, struct response *refusal) {
    struct buckets *buckets = edge_of(exchange->server)->keys;
    if (!buckets) {
        return false;
    }
    const struct bucket_rate *rate = buckets_rate(buckets);
    const struct uuid *key = &exchange->request.principal.key_id;
    struct bucket_reading reading = buckets_take(buckets, key->bytes, time_monotonic_us());
    exchange->quota = (struct quota){
        .limit = rate->burst,
        .window_s = bucket_window_s(rate),
        .remaining = reading.remaining,
        .reset_s = reading.reset_s,
    };
    count_refusal(exchange, LIMIT_KEY, &reading);
    if (!reading.taken) {
        *refusal = respond_problem(429, "quota_exceeded",
                                   "this key may ask %lld times at once, then %lld times a minute",
                                   (long long)rate->burst, (long long)rate->per_minute);
        refusal->problem.violated_policy = POLICY;
        set_retry_after(refusal, reading.retry_s);
    }
    return !reading.taken;
}

static bool is_page(const struct route *route) {
    static const char *const starts[] = {"/s/", "/l/", "/u/"};
    for (size_t i = 0; i < COUNT(starts); i++) {
        if (strncmp(route->path, starts[i], strlen(starts[i])) == 0) {
            return true;
        }
    }
    return false;
}

static struct response refuse_page(struct exchange *exchange) {
    const struct server_options *options = &exchange->server->options;
    if (options->refuse_page) {
        return options->refuse_page(exchange->server->app, &exchange->request);
    }
    return respond_problem(429, "quota_exceeded", "too many requests from this address");
}

/* False where addresses cannot be told apart, or nobody is to be limited. */
static bool bucket_key_of(const struct client_address *client,
                          unsigned char key[BUCKET_KEY_BYTES]) {
    if (client->kind != ADDRESS_IP || client->trusted) {
        return false;
    }
    memset(key, 0, BUCKET_KEY_BYTES);
    memcpy(key, client->ip.bytes, ip_is_v4(&client->ip) ? IP_BYTES : V6_CLIENT_BYTES);
    return true;
}

bool page_limit_refuses(struct exchange *exchange, struct response *refusal) {
    struct buckets *buckets = edge_of(exchange->server)->pages;
    unsigned char key[BUCKET_KEY_BYTES];
    if (!buckets || !is_page(exchange->request.route) || !bucket_key_of(&exchange->client, key)) {
        return false;
    }
    struct bucket_reading reading = buckets_take(buckets, key, time_monotonic_us());
    count_refusal(exchange, LIMIT_PAGE, &reading);
    if (!reading.taken) {
        *refusal = refuse_page(exchange);
        set_retry_after(refusal, reading.retry_s);
    }
    return !reading.taken;
}

bool unknown_key_limit_refuses(struct exchange *exchange, struct response *refusal) {
    struct buckets *buckets = edge_of(exchange->server)->unknown_keys;
    unsigned char key[BUCKET_KEY_BYTES];
    if (!buckets || !bucket_key_of(&exchange->client, key)) {
        return false;
    }
    struct bucket_reading reading = buckets_look(buckets, key, time_monotonic_us());
    count_refusal(exchange, LIMIT_UNKNOWN_KEY, &reading);
    if (!reading.taken) {
        *refusal = respond_problem(429, "quota_exceeded",
                                   "too many unknown API keys came from this address");
        set_retry_after(refusal, reading.retry_s);
    }
    return !reading.taken;
}

void limits_note_unknown_key(const struct exchange *exchange) {
    struct buckets *buckets = edge_of(exchange->server)->unknown_keys;
    unsigned char key[BUCKET_KEY_BYTES];
    if (buckets && bucket_key_of(&exchange->client, key)) {
        buckets_take(buckets, key, time_monotonic_us());
    }
}

void limits_tell(const struct exchange *exchange, struct response *response) {
    const struct quota *quota = &exchange->quota;
    if (quota->limit == 0) {
        return;
    }
    char text[POLICY_TEXT_SIZE];
    snprintf(text, sizeof text, "\"" POLICY "\";q=%lld;w=%lld", (long long)quota->limit,
             (long long)quota->window_s);
    response_set_header(response, "RateLimit-Policy", text);
    snprintf(text, sizeof text, "\"" POLICY "\";r=%lld;t=%lld", (long long)quota->remaining,
             (long long)quota->reset_s);
    response_set_header(response, "RateLimit", text);
}
