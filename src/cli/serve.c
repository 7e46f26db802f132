/* The life of the service: signals come to this thread alone, all others have them blocked. */
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/service.h"
#include "cli/welcome.h"
#include "http/json_room.h"
#include "http/server.h"
#include "store/embedded_postgres.h"

#define STOP_LIMIT_MS    4700 /* of all, with a drain of 4 s; the rest is for the kernel */
#define POSTGRES_STOP_MS 500  /* at the least */
#define TEND_INTERVAL_MS 1000
#define MS_PER_SECOND    1000
#define NS_PER_MS        1000000L
#define INTERRUPTED_EXIT 130

static sigset_t stop_signals;

static void block_stop_signals(void) {
    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGINT);
    sigaddset(&stop_signals, SIGTERM);
    struct sigaction hangup;
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {
        sigaddset(&stop_signals, SIGHUP); /* unless nohup wants us to outlive the terminal */
    }
    pthread_sigmask(SIG_BLOCK, &stop_signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool stop_is_pending(void) {
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
            (sigismember(&stop_signals, SIGHUP) && sigismember(&pending, SIGHUP)));
}

static void allow_many_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* True when a signal came within wait_ms. */
static bool wait_signal(int64_t wait_ms) {
    struct timespec wait = {.tv_sec = wait_ms / MS_PER_SECOND,
                            .tv_nsec = wait_ms % MS_PER_SECOND * NS_PER_MS};
    return sigtimedwait(&stop_signals, NULL, &wait) > 0;
}

/* A second signal while we stop: whoever sends it wants no more waiting. */
static void *leave_on_second_signal(void *context) {
    const struct database *database = context;
    int number;
    if (sigwait(&stop_signals, &number) == 0) {
        if (database->embedded) {
            embedded_postgres_abandon(database->embedded);
        }
        _exit(INTERRUPTED_EXIT);
    }
    return NULL;
}

/* reference/stack.md 1.7: unready, wait for the proxy, stop accepting, answer, commit, free. */
static void stop_gracefully(struct service *service, struct database *database,
                            const struct config *config) {
    int64_t end_us = time_monotonic_us() + STOP_LIMIT_MS * INT64_C(1000);
    log_info("stopping");
    pthread_t impatience;
    server_drain(service->app.server);
    bool hurry = config->http.drain_delay_ms > 0 && wait_signal(config->http.drain_delay_ms);
    bool watching = pthread_create(&impatience, NULL, leave_on_second_signal, database) == 0;
    struct config patience = *config;
    patience.http.drain_ms = hurry ? 0 : config->http.drain_ms;
    service_stop(service, &patience);
    int64_t left_ms = (end_us - time_monotonic_us()) / 1000;
    embedded_postgres_stop(database->embedded,
                           (unsigned)(left_ms > POSTGRES_STOP_MS ? left_ms : POSTGRES_STOP_MS));
    if (watching) {
        pthread_cancel(impatience);
        pthread_join(impatience, NULL);
    }
    log_info("stopped");
}

static int serve(const struct invocation *invocation, struct database *database) {
    const struct config *config = &invocation->config;
    unsigned applied = 0;
    struct service service;
    if (!database_migrate(database, config, &applied) || stop_is_pending() ||
        !service_start(&service, config, database_conninfo(database, config))) {
        embedded_postgres_stop(database->embedded, POSTGRES_STOP_MS);
        return stop_is_pending() ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    if (invocation_option(invocation, "welcome")) {
        welcome(&service.app);
    }
    while (!wait_signal(TEND_INTERVAL_MS)) {
        if (database->embedded) {
            embedded_postgres_tend(database->embedded);
        }
    }
    stop_gracefully(&service, database, config);
    return EXIT_SUCCESS;
}

int run_serve(const struct invocation *invocation) {
    block_stop_signals();
    allow_many_descriptors();
    json_room_init();
    json_object_seed(0);
    struct database database = {0};
    if (!database_start(&database, &invocation->config, stop_is_pending)) {
        return stop_is_pending() ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    return serve(invocation, &database);
}
