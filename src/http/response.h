/* What a handler returns, as a value: no path forgets or doubles an answer. */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "base/text.h"

#define RESPONSE_HEADERS_MAX 12

#define TYPE_JSON   "application/json"
#define TYPE_HTML   "text/html; charset=utf-8"
#define TYPE_EVENTS "text/event-stream"

struct subscriber;

enum response_kind {
    RESPONSE_WHOLE,     /* body, or problem */
    RESPONSE_STREAM,    /* stream's chunks, until it ends; then what the subscriber is pushed */
    RESPONSE_LATER,     /* somebody else answers the exchange: the handler gave it away */
    RESPONSE_ON_WORKER, /* run the handler again on a worker, where it may block */
};

struct response_header {
    const char *name; /* static */
    char *value;      /* owned */
};

/*
 * A long answer made piece by piece on a worker, which may block; no database connection is held
 * between two calls. next_chunk appends to *chunk; false ends the stream after what it appended.
 */
struct stream {
    bool (*next_chunk)(struct stream *stream, struct text *chunk);
    void (*release)(struct stream *stream);
};

/* What went wrong, to be rendered as RFC 9457 problem+json with the request's id. */
struct problem {
    const char *code;            /* static, stable; NULL when there is no problem */
    char *detail;                /* owned */
    json_t *errors;              /* owned [{pointer, detail}], or NULL */
    const char *violated_policy; /* static; the RateLimit-Policy that refuses, or NULL */
};

/* Whoever receives it owns all of it. */
struct response {
    enum response_kind kind;
    unsigned status;
    const char *content_type; /* static */
    char *body;               /* owned, unless body_is_static; may be NULL when length is 0 */
    size_t body_length;
    bool body_is_static;
    struct response_header headers[RESPONSE_HEADERS_MAX];
    size_t header_count;
    struct problem problem;
    struct stream *stream;
    struct subscriber *subscriber; /* one reference, or NULL */
};

/* Takes ownership of body; a NULL body (out of memory) becomes a 500. */
struct response respond(unsigned status, json_t *body);

/* Takes ownership of text's bytes; content_type is static. A failed text becomes a 500. */
struct response respond_text(unsigned status, const char *content_type, struct text *text);

/* body is static and lives for ever. */
struct response respond_static(unsigned status, const char *content_type, const char *body,
                               size_t length);

/* 204, 304 and the like. */
struct response respond_empty(unsigned status);

/* Takes ownership of stream. */
struct response respond_stream(const char *content_type, struct stream *stream);

/* Live events: stream, which may block, tells of what is past; then follows what subscriber is
 * pushed, until it ends. Takes ownership of stream and of one reference to subscriber. */
struct response respond_events(struct stream *stream, struct subscriber *subscriber);

struct response respond_later(void);
struct response respond_on_worker(void);

/* code is static; detail is printf-like and says what to mend. */
struct response respond_problem(unsigned status, const char *code, const char *detail, ...)
    __attribute__((format(printf, 3, 4)));

/* 422 with all mistakes at once. Takes ownership of errors: [{"pointer": "/a/0", "detail": ".."}].
 */
struct response respond_invalid(json_t *errors);

/* The problem for any outcome but OUTCOME_OK; thing names what was asked for ("response").
 * OUTCOME_UNAVAILABLE becomes 503 with Retry-After. */
struct response respond_outcome(enum outcome outcome, const char *thing);

/* name is static; value is copied. Values with control bytes are dropped. */
void response_set_header(struct response *response, const char *name, const char *value);

void response_clear(struct response *response);

#endif
