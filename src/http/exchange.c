#include "http/exchange.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "http/connection.h"
#include "http/parts.h"
#include "http/stream.h"

#define BODY_FIRST_BYTES    1024
#define DISCARDED_BYTES_MAX (8U << 20)

#define SPARE_MAX 256

/* An exchange is too large for malloc's fast paths, and each request needs one: some are kept. */
static struct {
    pthread_mutex_t lock;
    struct exchange *exchanges[SPARE_MAX];
    size_t count;
} spare = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct exchange *take_spare(void) {
    pthread_mutex_lock(&spare.lock);
    struct exchange *exchange = spare.count > 0 ? spare.exchanges[--spare.count] : NULL;
    pthread_mutex_unlock(&spare.lock);
    return exchange ? exchange : malloc(sizeof *exchange);
}

static void keep_spare(struct exchange *exchange) {
    pthread_mutex_lock(&spare.lock);
    bool kept = spare.count < SPARE_MAX;
    if (kept) {
        spare.exchanges[spare.count++] = exchange;
    }
    pthread_mutex_unlock(&spare.lock);
    if (!kept) {
        free(exchange);
    }
}

struct exchange *exchange_new(struct http_thread *thread, struct MHD_Connection *connection) {
    struct exchange *exchange = take_spare();
    if (!exchange) {
        return NULL;
    }
    memset(exchange, 0, offsetof(struct exchange, request.query));
    for (size_t i = 0; i < PATH_PARAMS_MAX; i++) {
        exchange->request.path_params[i].name[0] = '\0';
    }
    scratch_init(&exchange->scratch);
    atomic_init(&exchange->references, 1);
    exchange->thread = thread;
    exchange->server = thread->server;
    exchange->connection = connection;
    exchange->started_us = time_monotonic_us();
    exchange->request.exchange = exchange;
    exchange->request.body = "";
    exchange->request.on_stream_address = thread->entrance->for_streams;
    return exchange;
}

struct exchange *exchange_keep(struct exchange *exchange) {
    atomic_fetch_add_explicit(&exchange->references, 1, memory_order_relaxed);
    return exchange;
}

void exchange_drop(struct exchange *exchange) {
    if (atomic_fetch_sub_explicit(&exchange->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    struct streaming *streaming = atomic_load(&exchange->streaming);
    if (streaming) {
        streaming_drop(streaming);
    }
    response_clear(&exchange->refusal);
    response_clear(&exchange->response);
    json_decref(exchange->json);
    free(exchange->body);
    scratch_clear(&exchange->scratch);
    keep_spare(exchange);
}

/* The first to answer wins; what comes later is discarded. */
static bool settle(struct exchange *exchange, struct response response) {
    int open = EXCHANGE_OPEN;
    if (!atomic_compare_exchange_strong(&exchange->state, &open, EXCHANGE_CLAIMED)) {
        response_clear(&response);
        return false;
    }
    exchange->response = response;
    atomic_store(&exchange->state, EXCHANGE_ANSWERED);
    connection_resume(exchange->connection);
    return true;
}

void exchange_answer(struct exchange *exchange, struct response response) {
    settle(exchange, response);
    exchange_drop(exchange);
}

void exchange_give_up(struct exchange *exchange) {
    struct server *server = exchange->server;
    if (settle(exchange, respond_problem(503, "unavailable", "no answer in time; try again"))) {
        atomic_fetch_add(&server->deadline_answers, 1);
    }
}

struct app *exchange_app(const struct exchange *exchange) {
    return exchange->server->app;
}

int64_t exchange_deadline_us(const struct exchange *exchange) {
    return atomic_load(&exchange->deadline_us);
}

bool exchange_suspend(struct exchange *exchange) {
    struct server *server = exchange->server;
    atomic_fetch_add(&server->suspended, 1);
    if (atomic_load(&server->refusing)) {
        atomic_fetch_sub(&server->suspended, 1);
        return false;
    }
    connection_suspend(exchange->connection);
    int64_t deadline_ms = atomic_load(&server->limits.answer_deadline_ms);
    atomic_store(&exchange->deadline_us, time_monotonic_us() + deadline_ms * 1000);
    atomic_store(&exchange->is_suspended, true);
    return true;
}

void exchange_resumed(struct exchange *exchange) {
    if (atomic_exchange(&exchange->is_suspended, false)) {
        atomic_fetch_sub(&exchange->server->suspended, 1);
    }
}

static void log_access(const struct exchange *exchange, int64_t duration_us) {
    const struct request *request = &exchange->request;
    struct access_record record = {
        .request_id = request->request_id,
        .trace_id = request->trace_id,
        .client = request->client_address,
        .method = request->method,
        .route = request->route ? request->route->path : "unmatched",
        .status = exchange->status,
        .answer_bytes = exchange->answer_bytes,
        .duration_us = duration_us,
    };
    access_log_note(exchange->thread->access_buffer, &record);
}

void exchange_end(struct exchange *exchange) {
    struct server *server = exchange->server;
    const struct request *request = &exchange->request;
    if (exchange->head_seen) {
        int64_t duration_us = time_monotonic_us() - exchange->started_us;
        traffic_count(server->traffic, request->route, request->method, exchange->status,
                      duration_us);
        if (atomic_load(&server->limits.access_log)) {
            log_access(exchange, duration_us);
        }
    } else {
        atomic_fetch_add(&server->malformed, 1);
    }
    atomic_fetch_sub(&server->in_flight, 1);
    exchange_drop(exchange);
}

static bool make_room(struct exchange *exchange, size_t length) {
    size_t needed = exchange->body_length + length + 1;
    if (needed <= exchange->body_capacity) {
        return true;
    }
    size_t capacity = exchange->body_capacity ? exchange->body_capacity * 2 : BODY_FIRST_BYTES;
    size_t announced = (size_t)exchange->announced_length + 1;
    if (announced > capacity) {
        capacity = announced;
    }
    while (capacity < needed) {
        capacity *= 2;
    }
    char *grown = realloc(exchange->body, capacity);
    if (!grown) {
        return false;
    }
    exchange->body = grown;
    exchange->body_capacity = capacity;
    return true;
}

/* An answer in the middle of a body cannot be sent, so a moderate excess is read and thrown away.
 */
static bool discard(struct exchange *exchange, size_t length) {
    exchange->discarded += length;
    return exchange->discarded <= DISCARDED_BYTES_MAX;
}

bool exchange_collect(struct exchange *exchange, const char *bytes, size_t length) {
    if (exchange->refusal.status) {
        return discard(exchange, length);
    }
    if (length > exchange->body_max - exchange->body_length) {
        exchange->refusal = respond_problem(413, "body_too_large", "the body exceeds %zu bytes",
                                            exchange->body_max);
        return discard(exchange, length);
    }
    if (!make_room(exchange, length)) {
        return false;
    }
    memcpy(exchange->body + exchange->body_length, bytes, length);
    exchange->body_length += length;
    exchange->body[exchange->body_length] = '\0';
    exchange->request.body = exchange->body;
    exchange->request.body_length = exchange->body_length;
    return true;
}
