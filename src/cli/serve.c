/* The life of the service: start, wait for the database, serve, reload, stop. */
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/reload.h"
#include "cli/rescore.h"
#include "cli/service.h"
#include "cli/signals.h"
#include "cli/supervisor.h"
#include "cli/welcome.h"
#include "http/json_room.h"
#include "http/passed_sockets.h"
#include "http/server.h"
#include "store/embedded_postgres.h"

#define STOP_LIMIT_MS     4700 /* of all, with a drain of 4 s; the rest is for the kernel */
#define POSTGRES_STOP_MS  500  /* at the least */
#define TEND_INTERVAL_MS  1000
#define DATABASE_RETRY_MS 1000
#define INTERRUPTED_EXIT  130

struct life {
    struct config config; /* owned; what reloads changes at SIGHUP */
    const char *config_path;
    struct database database;
    struct passed_sockets passed;
    struct service service;
    int64_t sign_due_us; /* of life, for the watchdog */
};

static void allow_many_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* ---- stopping ---- */

/* A second signal while we stop: whoever sends it wants no more waiting. */
static void *leave_on_second_signal(void *context) {
    const struct database *database = context;
    signals_wait_stop();
    if (database->embedded) {
        embedded_postgres_abandon(database->embedded);
    }
    _exit(INTERRUPTED_EXIT);
}

/* True when a second signal came within [http] drain_delay_ms. */
static bool wait_for_proxies(const struct config *config) {
    int64_t end_us = time_monotonic_us() + config->http.drain_delay_ms * INT64_C(1000);
    int64_t left_us;
    while ((left_us = end_us - time_monotonic_us()) > 0) {
        if (signals_wait(left_us / 1000 + 1) == SIGNALLED_STOP) {
            return true;
        }
    }
    return false;
}

/* reference/stack.md 1.7: unready, wait for the proxy, stop accepting, answer, commit, free. */
static void stop_gracefully(struct life *life) {
    log_info("stopping");
    supervisor_tell("STOPPING=1\nSTATUS=answering what was accepted");
    pthread_t impatience;
    server_drain(life->service.app.server);
    bool hurry = wait_for_proxies(&life->config);
    int64_t end_us = time_monotonic_us() + STOP_LIMIT_MS * INT64_C(1000);
    bool watching = pthread_create(&impatience, NULL, leave_on_second_signal, &life->database) == 0;
    if (hurry) {
        life->config.http.drain_ms = 0;
    }
    service_stop(&life->service, &life->config);
    int64_t left_ms = (end_us - time_monotonic_us()) / 1000;
    embedded_postgres_stop(life->database.embedded,
                           (unsigned)(left_ms > POSTGRES_STOP_MS ? left_ms : POSTGRES_STOP_MS));
    if (watching) {
        pthread_cancel(impatience);
        pthread_join(impatience, NULL);
    }
    log_info("stopped");
}

/* ---- running ---- */

static void reload_now(struct life *life) {
    supervisor_tell_reloading();
    bool reloaded = reload(&life->service, &life->config, life->config_path);
    supervisor_tell(reloaded ? "READY=1\nSTATUS=serving"
                             : "READY=1\nSTATUS=serving; the last reload failed, see the log");
}

/* A sign of life when one is due and there is life; without it systemd starts us again. */
static void feed_watchdog(struct life *life) {
    int64_t every_us = supervisor_watchdog_ms() * INT64_C(1000);
    int64_t now_us = time_monotonic_us();
    if (every_us == 0 || now_us < life->sign_due_us) {
        return;
    }
    life->sign_due_us = now_us + every_us;
    if (service_alive(&life->service, every_us / 2)) {
        supervisor_tell("WATCHDOG=1");
    }
}

static int64_t tend_interval_ms(void) {
    int64_t half_ms = supervisor_watchdog_ms() / 2;
    return half_ms > 0 && half_ms < TEND_INTERVAL_MS ? half_ms : TEND_INTERVAL_MS;
}

static void run_until_stopped(struct life *life) {
    enum signalled signalled;
    while ((signalled = signals_wait(tend_interval_ms())) != SIGNALLED_STOP) {
        if (signalled == SIGNALLED_RELOAD) {
            reload_now(life);
        }
        if (life->database.embedded) {
            embedded_postgres_tend(life->database.embedded);
        }
        feed_watchdog(life);
    }
}

