#include "http/server.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "http/connection.h"
#include "http/cors.h"
#include "http/dispatch.h"
#include "http/event_wait.h"
#include "http/glue.h"
#include "http/limits.h"
#include "http/parts.h"
#include "http/problem.h"
#include "http/stream.h"

#define CONNECTION_POOL_BYTES (24U << 10)
#define STREAM_POOL_BYTES     (12U << 10) /* on an address of streams: headers, some cookies */
#define STREAM_BLOCK_BYTES    (16U << 10)
#define LIVE_SEND_BYTES                                                                            \
    (32U << 10)                     /* the kernel keeps twice as much for one that does not read   \
                                     */
#define LIVE_BLOCK_BYTES (2U << 10) /* for each of thousands that wait */

void connection_suspend(struct MHD_Connection *connection) {
    MHD_suspend_connection(connection);
}

void connection_resume(struct MHD_Connection *connection) {
    MHD_resume_connection(connection);
}

/* ---- answers ---- */

static ssize_t read_stream(void *closure, uint64_t position, char *buffer, size_t size) {
    (void)position;
    size_t length = 0;
    switch (streaming_read(closure, buffer, size, &length)) {
    case STREAMING_BYTES:
        return (ssize_t)length;
    case STREAMING_SUSPENDED:
        return 0;
    case STREAMING_END:
        return MHD_CONTENT_READER_END_OF_STREAM;
    case STREAMING_BROKEN:
        break;
    }
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void free_stream(void *closure) {
    streaming_close(closure);
}

/* Takes stream and subscriber out of the response. */
static struct MHD_Response *stream_reply(struct exchange *exchange, struct response *response) {
    size_t block_bytes = response->subscriber ? LIVE_BLOCK_BYTES : STREAM_BLOCK_BYTES;
    struct streaming *streaming = streaming_new(exchange, response->stream, response->subscriber);
    response->stream = NULL;
    response->subscriber = NULL;
    if (!streaming) {
        return NULL;
    }
    struct MHD_Response *reply = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, block_bytes, read_stream, streaming, free_stream);
    if (!reply) {
        streaming_close(streaming);
    } else if (strcmp(exchange->request.method, "HEAD") == 0) {
        /* It would end the head with a last chunk; without chunks it closes the connection. */
        MHD_set_response_options(reply, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    }
    return reply;
}

/* Takes the body out of the response. */
static struct MHD_Response *whole_reply(struct response *response) {
    enum MHD_ResponseMemoryMode mode = response->body_is_static || !response->body
                                           ? MHD_RESPMEM_PERSISTENT
                                           : MHD_RESPMEM_MUST_FREE;
    struct MHD_Response *reply =
        MHD_create_response_from_buffer(response->body_length, response->body, mode);
    if (reply) {
        response->body = NULL;
    }
    return reply;
}

static void add_headers(struct MHD_Response *reply, const struct exchange *exchange) {
    const struct response *response = &exchange->response;
    bool cache_decided = false;
    for (size_t i = 0; i < response->header_count; i++) {
        const struct response_header *header = &response->headers[i];
        MHD_add_response_header(reply, header->name, header->value);
        cache_decided = cache_decided || strcasecmp(header->name, "Cache-Control") == 0;
    }
    if (response->content_type) {
        MHD_add_response_header(reply, "Content-Type", response->content_type);
    }
    if (!cache_decided) {
        MHD_add_response_header(reply, "Cache-Control", "no-store");
    }
    MHD_add_response_header(reply, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(reply, "X-Request-Id", exchange->request_id);
    if (exchange->must_close || atomic_load(&exchange->server->closing)) {
        MHD_add_response_header(reply, "Connection", "close");
    }
}

/* Else the kernel would grow it to megabytes. */
static void bound_send_buffer(const struct exchange *exchange) {
    int bytes = LIVE_SEND_BYTES;
    setsockopt(exchange->watch->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

static enum MHD_Result send_answer(struct exchange *exchange) {
    struct response *response = &exchange->response;
    problem_render(response, exchange->server->docs_url, exchange->request_id);
    limits_tell(exchange, response);
    cors_expose(exchange, response);
    watch_enter(exchange->watch, WATCH_ANSWER);
    exchange->status = response->status;
    exchange->answer_bytes = response->body_length;
    bool is_stream = response->kind == RESPONSE_STREAM;
    if (response->subscriber) {
        bound_send_buffer(exchange);
    }
    struct MHD_Response *reply =
        is_stream ? stream_reply(exchange, response) : whole_reply(response);
    if (!reply) {
        return MHD_NO;
    }
    add_headers(reply, exchange);
    enum MHD_Result queued = MHD_queue_response(exchange->connection, response->status, reply);
    MHD_destroy_response(reply);
    return queued;
}

/* ---- requests ---- */

struct header_list {
    struct scratch *scratch;
    struct request_header *headers;
    size_t count;
    bool sound; /* no NUL in any, and memory for all */
};

/*
 * libmicrohttpd has put a NUL in place of each byte of the line's end. What it hides otherwise can
 * be seen there: a NUL within the value or a bare LF, and a folded line, which it would join to the
 * header's name.
 */
static bool line_ends_soundly(const char *end) {
    return end[1] == '\0' && end[2] != ' ' && end[2] != '\t';
}

static size_t without_trailing_blanks(const char *value, size_t length) {
    while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t')) {
        length--;
    }
    return length;
}

/* NOLINTNEXTLINE(readability-function-size): the signature is libmicrohttpd's */
static enum MHD_Result keep_header(void *closure, enum MHD_ValueKind kind, const char *name,
                                   size_t name_length, const char *value, size_t value_length) {
    (void)kind;
    struct header_list *list = closure;
    if (list->count > HEADERS_MAX) {
        return MHD_NO;
    }
    /* Any control byte makes the guard refuse the header. */
    bool sound = value && line_ends_soundly(value + value_length);
    const char *kept = sound ? value : "\1";
    size_t kept_length = sound ? without_trailing_blanks(value, value_length) : 1;
    char *name_copy = scratch_copy(list->scratch, name, name_length);
    char *value_copy = scratch_copy(list->scratch, kept, kept_length);
    if (!name_copy || !value_copy) {
        list->sound = false;
        return MHD_NO;
    }
    list->headers[list->count++] = (struct request_header){name_copy, value_copy};
    return MHD_YES;
}

/* All that outlives libmicrohttpd's own memory of the request is copied. */
static bool read_head(struct exchange *exchange, const char *method, const char *version,
                      struct head *head) {
    struct scratch *scratch = &exchange->scratch;
    struct header_list list = {.scratch = scratch, .sound = true};
    list.headers = scratch_take(scratch, (HEADERS_MAX + 1) * sizeof list.headers[0]);
    if (!list.headers) {
        return false;
    }
    MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, keep_header, &list);
    *head = (struct head){.method = scratch_copy(scratch, method, strlen(method)),
                          .target = exchange->request.target,
                          .version = scratch_copy(scratch, version, strlen(version)),
                          .headers = list.headers,
                          .header_count = list.count};
    return list.sound && head->method && head->version;
}

static enum MHD_Result begin_request(struct exchange *exchange, const char *method,
                                     const char *version) {
    struct head head;
    if (!read_head(exchange, method, version, &head)) {
        return MHD_NO;
    }
    exchange->head_seen = true;
    if (dispatch_head(exchange, &head)) {
        watch_enter(exchange->watch, WATCH_BODY);
        return MHD_YES;
    }
    exchange->must_close = true;
    return send_answer(exchange);
}

static enum MHD_Result continue_request(struct exchange *exchange, const char *data,
                                        size_t *length) {
    if (*length > 0) {
        bool kept = exchange_collect(exchange, data, *length);
        *length = 0;
        return kept ? MHD_YES : MHD_NO;
    }
    exchange_resumed(exchange);
    if (atomic_load(&exchange->state) == EXCHANGE_ANSWERED) {
        return send_answer(exchange);
    }
    watch_enter(exchange->watch, WATCH_ANSWER);
    return dispatch_whole(exchange) ? send_answer(exchange) : MHD_YES;
}

/* NOLINTNEXTLINE(readability-function-size): the signature is libmicrohttpd's */
static enum MHD_Result on_request(void *closure, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *data, size_t *length, void **state) {
    (void)connection;
    (void)path;
    struct http_thread *thread = closure;
    struct exchange *exchange = *state;
    if (!exchange) {
        return MHD_NO;
    }
    pulse_begin(&thread->pulse);
    enum MHD_Result result = exchange->head_seen ? continue_request(exchange, data, length)
                                                 : begin_request(exchange, method, version);
    pulse_end(&thread->pulse);
    return result;
}

static struct watch *watch_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/*
 * Called with the raw target before anything else is known of the request. Cutting the query off
 * here, in libmicrohttpd's own buffer, keeps it from splitting and decoding it: its arguments would
 * eat the connection's memory and hang the request (reference/stack.md 1.3).
 */
static void *on_target(void *closure, const char *target, struct MHD_Connection *connection) {
    struct http_thread *thread = closure;
    struct watch *watch = watch_of(connection);
    struct exchange *exchange = watch ? exchange_new(thread, connection) : NULL;
    if (!exchange) {
        return NULL;
    }
    atomic_fetch_add(&thread->server->in_flight, 1);
    exchange->watch = watch;
    if (target) {
        exchange->request.target = scratch_copy(&exchange->scratch, target, strlen(target));
        char *query = strchr((char *)target, '?');
        if (query) {
            query[1] = '\0';
        }
    }
    watch_begin(watch, exchange);
    return exchange;
}

/* Leaves the target as it is: percent-decoding is ours (form.c). */
static size_t keep_escapes(void *closure, struct MHD_Connection *connection, char *text) {
    (void)closure;
    (void)connection;
    return strlen(text);
}

static void on_completed(void *closure, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode how) {
    (void)closure;
    (void)connection;
    (void)how;
    struct exchange *exchange = *state;
    if (!exchange) {
        return;
    }
    *state = NULL;
    exchange_resumed(exchange); /* a client that went away is not asked again */
    watch_end(exchange->watch);
    exchange_end(exchange);
}

static void on_connection(void *closure, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code) {
    struct http_thread *thread = closure;
    pulse_go_on(&thread->pulse);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *socket_context = watch_new(&thread->watches, info->connect_fd);
        atomic_fetch_add(&thread->server->connections, 1);
        atomic_fetch_add(&thread->entrance->connections, 1);
        return;
    }
    atomic_fetch_sub(&thread->server->connections, 1);
    atomic_fetch_sub(&thread->entrance->connections, 1);
    if (*socket_context) {
        watch_free(*socket_context);
    }
}

/* ---- start and stop ---- */

static void log_message(void *closure, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void log_message(void *closure, const char *format, va_list args) {
    (void)closure;
    char message[256];
    vsnprintf(message, sizeof message, format, args);
    log_debug("libmicrohttpd: %s", message);
}

bool glue_start(struct http_thread *thread) {
    if (!event_wait_is_ours()) {
        log_error("libmicrohttpd's calls of epoll_wait do not end in ours");
        return false;
    }
    struct server *server = thread->server;
    const struct server_options *options = &server->options;
    unsigned sharing = server->thread_count / (unsigned)server->entrance_count;
    const struct entrance *entrance = thread->entrance;
    unsigned connections = ((unsigned)entrance->connections_max + sharing - 1) / sharing;
    size_t pool_bytes = entrance->for_streams ? STREAM_POOL_BYTES : CONNECTION_POOL_BYTES;
    unsigned idle_s = (options->idle_timeout_ms + 999) / 1000;
    thread->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        on_request, thread, MHD_OPTION_EXTERNAL_LOGGER, log_message, NULL, MHD_OPTION_LISTEN_SOCKET,
        entrance->listener.fd, MHD_OPTION_NOTIFY_COMPLETED, on_completed, thread,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, thread, MHD_OPTION_URI_LOG_CALLBACK, on_target,
        thread, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_CONNECTION_LIMIT,
        connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT, pool_bytes, MHD_OPTION_CONNECTION_TIMEOUT,
        idle_s, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    return thread->daemon != NULL;
}

void glue_quiesce(struct http_thread *thread) {
    MHD_quiesce_daemon(thread->daemon);
}

void glue_stop(struct http_thread *thread) {
    MHD_stop_daemon(thread->daemon);
    thread->daemon = NULL;
}
