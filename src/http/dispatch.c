#include "http/dispatch.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "http/checks.h"
#include "http/edge.h"
#include "http/identity.h"
#include "http/json_room.h"
#include "http/parts.h"

#define JSON_BYTES_AT_ONCE (16U << 10) /* longer bodies are parsed on a worker */
#define DRAINED_BYTES_MAX  (64U << 10) /* of a refused body, to keep its connection */

static void answer(struct exchange *exchange, struct response response) {
    exchange->response = response;
    atomic_store(&exchange->state, EXCHANGE_ANSWERED);
}

/* Moves the refusal out of the exchange. */
static struct response take_refusal(struct exchange *exchange) {
    struct response refusal = exchange->refusal;
    exchange->refusal = (struct response){0};
    return refusal;
}

static void note_client(struct exchange *exchange) {
    const struct edge *edge = edge_of(exchange->server);
    const struct watch *watch = exchange->watch;
    struct client_address *client = &exchange->client;
    if (client_address_find(&edge->proxies, &watch->peer, &exchange->request, client)) {
        client_address_format(client, exchange->client_text);
    } else {
        memcpy(exchange->client_text, watch->peer_text, sizeof exchange->client_text);
    }
    exchange->request.client_address = exchange->client_text;
}

static bool note_path(struct exchange *exchange, const char *target) {
    struct request *request = &exchange->request;
    const char *origin = target_origin_form(target);
    request->target = origin;
    request->path = scratch_copy(&exchange->scratch, origin, strcspn(origin, "?"));
    return request->path != NULL;
}

static void note_body(struct exchange *exchange) {
    const struct live_limits *limits = &exchange->server->limits;
    const struct route *route = exchange->request.route;
    bool form = route && (route->needs & (NEEDS_FORM | TAKES_ANY_BODY));
    bool raw = route && (route->needs & TAKES_RAW);
    exchange->body_max =
        raw ? RAW_BYTES_MAX : atomic_load(form ? &limits->form_bytes_max : &limits->json_bytes_max);
    const char *length = request_header(&exchange->request, "Content-Length");
    exchange->announced_length = length ? strtoull(length, NULL, 10) : 0;
}

/* True when the client should not be made to send its body only to be refused. */
static bool refused_early(const struct exchange *exchange) {
    if (!exchange->refusal.status || exchange->authorization_unknown) {
        return exchange->announced_length > exchange->body_max + DRAINED_BYTES_MAX;
    }
    bool waits = request_header(&exchange->request, "Expect") != NULL;
    bool chunked = request_header(&exchange->request, "Transfer-Encoding") != NULL;
    return waits || chunked || exchange->announced_length > DRAINED_BYTES_MAX;
}

static void check_head(struct exchange *exchange) {
    bool refused = route_refuses(exchange);
    note_body(exchange);
    if (!refused && !scope_refuses(exchange, false)) {
        media_refuses(exchange);
    }
}

bool dispatch_head(struct exchange *exchange, const struct head *head) {
    struct request *request = &exchange->request;
    request->method = head->method;
    request->headers = head->headers;
    request->header_count = head->header_count;
    identify(exchange);
    note_client(exchange);
    const struct refusal *refusal = guard_objection(head);
    if (refusal) {
        answer(exchange, respond_problem(refusal->status, refusal->code, "%s", refusal->detail));
        return false;
    }
    if (!note_path(exchange, head->target)) {
        answer(exchange, respond_problem(500, "internal", "out of memory"));
        return false;
    }
    check_head(exchange);
    if (refused_early(exchange)) {
        answer(exchange, take_refusal(exchange));
        return false;
    }
    return true;
}

static struct response overloaded(struct server *server) {
    atomic_fetch_add(&server->overloads, 1);
    return respond_problem(503, "overloaded", "too many requests are waiting; try again");
}

static struct response run(struct exchange *exchange) {
    const struct request *request = &exchange->request;
    return request->route->handle(exchange->server->app, request);
}

/* On a worker, which has a reference. */
static void run_on_worker(struct job *job) {
    struct exchange *exchange = (struct exchange *)((char *)job - offsetof(struct exchange, job));
    if (atomic_load(&exchange->state) != EXCHANGE_OPEN) {
        exchange_drop(exchange);
        return;
    }
    bool refused = (exchange->authorization_unknown && scope_refuses(exchange, true)) ||
                   exchange->refusal.status || (!exchange->json && body_refuses(exchange));
    struct response response = refused ? take_refusal(exchange) : run(exchange);
    if (response.kind == RESPONSE_LATER) {
        exchange_drop(exchange);
        return;
    }
    if (response.kind == RESPONSE_ON_WORKER) {
        log_error("%s wants a worker but has one", exchange->request.route->operation);
        response = respond_problem(500, "internal", "the request could not be handled");
    }
    exchange_answer(exchange, response);
}

/* The exchange is suspended. */
static void submit(struct exchange *exchange) {
    exchange->request.may_block = true;
    exchange->job.run = run_on_worker;
    exchange_keep(exchange);
    if (!workers_submit(exchange->server->workers, &exchange->job)) {
        exchange_answer(exchange, overloaded(exchange->server));
    }
}

/* False, with a 503 as the response, when the server is about to end. */
static bool suspend(struct exchange *exchange) {
    if (exchange_suspend(exchange)) {
        return true;
    }
    answer(exchange, respond_problem(503, "unavailable", "the service is stopping; try again"));
    return false;
}

static bool wait_for_worker(struct exchange *exchange) {
    if (!suspend(exchange)) {
        return true;
    }
    submit(exchange);
    return false;
}

static bool run_at_once(struct exchange *exchange) {
    struct response response = run(exchange);
    if (response.kind == RESPONSE_ON_WORKER) {
        return wait_for_worker(exchange);
    }
    answer(exchange, response);
    return true;
}

/* What was parsed into this thread's room goes with the handler; a worker parses anew. */
static void release_json(struct exchange *exchange) {
    json_room_release(exchange->json);
    exchange->json = NULL;
    exchange->request.json = NULL;
}

/* Suspended before the handler may give the exchange away: resuming what is not is undefined. */
static bool run_later(struct exchange *exchange) {
    if (!suspend(exchange)) {
        release_json(exchange);
        return true;
    }
    struct response response = run(exchange);
    release_json(exchange);
    if (response.kind == RESPONSE_ON_WORKER) {
        submit(exchange);
    } else if (response.kind != RESPONSE_LATER) {
        exchange_answer(exchange_keep(exchange), response);
    }
    return false;
}

bool dispatch_whole(struct exchange *exchange) {
    if (exchange->authorization_unknown) {
        return wait_for_worker(exchange);
    }
    if (exchange->refusal.status) {
        answer(exchange, take_refusal(exchange));
        return true;
    }
    const struct route *route = exchange->request.route;
    bool long_json = (route->needs & NEEDS_JSON) && exchange->body_length > JSON_BYTES_AT_ONCE;
    if (route->runs == RUNS_ON_WORKER || long_json) {
        return wait_for_worker(exchange);
    }
    if (body_refuses(exchange)) {
        answer(exchange, take_refusal(exchange));
        return true;
    }
    return route->runs == RUNS_LATER ? run_later(exchange) : run_at_once(exchange);
}