/* ---- starting ---- */

static void say_addresses(const struct life *life, const char *before) {
    CLEANUP(text_clear) struct text addresses = {0};
    CLEANUP(text_clear) struct text streams = {0};
    service_append_addresses(&life->service, &addresses);
    service_append_stream_addresses(&life->service, &streams);
    if (streams.length > 0) {
        log_info("live streams alone are served on %s", streams.bytes);
    }
    log_info("%s %s%s", before, addresses.length ? addresses.bytes : "nothing",
             life->passed.count > 0 ? " (passed at the start)" : "");
}

static void close_pool(struct db **db) {
    db_close(*db);
}

/* False when there are no threads to answer probes with. */
static bool hold(struct life *life) {
    if (server_held(life->service.app.server)) {
        return true;
    }
    if (!service_hold(&life->service)) {
        return false;
    }
    say_addresses(life, "waiting for the database; /readyz says so on");
    supervisor_tell_status("waiting for the database");
    return true;
}

/* False when it is time to stop. */
static bool wait_for_retry(struct life *life) {
    enum signalled signalled = signals_wait(DATABASE_RETRY_MS);
    if (signalled == SIGNALLED_RELOAD) {
        reload(&life->service, &life->config, life->config_path);
    }
    return signalled != SIGNALLED_STOP;
}

/* Brings the schema up to date. While the database is away this goes on trying: it may be starting
 * as we do. Probes are answered then; before, whoever comes waits. OUTCOME_UNAVAILABLE when
 * stopped. */
static enum outcome wait_for_database(struct life *life) {
    CLEANUP(close_pool) struct db *db = database_pool(&life->database, &life->config, 1);
    bool migrates = life->config.database.migrate;
    unsigned applied = 0;
    enum outcome outcome;
    do {
        outcome = database_migrate(db, migrates, &applied);
        if (outcome == OUTCOME_UNAVAILABLE && !hold(life)) {
            return OUTCOME_FAILED;
        }
    } while (outcome == OUTCOME_UNAVAILABLE && wait_for_retry(life));
    if (outcome == OUTCOME_OK) {
        tell_of_unscored(db, &life->service.sentiment);
    }
    return outcome;
}

/* The exit status when there is nothing to run. */
static int give_up(struct life *life, int status) {
    if (life->service.app.server) {
        life->config.http.drain_ms = 0;
        service_stop(&life->service, &life->config);
    }
    embedded_postgres_stop(life->database.embedded, POSTGRES_STOP_MS);
    return status;
}

static int serve(struct life *life, bool welcomes) {
    if (!service_open(&life->service, &life->config, &life->passed)) {
        return give_up(life, EXIT_FAILURE);
    }
    enum outcome outcome = wait_for_database(life);
    if (outcome == OUTCOME_UNAVAILABLE || signals_stop_pending()) {
        return give_up(life, EXIT_SUCCESS);
    }
    if (outcome != OUTCOME_OK ||
        !service_start(&life->service, database_conninfo(&life->database, &life->config))) {
        return give_up(life, EXIT_FAILURE);
    }
    supervisor_hurry();
    supervisor_tell("READY=1\nSTATUS=serving");
    say_addresses(life, "listening on");
    if (welcomes) {
        welcome(&life->service.app);
    }
    run_until_stopped(life);
    stop_gracefully(life);
    return EXIT_SUCCESS;
}

int run_serve(const struct invocation *invocation) {
    struct life life = {.config_path = invocation->config_path};
    signals_block();
    supervisor_meet();
    life.passed = passed_sockets_take();
    allow_many_descriptors();
    json_room_init();
    json_object_seed(0);
    supervisor_ask_patience();
    int status = EXIT_FAILURE;
    if (config_copy(&life.config, &invocation->config)) {
        status = database_start(&life.database, &life.config, signals_stop_pending)
                     ? serve(&life, invocation_option(invocation, "welcome") != NULL)
                 : signals_stop_pending() ? EXIT_SUCCESS
                                          : EXIT_FAILURE;
    }
    supervisor_hurry();
    config_clear(&life.config);
    return status;
}
