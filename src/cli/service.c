#include "cli/service.h"

#include <string.h>
#include <unistd.h>

#include "api/authorize.h"
#include "api/key_cache.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/mail_service.h"
#include "cli/scorer.h"
#include "cli/spike_service.h"
#include "cli/stream_service.h"
#include "http/server.h"
#include "intake/intake.h"
#include "intake/invitation_reader.h"
#include "intake/view_log.h"
#include "jobs/contact_gatherer.h"
#include "jobs/housekeeping.h"
#include "jobs/spike_watch.h"
#include "pages/locale.h"
#include "pages/pages.h"
#include "routes.h"
#include "store/db.h"
#include "store/signing_key.h"
#include "store/survey_cache.h"

/* Beside the workers': signing keys, pages (2), views, housekeeping, contacts, mail (2), spikes,
 * streams, readiness. */
#define OTHER_CONNECTIONS 11
#define INTAKE_STOP_MS    500
#define OTHERS_ON_STREAMS 64 /* probes, and streams that are refused */
/* A commit has its own deadline, but a name server that is away may hold connecting up. */
#define LANE_PATIENCE_US    (60 * US_PER_SECOND)
#define VIEWS_STOP_MS       200
#define PROBLEM_TYPE_PREFIX "urn:understood:problem:"

/* Half the cores: a reader on each takes from PostgreSQL more than it gives (measured on two). */
static unsigned http_threads(const struct config *config) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned wanted = (unsigned)config->http.threads;
    return wanted > 0 ? wanted : cores > 1 ? (unsigned)cores / 2 : 1;
}

static struct db_options database_options(const struct config *config, const char *conninfo) {
    return (struct db_options){
        .conninfo = conninfo,
        .connections = (size_t)config->http.workers + OTHER_CONNECTIONS,
        .connect_timeout_ms = (unsigned)config->database.connect_timeout_ms,
        .acquire_timeout_ms = (unsigned)config->database.acquire_timeout_ms,
        .statement_timeout_ms = (unsigned)config->database.statement_timeout_ms,
        .prepare = config->database.prepare,
    };
}

static struct intake *start_intake(const struct service *service, const struct config *config,
                                   const struct db_options *database) {
    struct intake_options options = {
        .database = database,
        .lanes = (unsigned)config->intake.lanes,
        .batch_max = (unsigned)config->intake.batch_max,
        .queue_max = (unsigned)config->intake.queue_max,
        .commit_deadline_ms = (unsigned)config->intake.commit_deadline_ms,
        .per_account = strcmp(config->intake.transaction, "account") == 0,
        .instance = (unsigned)config->intake.instance,
        .scorer = &service->sentiment,
        .tell = spike_watch_touch,
        .tell_context = service->spike_watch,
    };
    return intake_start(&options);
}

static struct housekeeping_limits housekeeping_limits(const struct config *config) {
    return (struct housekeeping_limits){
        .view_days = config->trust.view_days,
        .provisional_days = config->trust.provisional_days,
        .delivery_days = config->hooks.keep_days,
        .delivery_rows = config->hooks.keep_rows,
        .event_days = config->events.keep_days,
    };
}

static struct housekeeping *start_housekeeping(const struct app *app) {
    struct housekeeping_options options = {
        .db = app->db, .scorer = app->sentiment, .limits = housekeeping_limits(app->config)};
    return housekeeping_start(&options);
}

static bool start_parts(struct service *service, const struct config *config,
                        const char *conninfo) {
    struct app *app = &service->app;
    struct db_options database = database_options(config, conninfo);
    app->db = db_open(&database);
    if (!app->db || !spike_service_start(service, config)) {
        return false;
    }
    app->key_cache = key_cache_new(config->keys.cache_s);
    app->survey_cache = survey_cache_new(app->db, config->keys.cache_s);
    app->signing_keys = signing_keys_start(app->db);
    app->intake = start_intake(service, config, &database);
    app->view_log = view_log_start(app->db);
    app->invitation_reader =
        invitation_reader_start(app->db, (size_t)config->http.worker_queue_max);
    return app->key_cache && app->survey_cache && app->signing_keys && app->intake &&
           app->view_log && app->invitation_reader &&
           webhook_service_start(&service->webhooks, app, &database);
}

static void hurry(struct app *app) {
    db_hurry(app->db);
}

static struct edge_options edge_options(const struct config *config) {
    return (struct edge_options){
        .trusted_proxies = config->http.trusted_proxies,
        .cors_origins = config->http.cors_origins,
        .key_per_minute = (unsigned)config->limits.key_per_minute,
        .key_burst = (unsigned)config->limits.key_burst,
        .page_per_minute = (unsigned)config->limits.page_per_minute,
        .page_burst = (unsigned)config->limits.page_burst,
        .unknown_key_per_minute = (unsigned)config->limits.unknown_key_per_minute,
    };
}

static struct server_limits server_limits(const struct config *config) {
    return (struct server_limits){
        .header_deadline_ms = (unsigned)config->http.header_deadline_ms,
        .body_deadline_ms = (unsigned)config->http.body_deadline_ms,
        .answer_deadline_ms = (unsigned)config->http.answer_deadline_ms,
        .json_bytes_max = (size_t)config->http.json_bytes_max,
        .form_bytes_max = (size_t)config->http.form_bytes_max,
        .access_log = config->log.access,
    };
}

