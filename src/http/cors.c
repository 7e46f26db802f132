#include "http/cors.h"

#include <string.h>

#include "base/words.h"
#include "http/edge.h"
#include "http/guard.h"
#include "http/parts.h"

#define MAX_AGE_S "7200" /* as long as browsers believe it */
#define REQUEST_HEADERS                                                                            \
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, "       \
    "X-Request-Id, traceparent"
#define RESPONSE_HEADERS                                                                           \
    "Link, ETag, Location, Content-Location, Content-Disposition, Idempotency-Replayed, "          \
    "Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, WWW-Authenticate, Allow"

bool cors_applies(const struct exchange *exchange) {
    const char *target = exchange->request.target;
    return *edge_of(exchange->server)->origins && target &&
           strncmp(target_origin_form(target), "/v1/", 4) == 0;
}

/* The request's Origin when its scripts may read our answers, else NULL. */
static const char *permitted_origin(const struct exchange *exchange) {
    const char *origin = request_header(&exchange->request, "Origin");
    const char *list = edge_of(exchange->server)->origins;
    struct word word;
    while (origin && next_word(&list, &word)) {
        if (strlen(origin) == word.length && memcmp(origin, word.text, word.length) == 0) {
            return origin;
        }
    }
    return NULL;
}

void cors_permit(const struct exchange *exchange, const char *methods, struct response *response) {
    if (permitted_origin(exchange)) {
        response_set_header(response, "Access-Control-Allow-Methods", methods);
        response_set_header(response, "Access-Control-Allow-Headers", REQUEST_HEADERS);
        response_set_header(response, "Access-Control-Max-Age", MAX_AGE_S);
    }
}

void cors_expose(const struct exchange *exchange, struct response *response) {
    if (!cors_applies(exchange)) {
        return;
    }
    response_set_header(response, "Vary", "Origin");
    const char *origin = permitted_origin(exchange);
    if (origin) {
        response_set_header(response, "Access-Control-Allow-Origin", origin);
        response_set_header(response, "Access-Control-Expose-Headers", RESPONSE_HEADERS);
    }
}
