/*
 * src/http/ alone, with handlers that make its threads meet: for tests of deadlines, overload,
 * streams and stopping, and for the thread sanitizer. Arguments: NAME=VALUE of the options below.
 * Prints its port; stops on SIGTERM.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/parse.h"
#include "http/exchange.h"
#include "http/server.h"

struct app {
    struct server *server;
};

static void sleep_ms(int64_t milliseconds) {
    struct timespec pause = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
    nanosleep(&pause, NULL);
}

static int64_t query_int(const struct request *request, const char *name, int64_t fallback) {
    const char *text = request_query(request, name);
    int64_t value = fallback;
    if (text) {
        parse_int(text, 0, 1000000000, &value);
    }
    return value;
}

static struct response get_plain(struct app *app, const struct request *request) {
    (void)app;
    (void)request;
    return respond_static(200, TYPE_JSON, "{}", 2);
}

static struct response get_params(struct app *app, const struct request *request) {
    (void)app;
    json_t *query = json_object();
    for (size_t i = 0; i < request->query_count; i++) {
        json_object_set_new(query, request->query[i].name, json_string(request->query[i].value));
    }
    return respond(200, json_pack("{s:s, s:o, s:s}", "name", request_path_param(request, "name"),
                                  "query", query, "client", request->client_address));
}

static struct response post_json(struct app *app, const struct request *request) {
    (void)app;
    return respond(201, json_pack("{s:O, s:b}", "body", (json_t *)request->json, "worker",
                                  (int)request->may_block));
}

static struct response post_form(struct app *app, const struct request *request) {
    (void)app;
    json_t *form = json_object();
    for (size_t i = 0; i < request->form_count; i++) {
        json_object_set_new(form, request->form[i].name, json_string(request->form[i].value));
    }
    return respond(200, form);
}

static struct response get_slow(struct app *app, const struct request *request) {
    (void)app;
    sleep_ms(query_int(request, "ms", 100));
    return respond(200, json_pack("{s:b}", "worker", (int)request->may_block));
}

static struct response get_rerouted(struct app *app, const struct request *request) {
    return request->may_block ? get_slow(app, request) : respond_on_worker();
}

static void *answer_late(void *context) {
    struct exchange *exchange = context;
    sleep_ms(1);
    exchange_answer(exchange, respond(201, json_pack("{s:s}", "answered", "later")));
    return NULL;
}

/* Answers from a thread of its own, or (never=1) never: then the deadline does. */
static struct response post_later(struct app *app, const struct request *request) {
    (void)app;
    if (query_int(request, "never", 0)) {
        return respond_later();
    }
    struct exchange *exchange = exchange_keep(request->exchange);
    pthread_t thread;
    if (query_int(request, "direct", 0)) {
        exchange_answer(exchange, respond_empty(204));
    } else if (pthread_create(&thread, NULL, answer_late, exchange) == 0) {
        pthread_detach(thread);
    }
    return respond_later();
}

struct counting {
    struct stream stream;
    int64_t left;
    int64_t pause_ms;
};

static bool next_numbers(struct stream *stream, struct text *chunk) {
    struct counting *counting = (struct counting *)stream;
    sleep_ms(counting->pause_ms);
    for (int i = 0; i < 1000 && counting->left > 0; i++) {
        text_append_int(chunk, counting->left--);
        text_append_char(chunk, '\n');
    }
    return counting->left > 0;
}

static void release_numbers(struct stream *stream) {
    fputs("stream released\n", stderr);
    free(stream);
}

static struct response get_stream(struct app *app, const struct request *request) {
    (void)app;
    struct counting *counting = calloc(1, sizeof *counting);
    if (!counting) {
        abort();
    }
    counting->stream = (struct stream){next_numbers, release_numbers};
    counting->left = query_int(request, "numbers", 100000);
    counting->pause_ms = query_int(request, "ms", 0);
    return respond_stream("text/plain", &counting->stream);
}

static struct response get_metrics(struct app *app, const struct request *request) {
    (void)request;
    CLEANUP(text_clear) struct text text = {0};
    server_append_metrics(app->server, &text);
    return respond_text(200, "text/plain; version=0.0.4", &text);
}

/* Exchanges the rules of the edge for those of the query. */
static struct response get_edge(struct app *app, const struct request *request) {
    struct edge_options edge = {
        .trusted_proxies = request_query(request, "proxies"),
        .cors_origins = request_query(request, "origins"),
        .key_per_minute = (unsigned)query_int(request, "key", 0),
        .key_burst = (unsigned)query_int(request, "burst", 0),
    };
    return server_set_edge(app->server, &edge) ? respond_empty(204) : respond_empty(500);
}

