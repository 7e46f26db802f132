/* What operators and their tools ask for. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/api.h"
#include "api/stream_hub.h"
#include "app.h"
#include "base/cleanup.h"
#include "base/embedded.h"
#include "base/text.h"
#include "base/time.h"
#include "clients/mail_metrics.h"
#include "clients/webhook_metrics.h"
#include "http/server.h"
#include "intake/intake.h"
#include "intake/view_log.h"
#include "store/db.h"

#define TYPE_PROMETHEUS "text/plain; version=0.0.4; charset=utf-8"
#define READY_FOR_US    (INT64_C(2) * US_PER_SECOND) /* a good answer of the database is believed */

static const char live[] = "{\"status\":\"live\"}";
static const char ready[] = "{\"status\":\"ready\"}";

struct response get_livez(struct app *app, const struct request *request) {
    (void)app;
    (void)request;
    return respond_static(200, TYPE_JSON, live, sizeof live - 1);
}

/* When the database was last reached; monotonic. */
static _Atomic(int64_t) reached_us;

static bool reached_lately(void) {
    int64_t last = atomic_load(&reached_us);
    return last && time_monotonic_us() - last < READY_FOR_US;
}

static bool database_reached(struct app *app) {
    if (!db_reachable(app->db)) {
        return false;
    }
    atomic_store(&reached_us, time_monotonic_us());
    return true;
}

struct response get_readyz(struct app *app, const struct request *request) {
    if (server_draining(app->server)) {
        return respond_problem(503, "unavailable", "the service is stopping");
    }
    if (server_held(app->server)) {
        return respond_problem(503, "unavailable", "the service is waiting for its database");
    }
    if (!reached_lately()) {
        if (!request->may_block) {
            return respond_on_worker();
        }
        if (!database_reached(app)) {
            return respond_problem(503, "unavailable", "the database cannot be reached");
        }
    }
    return respond_static(200, TYPE_JSON, ready, sizeof ready - 1);
}

/* The second number of /proc/self/statm, in pages. */
static long resident_bytes(void) {
    char line[128] = "";
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file) {
        return 0;
    }
    char *read = fgets(line, sizeof line, file);
    fclose(file);
    const char *second = read ? strchr(line, ' ') : NULL;
    return second ? strtol(second, NULL, 10) * sysconf(_SC_PAGESIZE) : 0;
}

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void append_process_metrics(struct text *text) {
    text_append_format(text,
                       "# HELP process_resident_memory_bytes Resident memory.\n"
                       "# TYPE process_resident_memory_bytes gauge\n"
                       "process_resident_memory_bytes %ld\n"
                       "# HELP process_cpu_seconds_total User and system time.\n"
                       "# TYPE process_cpu_seconds_total counter\n"
                       "process_cpu_seconds_total %.2f\n"
                       "# HELP understood_build_info The version that runs.\n"
                       "# TYPE understood_build_info gauge\n"
                       "understood_build_info{version=\"" UNDERSTOOD_VERSION "\"} 1\n",
                       resident_bytes(), cpu_seconds());
}

struct response get_service_metrics(struct app *app, const struct request *request) {
    (void)request;
    CLEANUP(text_clear) struct text text = {0};
    append_process_metrics(&text);
    server_append_metrics(app->server, &text);
    intake_append_metrics(app->intake, &text);
    view_log_append_metrics(app->view_log, &text);
    stream_hub_append_metrics(app->stream_hub, &text);
    mail_metrics_append(app->mail_metrics, &text);
    webhook_metrics_append(app->webhook_metrics, &text);
    return respond_text(200, TYPE_PROMETHEUS, &text);
}

struct response get_openapi(struct app *app, const struct request *request) {
    (void)app;
    (void)request;
    const struct embedded_file *file = embedded_file("openapi.json");
    if (!file) {
        return respond_problem(404, "not_found", "this build carries no specification");
    }
    return respond_static(200, TYPE_JSON, file->bytes, file->length);
}
