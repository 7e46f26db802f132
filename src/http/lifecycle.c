/* Starting, draining and stopping the server. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "http/edge.h"
#include "http/entrances.h"
#include "http/glue.h"
#include "http/parts.h"

#define DESCRIPTORS_FOR_REST 256  /* files, database connections, epoll */
#define STEP_MS              2    /* between two looks while stopping */
#define ACCEPT_MS_MAX        500  /* for what waits to be accepted when the door closes */
#define QUIET_MS             50   /* without a connection, or a request, before we go on */
#define STREAMS_MS_MAX       2000 /* for live streams, which have been ended, to be read */
#define FLUSH_MS_MAX         200  /* for the last 503s to be sent */
#define GIVE_UP_MS_MAX       5000 /* for what is suspended to come back; it does at once */

static void sleep_ms(unsigned milliseconds) {
    struct timespec pause = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
    nanosleep(&pause, NULL);
}

/* As many descriptors as connections, where the system allows it. */
static void allow_descriptors(unsigned connections) {
    struct rlimit limit;
    rlim_t wanted = (rlim_t)connections + DESCRIPTORS_FOR_REST;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool start_threads(struct server *server) {
    unsigned count = server->thread_count;
    for (unsigned i = 0; i < count; i++) {
        struct http_thread *thread = &server->threads[i];
        thread->entrance = &server->entrances[i % server->entrance_count];
        thread->watches.entrance = thread->entrance;
        thread->access_buffer = access_log_buffer(server->access_log, i);
        if (!glue_start(&server->threads[i])) {
            return false;
        }
    }
    return true;
}

static bool start_parts(struct server *server) {
    const struct server_options *options = &server->options;
    server->docs_url = strdup(options->docs_url ? options->docs_url : "");
    server->traffic = traffic_metrics_new(options->routes, options->route_count);
    server->workers = workers_start(options->workers, options->worker_queue_max);
    server->access_log = access_log_start(server->thread_count);
    return server->docs_url && server->traffic && server->workers && server->access_log;
}

/* Whatever was started. */
static void free_server(struct server *server) {
    if (server->reaper) {
        reaper_stop(server->reaper);
    }
    for (unsigned i = 0; i < server->thread_count; i++) {
        if (server->threads[i].daemon) {
            glue_stop(&server->threads[i]);
        }
        watch_table_clear(&server->threads[i].watches);
    }
    if (server->workers) {
        workers_stop(server->workers);
    }
    if (server->access_log) {
        access_log_stop(server->access_log);
    }
    traffic_metrics_free(server->traffic);
    edge_free(atomic_load(&server->edge));
    entrances_close(server);
    free(server->docs_url);
    free(server);
}

static unsigned core_count(void) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (unsigned)cores : 1;
}

struct server *server_open(const struct server_options *options, struct app *app) {
    unsigned threads =
        (options->threads ? options->threads : core_count()) * (unsigned)entrances_count(options);
    struct server *server = calloc(1, sizeof *server + threads * sizeof server->threads[0]);
    if (!server) {
        return NULL;
    }
    server->options = *options;
    server->options.edge = (struct edge_options){0}; /* lent for this call only */
    server->app = app;
    server->thread_count = threads;
    server_set_limits(server, &options->limits);
    for (unsigned i = 0; i < threads; i++) {
        server->threads[i].server = server;
        watch_table_init(&server->threads[i].watches, server);
    }
    struct edge *edge = edge_new(&options->edge);
    atomic_init(&server->edge, edge);
    if (!edge || !entrances_open(server)) {
        free_server(server);
        return NULL;
    }
    return server;
}

bool server_start(struct server *server) {
    allow_descriptors(server->options.connections_max * (unsigned)server->entrance_count +
                      server->options.stream_connections_max);
    if (start_parts(server) && start_threads(server)) {
        server->reaper = reaper_start(server);
    }
    if (!server->reaper) {
        log_error("could not start the http threads");
    }
    return server->reaper != NULL;
}

