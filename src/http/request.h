#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"

#define PATH_PARAMS_MAX  4
#define PATH_NAME_MAX    32
#define PATH_SEGMENT_MAX 608 /* a contact's ref of 200 bytes, each percent-encoded, and the NUL */
#define QUERY_PARAMS_MAX 64
#define FORM_PARAMS_MAX  256

struct route;
struct exchange;

struct path_param {
    char name[PATH_NAME_MAX];
    char value[PATH_SEGMENT_MAX]; /* percent-decoded */
};

/* A query parameter or a form field, percent-decoded; valid UTF-8 without NUL. */
struct request_param {
    const char *name;
    const char *value;
};

/* A request header as it was sent; no control bytes but TAB in its value. */
struct request_header {
    const char *name;
    const char *value;
};

enum scope {
    SCOPE_NONE, /* public */
    SCOPE_READ,
    SCOPE_WRITE,
    SCOPE_ADMIN, /* includes both others */
};

/* Whoever the API key names; scope SCOPE_NONE on public routes. */
struct principal {
    int64_t account_id;
    enum scope scope;
    struct uuid key_id;
};

/* What a handler may read. It owns nothing here; all of it lives until the exchange is answered and
 * the handler has returned. */
struct request {
    const char *method;
    const char *path;       /* without the query */
    const char *target;     /* as it was sent: path and query */
    const char *request_id; /* ours, or the client's X-Request-Id when it is sane */
    const char *trace_id;   /* of a valid traceparent: 32 hex digits; else "" */
    const struct route *route;
    struct principal principal;
    const struct request_header *headers;
    size_t header_count;
    const char *body; /* the raw bytes, NUL-terminated; never NULL */
    size_t body_length;
    const json_t *json; /* NULL unless the route needs JSON */
    const char
        *client_address;       /* numeric; "unix" or "" where there is none; see client_address.h */
    bool on_stream_address;    /* it came to one that is for streams alone */
    bool may_block;            /* true on a worker, false on an http thread */
    struct exchange *exchange; /* to answer later; see http/exchange.h */
    const char *query_objection; /* why the query is malformed, where the route TAKES_ANY_QUERY */
    size_t form_count;
    size_t query_count;
    const struct request_param *form; /* of form_count, when the route takes a form */
    struct request_param query[QUERY_PARAMS_MAX];
    struct path_param path_params[PATH_PARAMS_MAX];
};

/* The value matched by {name} in the route's path. */
const char *request_path_param(const struct request *request, const char *name);

/* The first value of a query parameter or form field, or NULL. */
const char *request_query(const struct request *request, const char *name);
const char *request_form(const struct request *request, const char *name);

/* True when the client's Accept header, or its absence, allows media_type ("text/csv"). */
bool request_accepts(const struct request *request, const char *media_type);

/* The one of types the client likes best (the earlier one when it likes two as much), or NULL when
 * it accepts none: answer 406. */
const char *request_preferred_type(const struct request *request, const char *const types[],
                                   size_t count);

/* A header's value, or NULL. Headers that must be single (Authorization, Idempotency-Key,
 * Content-Type, Host, ...) were refused before if they were repeated. */
const char *request_header(const struct request *request, const char *name);

#endif
