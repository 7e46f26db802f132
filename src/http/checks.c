#include "http/checks.h"

#include <string.h>
#include <strings.h>

#include "http/accept.h"
#include "http/cors.h"
#include "http/credentials.h"
#include "http/form.h"
#include "http/json_room.h"
#include "http/limits.h"
#include "http/parts.h"

#define TYPE_FORM "application/x-www-form-urlencoded"
#define SEND_KEY_OR_TICKET                                                                         \
    "send an API key (\"Authorization: Bearer KEY\"), or ?ticket= from POST /v1/stream/tickets"
#define CHALLENGE "Bearer realm=\"understood\", Basic realm=\"understood\", charset=\"UTF-8\""

/* An earlier check, made late on a worker, may overrule a later one. */
static bool refuse(struct exchange *exchange, struct response refusal) {
    response_clear(&exchange->refusal);
    exchange->refusal = refusal;
    return true;
}

static bool answer_asterisk(struct exchange *exchange) {
    refuse(exchange, respond_empty(204));
    response_set_header(&exchange->refusal, "Allow", "GET, HEAD, POST, PUT, PATCH, DELETE");
    return true;
}

static bool answer_options(struct exchange *exchange, const char *allow) {
    refuse(exchange, respond_empty(204));
    response_set_header(&exchange->refusal, "Allow", allow);
    cors_permit(exchange, allow, &exchange->refusal);
    return true;
}

/* The handlers' tools are not there yet. */
static bool hold_refuses(struct exchange *exchange) {
    bool served = !server_held(exchange->server) || exchange->request.route->needs & ALWAYS_SERVED;
    return !served && refuse(exchange, respond_problem(503, "unavailable",
                                                       "the service is starting; try again"));
}

/* Addresses for streams serve them, and probes, alone. */
static bool address_refuses(struct exchange *exchange) {
    bool elsewhere = exchange->thread->entrance->for_streams &&
                     !(exchange->request.route->needs & ON_STREAM_ADDRESSES);
    return elsewhere &&
           refuse(exchange, respond_problem(404, "not_found",
                                            "this address is for /v1/stream alone; the rest is at "
                                            "those of [http] listen"));
}

bool route_refuses(struct exchange *exchange) {
    struct request *request = &exchange->request;
    const struct server_options *options = &exchange->server->options;
    if (strcmp(request->path, "*") == 0) {
        return answer_asterisk(exchange);
    }
    unsigned status;
    char allow[64];
    request->route = find_route(options->routes, options->route_count, request, &status, allow);
    if (request->route) {
        return address_refuses(exchange) || hold_refuses(exchange);
    }
    if (status == 404) {
        return refuse(exchange, respond_problem(404, "not_found", "there is nothing at this path"));
    }
    if (status == 501) {
        return refuse(exchange, respond_problem(501, "not_implemented", "no such method"));
    }
    if (strcmp(request->method, "OPTIONS") == 0 && cors_applies(exchange)) {
        return answer_options(exchange, allow);
    }
    refuse(exchange, respond_problem(405, "method_not_allowed", "this path knows %s", allow));
    response_set_header(&exchange->refusal, "Allow", allow);
    return true;
}

static bool refuse_key(struct exchange *exchange, const char *detail) {
    refuse(exchange, respond_problem(401, "unauthorized", "%s", detail));
    response_set_header(&exchange->refusal, "WWW-Authenticate", CHALLENGE);
    return true;
}

static const char *scope_name(enum scope scope) {
    return scope == SCOPE_READ ? "read" : scope == SCOPE_WRITE ? "write" : "admin";
}

static bool limit_refused(struct exchange *exchange,
                          bool (*limit_refuses)(struct exchange *, struct response *)) {
    struct response refusal;
    return limit_refuses(exchange, &refusal) && refuse(exchange, refusal);
}

static bool principal_refused(struct exchange *exchange) {
    enum scope needed = exchange->request.route->scope;
    enum scope held = exchange->request.principal.scope;
    if (held == needed || held == SCOPE_ADMIN) {
        return false;
    }
    return refuse(exchange, respond_problem(403, "forbidden", "this needs a key with scope %s",
                                            scope_name(needed)));
}

/* The key is not cached: it is to be looked up on a worker. */
static bool lookup_refused(struct exchange *exchange) {
    exchange->authorization_unknown = !limit_refused(exchange, unknown_key_limit_refuses);
    return !exchange->authorization_unknown;
}

/*
 * A ticket is used up by being looked at, which only a worker does; with a request that is refused
 * for another reason it is kept.
 */
static bool ticket_refuses(struct exchange *exchange, bool may_block) {
    struct request *request = &exchange->request;
    struct server *server = exchange->server;
    if (!may_block) {
        return lookup_refused(exchange);
    }
    const char *ticket = request_query(request, "ticket");
    if (exchange->refusal.status || !ticket) {
        return exchange->refusal.status || refuse_key(exchange, SEND_KEY_OR_TICKET);
    }
    switch (server->options.redeem_ticket(server->app, ticket, &request->principal)) {
    case AUTHORIZED:
        return limit_refused(exchange, key_limit_refuses) || principal_refused(exchange);
    case AUTHORIZATION_DENIED:
        limits_note_unknown_key(exchange);
        return refuse_key(exchange, "the ticket is unknown, expired or was used: get another");
    case AUTHORIZATION_UNKNOWN:
    case AUTHORIZATION_UNAVAILABLE:
        break;
    }
    return refuse(exchange,
                  respond_problem(503, "unavailable", "the ticket cannot be checked now"));
}

