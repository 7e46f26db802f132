#include "http/response.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "http/subscriber.h"

#define RETRY_AFTER_S "1"
#define REAL_DIGITS   15 /* what was given as 0.8 is not shown as 0.80000000000000004 */

static struct response out_of_memory(void) {
    return (struct response){.status = 500, .problem = {.code = "internal"}};
}

/* Takes ownership of bytes. */
static struct response respond_bytes(unsigned status, const char *content_type, char *bytes,
                                     size_t length) {
    if (!bytes) {
        return out_of_memory();
    }
    return (struct response){
        .status = status, .content_type = content_type, .body = bytes, .body_length = length};
}

struct response respond(unsigned status, json_t *body) {
    char *bytes = body ? json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS)) : NULL;
    json_decref(body);
    return respond_bytes(status, TYPE_JSON, bytes, bytes ? strlen(bytes) : 0);
}

struct response respond_text(unsigned status, const char *content_type, struct text *text) {
    size_t length = text->length;
    char *bytes = text_take(text);
    if (!bytes) {
        text_clear(text);
    }
    return respond_bytes(status, content_type, bytes, length);
}

struct response respond_static(unsigned status, const char *content_type, const char *body,
                               size_t length) {
    /* Never written to nor freed: body_is_static says so. */
    return (struct response){.status = status,
                             .content_type = content_type,
                             .body = (char *)body,
                             .body_length = length,
                             .body_is_static = true};
}

struct response respond_empty(unsigned status) {
    return (struct response){.status = status};
}

struct response respond_stream(const char *content_type, struct stream *stream) {
    return (struct response){
        .kind = RESPONSE_STREAM, .status = 200, .content_type = content_type, .stream = stream};
}

struct response respond_events(struct stream *stream, struct subscriber *subscriber) {
    struct response response = respond_stream(TYPE_EVENTS, stream);
    response.subscriber = subscriber;
    /* nginx would collect what comes, and a proxy's cache keep it. */
    response_set_header(&response, "X-Accel-Buffering", "no");
    response_set_header(&response, "Cache-Control", "no-store");
    return response;
}

struct response respond_later(void) {
    return (struct response){.kind = RESPONSE_LATER};
}

struct response respond_on_worker(void) {
    return (struct response){.kind = RESPONSE_ON_WORKER};
}

struct response respond_problem(unsigned status, const char *code, const char *detail, ...) {
    va_list args;
    va_start(args, detail);
    char *text;
    if (vasprintf(&text, detail, args) < 0) {
        text = NULL;
    }
    va_end(args);
    struct response response = {.status = status, .problem = {.code = code, .detail = text}};
    if (status == 503) {
        response_set_header(&response, "Retry-After", RETRY_AFTER_S);
    }
    return response;
}

struct response respond_invalid(json_t *errors) {
    struct response response =
        respond_problem(422, "invalid_body", "the body has mistakes; errors lists all of them");
    response.problem.errors = errors;
    return response;
}

struct response respond_outcome(enum outcome outcome, const char *thing) {
    static const struct {
        unsigned status;
        const char *code;
        const char *what;
    } problems[] = {
        [OUTCOME_OK] = {500, "internal", "could not be handled"},
        [OUTCOME_NOT_FOUND] = {404, "not_found", "does not exist"},
        [OUTCOME_CONFLICT] = {409, "conflict", "conflicts with what is there"},
        [OUTCOME_UNAVAILABLE] = {503, "unavailable", "cannot be reached now; try again"},
        [OUTCOME_REJECTED] = {422, "rejected", "holds something that cannot be stored"},
        [OUTCOME_FAILED] = {500, "internal", "could not be handled"},
    };
    return respond_problem(problems[outcome].status, problems[outcome].code, "the %s %s", thing,
                           problems[outcome].what);
}

static bool value_is_sound(const char *value) {
    for (; *value; value++) {
        if ((unsigned char)*value < 0x20 || *value == 0x7f) {
            return false;
        }
    }
    return true;
}

void response_set_header(struct response *response, const char *name, const char *value) {
    char *copy = value_is_sound(value) ? strdup(value) : NULL;
    if (!copy) {
        return;
    }
    for (size_t i = 0; i < response->header_count; i++) {
        if (strcasecmp(response->headers[i].name, name) == 0) {
            free(response->headers[i].value);
            response->headers[i].value = copy;
            return;
        }
    }
    if (response->header_count == RESPONSE_HEADERS_MAX) {
        log_error("a response has too many headers: %s was left out", name);
        free(copy);
        return;
    }
    response->headers[response->header_count++] = (struct response_header){name, copy};
}

void response_clear(struct response *response) {
    if (!response->body_is_static) {
        free(response->body);
    }
    for (size_t i = 0; i < response->header_count; i++) {
        free(response->headers[i].value);
    }
    free(response->problem.detail);
    json_decref(response->problem.errors);
    if (response->stream) {
        response->stream->release(response->stream);
    }
    if (response->subscriber) {
        subscriber_close(response->subscriber);
    }
    *response = (struct response){0};
}