static struct server *open_server(struct app *app, const struct passed_sockets *passed) {
    const struct config *config = app->config;
    struct server_options options = {
        .listen = config->http.listen,
        .stream_listen = config->stream.listen,
        .passed = passed,
        .socket_mode = (mode_t)config->http.socket_mode,
        .threads = http_threads(config),
        .workers = (unsigned)config->http.workers,
        .connections_max = (unsigned)config->http.connections_max,
        .stream_connections_max = (unsigned)config->stream.subscribers_max + OTHERS_ON_STREAMS,
        .worker_queue_max = (unsigned)config->http.worker_queue_max,
        .idle_timeout_ms = (unsigned)config->http.idle_timeout_ms,
        .limits = server_limits(config),
        .docs_url = PROBLEM_TYPE_PREFIX,
        .routes = routes,
        .route_count = route_count,
        .authorize = authorize,
        .redeem_ticket = redeem_ticket,
        .refuse_page = refuse_page,
        .edge = edge_options(config),
        .hurry = hurry,
    };
    return server_open(&options, app);
}

/* With a free port picked (listen :0) the links must name the one it became. */
static bool set_public_url(struct service *service, const struct config *config) {
    const char *address = "";
    for (size_t i = 0; address; i++) {
        address = server_address(service->app.server, i);
        if (find_public_url(config, address ? address : "", service->public_url)) {
            return true;
        }
    }
    refuse_without_public_url();
    return false;
}

bool service_open(struct service *service, const struct config *config,
                  const struct passed_sockets *passed) {
    *service = (struct service){.app = {.config = config}};
    service->app.public_url = service->public_url;
    locales_load();
    if (!load_scorer(&service->sentiment)) {
        return false;
    }
    service->app.sentiment = &service->sentiment;
    service->app.server = open_server(&service->app, passed);
    if (!service->app.server || !set_public_url(service, config)) {
        service_stop(service, config);
        return false;
    }
    return true;
}

bool service_hold(struct service *service) {
    server_hold(service->app.server);
    return server_start(service->app.server);
}

bool service_start(struct service *service, const char *conninfo) {
    struct app *app = &service->app;
    if (!start_parts(service, app->config, conninfo)) {
        return false;
    }
    service->housekeeping = start_housekeeping(app);
    service->contact_gatherer = contact_gatherer_start(app->db, app->config->contacts.lag_s);
    if (!service->housekeeping || !service->contact_gatherer || !stream_service_start(app) ||
        !mail_service_start(service)) {
        return false;
    }
    if (server_held(app->server)) {
        server_admit(app->server);
        return true;
    }
    return server_start(app->server);
}

void service_apply(struct service *service, const struct config *config, bool edge_changed) {
    struct app *app = &service->app;
    struct server_limits limits = server_limits(config);
    log_set_level_by_name(config->log.level);
    server_set_limits(app->server, &limits);
    if (edge_changed) {
        struct edge_options edge = edge_options(config);
        server_set_edge(app->server, &edge);
    }
    if (!service->housekeeping) {
        return; /* the parts are still to be started, with this config */
    }
    key_cache_renew(app->key_cache, config->keys.cache_s);
    survey_cache_renew(app->survey_cache, config->keys.cache_s);
    struct housekeeping_limits kept = housekeeping_limits(config);
    housekeeping_set_limits(service->housekeeping, &kept);
    mail_service_apply(service, config);
    spike_service_apply(service, config);
}

bool service_alive(struct service *service, int64_t patience_us) {
    int64_t lane_patience_us = patience_us > LANE_PATIENCE_US ? patience_us : LANE_PATIENCE_US;
    bool turning = server_alive(service->app.server, patience_us);
    return intake_alive(service->app.intake, lane_patience_us) && turning;
}

static void append_addresses(const struct service *service, struct text *text,
                             const char *(*address_of)(const struct server *, size_t)) {
    const char *address;
    for (size_t i = 0; (address = address_of(service->app.server, i)); i++) {
        text_append_format(text, "%s%s", i ? ", " : "", address);
    }
}

void service_append_addresses(const struct service *service, struct text *text) {
    append_addresses(service, text, server_address);
}

void service_append_stream_addresses(const struct service *service, struct text *text) {
    append_addresses(service, text, server_stream_address);
}

/* Each part is stopped before what it stands on. */
void service_stop(struct service *service, const struct config *config) {
    struct app *app = &service->app;
    int64_t begun_us = time_monotonic_us();
    webhook_service_hold(&service->webhooks);
    mail_service_hold(service);
    stream_service_close(app);
    if (app->server) {
        server_stop(app->server, (unsigned)config->http.drain_ms);
    }
    stream_service_stop(app);
    webhook_service_stop(&service->webhooks, config, begun_us);
    mail_service_stop(service, config, begun_us);
    if (service->contact_gatherer) {
        contact_gatherer_stop(service->contact_gatherer);
    }
    if (service->housekeeping) {
        housekeeping_stop(service->housekeeping);
    }
    if (app->invitation_reader) {
        invitation_reader_stop(app->invitation_reader);
    }
    if (app->view_log) {
        view_log_stop(app->view_log, VIEWS_STOP_MS);
    }
    if (app->intake) {
        intake_stop(app->intake, INTAKE_STOP_MS);
    }
    spike_service_stop(service);
    if (app->signing_keys) {
        signing_keys_stop(app->signing_keys);
    }
    survey_cache_free(app->survey_cache);
    key_cache_free(app->key_cache);
    db_close(app->db);
    sentiment_scorer_clear(&service->sentiment);
    service->housekeeping = NULL;
    service->contact_gatherer = NULL;
    *app = (struct app){0};
}