bool scope_refuses(struct exchange *exchange, bool may_block) {
    struct request *request = &exchange->request;
    exchange->authorization_unknown = false;
    if (request->route->scope == SCOPE_NONE) {
        return limit_refused(exchange, page_limit_refuses);
    }
    char key[API_KEY_SIZE];
    const char *authorization = request_header(request, "Authorization");
    if (!authorization && (request->route->needs & TAKES_TICKET) && strchr(request->target, '?')) {
        return ticket_refuses(exchange, may_block);
    }
    if (!authorization || !credentials_key(authorization, key)) {
        return refuse_key(exchange, "send an API key: \"Authorization: Bearer KEY\"");
    }
    struct server *server = exchange->server;
    switch (server->options.authorize(server->app, key, may_block, &request->principal)) {
    case AUTHORIZED:
        return limit_refused(exchange, key_limit_refuses) || principal_refused(exchange);
    case AUTHORIZATION_DENIED:
        if (may_block) {
            limits_note_unknown_key(exchange);
        }
        return refuse_key(exchange, "the API key is unknown or revoked");
    case AUTHORIZATION_UNKNOWN:
        if (!may_block) {
            return lookup_refused(exchange);
        }
        break;
    case AUTHORIZATION_UNAVAILABLE:
        break;
    }
    return refuse(exchange, respond_problem(503, "unavailable", "the key cannot be checked now"));
}

static bool query_refused(struct exchange *exchange) {
    struct request *request = &exchange->request;
    const char *query = strchr(request->target, '?');
    if (!query) {
        return false;
    }
    char *copy = scratch_copy(&exchange->scratch, query + 1, strlen(query + 1));
    const char *objection =
        copy ? query_objection(copy, request->query, &request->query_count) : "out of memory";
    if (objection && (request->route->needs & TAKES_ANY_QUERY)) {
        request->query_objection = objection;
        request->query_count = 0;
        return false;
    }
    return objection &&
           refuse(exchange, respond_problem(400, "invalid_request", "the query: %s", objection));
}

static bool type_refused(struct exchange *exchange, const char *wanted) {
    const char *type = request_header(&exchange->request, "Content-Type");
    const char *coding = request_header(&exchange->request, "Content-Encoding");
    if (coding && strcasecmp(coding, "identity") != 0) {
        return refuse(exchange, respond_problem(415, "unsupported_media_type",
                                                "send the body without Content-Encoding"));
    }
    if (!type || !content_type_is(type, wanted)) {
        return refuse(exchange, respond_problem(415, "unsupported_media_type",
                                                "send a body of Content-Type %s", wanted));
    }
    if (!request_header(&exchange->request, "Content-Length") &&
        !request_header(&exchange->request, "Transfer-Encoding")) {
        return refuse(exchange, respond_problem(411, "length_required",
                                                "send Content-Length or chunked coding"));
    }
    return false;
}

bool media_refuses(struct exchange *exchange) {
    struct request *request = &exchange->request;
    unsigned needs = request->route->needs;
    if ((needs & GIVES_JSON) && !request_accepts(request, TYPE_JSON)) {
        return refuse(exchange, respond_problem(406, "not_acceptable", "the answer is " TYPE_JSON));
    }
    if ((needs & GIVES_EVENTS) && !request_accepts(request, TYPE_EVENTS)) {
        return refuse(exchange,
                      respond_problem(406, "not_acceptable", "the answer is " TYPE_EVENTS));
    }
    if (query_refused(exchange) || ((needs & NEEDS_JSON) && type_refused(exchange, TYPE_JSON)) ||
        ((needs & NEEDS_FORM) && type_refused(exchange, TYPE_FORM))) {
        return true;
    }
    return exchange->announced_length > exchange->body_max &&
           refuse(exchange, respond_problem(413, "body_too_large", "the body exceeds %zu bytes",
                                            exchange->body_max));
}

/* A RUNS_LATER handler has its JSON no longer than it runs on the http thread; see run_later. */
static bool json_refused(struct exchange *exchange) {
    json_error_t error;
    const struct request *request = &exchange->request;
    bool passing = request->route->runs == RUNS_LATER && !request->may_block;
    json_t *(*parse)(const char *, size_t, size_t, json_error_t *) =
        passing ? json_room_parse : json_loadb;
    exchange->json = parse(request->body, exchange->body_length,
                           JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    exchange->request.json = exchange->json;
    return !exchange->json &&
           refuse(exchange, respond_problem(400, "invalid_json", "at byte %d: %s", error.position,
                                            error.text));
}

static const char *read_form(struct exchange *exchange) {
    struct request *request = &exchange->request;
    struct scratch *scratch = &exchange->scratch;
    if (strlen(request->body) != exchange->body_length) {
        return "a NUL byte";
    }
    char *copy = scratch_copy(scratch, request->body, exchange->body_length);
    struct request_param *fields = scratch_take(scratch, FORM_PARAMS_MAX * sizeof *fields);
    request->form = fields;
    return copy && fields ? form_objection(copy, fields, &request->form_count) : "out of memory";
}

static bool form_refused(struct exchange *exchange) {
    const char *objection = read_form(exchange);
    return objection &&
           refuse(exchange, respond_problem(400, "invalid_form", "the form: %s", objection));
}

/* Whatever the body is, nobody is refused for it. */
static void read_any_body(struct exchange *exchange) {
    struct request *request = &exchange->request;
    const char *type = request_header(request, "Content-Type");
    if (!type || !content_type_is(type, TYPE_FORM) || read_form(exchange)) {
        request->form_count = 0;
    }
}

bool body_refuses(struct exchange *exchange) {
    unsigned needs = exchange->request.route->needs;
    if (needs & NEEDS_JSON) {
        return json_refused(exchange);
    }
    if (needs & TAKES_ANY_BODY) {
        read_any_body(exchange);
    }
    return (needs & NEEDS_FORM) && form_refused(exchange);
}