void server_hold(struct server *server) {
    atomic_store(&server->held, true);
}

void server_admit(struct server *server) {
    atomic_store(&server->held, false);
}

bool server_held(const struct server *server) {
    return atomic_load(&server->held);
}

void server_set_limits(struct server *server, const struct server_limits *limits) {
    struct live_limits *live = &server->limits;
    atomic_store(&live->header_deadline_ms, limits->header_deadline_ms);
    atomic_store(&live->body_deadline_ms, limits->body_deadline_ms);
    atomic_store(&live->answer_deadline_ms, limits->answer_deadline_ms);
    atomic_store(&live->json_bytes_max, limits->json_bytes_max);
    atomic_store(&live->form_bytes_max, limits->form_bytes_max);
    atomic_store(&live->access_log, limits->access_log);
}

void server_drain(struct server *server) {
    atomic_store(&server->draining, true);
}

bool server_draining(const struct server *server) {
    return atomic_load(&server->draining);
}

/* Waits until *count is 0, at most until deadline_us. */
static bool wait_for_none(atomic_long *count, int64_t deadline_us) {
    while (atomic_load(count) > 0) {
        if (time_monotonic_us() >= deadline_us) {
            return false;
        }
        sleep_ms(STEP_MS);
    }
    return true;
}

static int64_t in_ms(unsigned milliseconds) {
    return time_monotonic_us() + (int64_t)milliseconds * 1000;
}

/* Nobody new comes in; whoever had connected before is still accepted. */
static void stop_accepting(struct server *server) {
    entrances_close_doors(server);
    int64_t deadline_us = in_ms(ACCEPT_MS_MAX);
    int64_t quiet_since_us = time_monotonic_us();
    while (time_monotonic_us() < deadline_us &&
           time_monotonic_us() - quiet_since_us < QUIET_MS * INT64_C(1000)) {
        if (entrances_pending(server)) {
            quiet_since_us = time_monotonic_us();
        }
        sleep_ms(STEP_MS);
    }
    for (unsigned i = 0; i < server->thread_count; i++) {
        if (server->threads[i].daemon) {
            glue_quiesce(&server->threads[i]);
        }
    }
    entrances_shut(server);
}

static void end_streams(struct server *server) {
    if (!wait_for_none(&server->live_streams, in_ms(STREAMS_MS_MAX))) {
        reaper_cut_streams(server);
    }
}

/* Until no request was there for a while: bytes may be on their way on idle connections. */
static void answer_the_rest(struct server *server, int64_t deadline_us) {
    int64_t quiet_since_us = time_monotonic_us();
    while (atomic_load(&server->connections) > 0 && time_monotonic_us() < deadline_us) {
        if (atomic_load(&server->in_flight) > 0) {
            quiet_since_us = time_monotonic_us();
        } else if (time_monotonic_us() - quiet_since_us > QUIET_MS * INT64_C(1000)) {
            return;
        }
        sleep_ms(STEP_MS);
    }
}

static void give_up_the_rest(struct server *server) {
    atomic_store(&server->refusing, true);
    if (server->options.hurry && server->workers && workers_load(server->workers).busy > 0) {
        server->options.hurry(server->app);
    }
    int64_t deadline_us = in_ms(GIVE_UP_MS_MAX);
    while (atomic_load(&server->suspended) > 0 && time_monotonic_us() < deadline_us) {
        reaper_give_up_all(server);
        sleep_ms(STEP_MS);
    }
    wait_for_none(&server->in_flight, in_ms(FLUSH_MS_MAX));
}

void server_stop(struct server *server, unsigned deadline_ms) {
    int64_t deadline_us = in_ms(deadline_ms);
    atomic_store(&server->draining, true);
    atomic_store(&server->closing, true);
    stop_accepting(server);
    end_streams(server);
    answer_the_rest(server, deadline_us);
    give_up_the_rest(server);
    reaper_disconnect_all(server);
    wait_for_none(&server->connections, in_ms(FLUSH_MS_MAX));
    free_server(server);
}
