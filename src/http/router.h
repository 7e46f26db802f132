#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

#include "http/request.h"
#include "http/response.h"

#define RAW_BYTES_MAX (256U << 10)

struct app;

typedef struct response handler(struct app *app, const struct request *request);

/* Which kind of thread runs a handler first. */
enum route_runs {
    RUNS_AT_ONCE,   /* on the http thread; never blocks, answers at once or respond_on_worker() */
    RUNS_LATER,     /* on the http thread, suspended: may respond_later() or respond_on_worker() */
    RUNS_ON_WORKER, /* on a worker; may block on the database */
};

/* What the server does before it calls the handler. */
enum route_needs {
    NEEDS_NOTHING = 0,
    NEEDS_JSON = 1 << 0, /* 415 unless application/json; 400 unless the body is a JSON value */
    NEEDS_FORM =
        1 << 1, /* 415 unless application/x-www-form-urlencoded; decoded into request->form */
    GIVES_JSON = 1 << 2,      /* 406 unless the client accepts application/json */
    ALWAYS_SERVED = 1 << 3,   /* also while the service waits for its database */
    TAKES_ANY_QUERY = 1 << 4, /* the handler answers a malformed query: request->query_objection */
    TAKES_ANY_BODY = 1 << 5,  /* as small as a form; one that is a form goes into request->form */
    TAKES_RAW = 1 << 6,       /* a body of any type, as it is, of at most RAW_BYTES_MAX */
    GIVES_EVENTS = 1 << 7,    /* 406 unless the client accepts text/event-stream */
    TAKES_TICKET = 1 << 8,    /* ?ticket= in place of a key */
    ON_STREAM_ADDRESSES = 1 << 9, /* also served on addresses that are for streams alone */
};

struct route {
    const char *method;
    const char *path; /* as in openapi.yaml: "/v1/responses/{id}" */
    const char *operation;
    handler *handle;
    enum scope scope;
    enum route_runs runs;
    unsigned needs;
};

/* Matches path (still percent-encoded) against pattern; fills params, decoded, from its {name}
 * segments. */
bool path_matches(const char *pattern, const char *path, struct path_param params[PATH_PARAMS_MAX]);

/*
 * The route for method and path, or NULL with *status 404, 405 or 501 and, for 405, the methods
 * that would be allowed in allow ("GET, HEAD, POST"). HEAD finds the GET route.
 */
const struct route *find_route(const struct route routes[], size_t count, struct request *request,
                               unsigned *status, char allow[64]);

#endif