/* Keys are the names of scopes; with "slow-" in front they are not cached. */
static enum authorization authorize(struct app *app, const char *key, bool may_block,
                                    struct principal *principal) {
    (void)app;
    if (strncmp(key, "slow-", 5) == 0) {
        if (!may_block) {
            return AUTHORIZATION_UNKNOWN;
        }
        key += 5;
    }
    static const char *const names[] = {"none", "read", "write", "admin"};
    for (unsigned i = SCOPE_READ; i <= SCOPE_ADMIN; i++) {
        if (strcmp(key, names[i]) == 0) {
            *principal = (struct principal){.account_id = 1, .scope = (enum scope)i};
            return AUTHORIZED;
        }
    }
    return strcmp(key, "away") == 0 ? AUTHORIZATION_UNAVAILABLE : AUTHORIZATION_DENIED;
}

/* clang-format off: one row a line */
static const struct route routes[] = {
    {"GET", "/plain", "get_plain", get_plain, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_NOTHING},
    {"GET", "/params/{name}", "get_params", get_params, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_NOTHING},
    {"POST", "/json", "post_json", post_json, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_JSON | GIVES_JSON},
    {"POST", "/form", "post_form", post_form, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_FORM},
    {"GET", "/slow", "get_slow", get_slow, SCOPE_NONE, RUNS_ON_WORKER, NEEDS_NOTHING},
    {"GET", "/rerouted", "get_rerouted", get_rerouted, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_NOTHING},
    {"POST", "/later", "post_later", post_later, SCOPE_NONE, RUNS_LATER, NEEDS_JSON},
    {"GET", "/stream", "get_stream", get_stream, SCOPE_NONE, RUNS_ON_WORKER, NEEDS_NOTHING},
    {"GET", "/metrics", "get_metrics", get_metrics, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_NOTHING},
    {"GET", "/edge", "get_edge", get_edge, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_NOTHING},
    {"GET", "/v1/read", "get_v1_read", get_plain, SCOPE_READ, RUNS_AT_ONCE, NEEDS_NOTHING},
    {"GET", "/read", "get_read", get_plain, SCOPE_READ, RUNS_AT_ONCE, NEEDS_NOTHING},
    {"POST", "/write", "post_write", post_json, SCOPE_WRITE, RUNS_LATER, NEEDS_JSON | GIVES_JSON},
    {"PUT", "/admin", "put_admin", post_json, SCOPE_ADMIN, RUNS_ON_WORKER, NEEDS_JSON},
};
/* clang-format on */

struct setting {
    const char *name;
    unsigned value;
};

enum {
    THREADS,
    WORKERS,
    CONNECTIONS,
    QUEUE,
    HEADER_MS,
    BODY_MS,
    ANSWER_MS,
    IDLE_MS,
    DRAIN_MS,
    LOG,
};

static struct setting settings[] = {
    [THREADS] = {"threads", 2},
    [WORKERS] = {"workers", 2},
    [CONNECTIONS] = {"connections", 1000},
    [QUEUE] = {"queue", 100},
    [HEADER_MS] = {"header_ms", 10000},
    [BODY_MS] = {"body_ms", 15000},
    [ANSWER_MS] = {"answer_ms", 10000},
    [IDLE_MS] = {"idle_ms", 30000},
    [DRAIN_MS] = {"drain_ms", 2000},
    [LOG] = {"log", 0},
};

static bool read_setting(const char *argument) {
    for (size_t i = 0; i < COUNT(settings); i++) {
        size_t length = strlen(settings[i].name);
        int64_t value;
        if (strncmp(argument, settings[i].name, length) == 0 && argument[length] == '=' &&
            parse_int(argument + length + 1, 0, 1000000, &value)) {
            settings[i].value = (unsigned)value;
            return true;
        }
    }
    fprintf(stderr, "what is %s?\n", argument);
    return false;
}

static struct server *start(struct app *app) {
    return server_open(
        &(struct server_options){
            .listen = "127.0.0.1:0",
            .threads = settings[THREADS].value,
            .workers = settings[WORKERS].value,
            .connections_max = settings[CONNECTIONS].value,
            .worker_queue_max = settings[QUEUE].value,
            .idle_timeout_ms = settings[IDLE_MS].value,
            .limits =
                {
                    .header_deadline_ms = settings[HEADER_MS].value,
                    .body_deadline_ms = settings[BODY_MS].value,
                    .answer_deadline_ms = settings[ANSWER_MS].value,
                    .json_bytes_max = 1U << 20,
                    .form_bytes_max = 64U << 10,
                    .access_log = settings[LOG].value != 0,
                },
            .docs_url = "https://understood.example/problems/",
            .routes = routes,
            .route_count = COUNT(routes),
            .authorize = authorize,
        },
        app);
}

int main(int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        if (!read_setting(arguments[i])) {
            return EXIT_FAILURE;
        }
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct app app = {0};
    app.server = start(&app);
    if (!app.server || !server_start(app.server)) {
        return EXIT_FAILURE;
    }
    printf("%u\n", server_port(app.server));
    fflush(stdout);
    int received;
    sigwait(&signals, &received);
    server_stop(app.server, settings[DRAIN_MS].value);
    return EXIT_SUCCESS;
}
