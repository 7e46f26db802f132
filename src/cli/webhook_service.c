#include "cli/webhook_service.h"

#include <stdlib.h>

#include "api/event_json.h"
#include "app.h"
#include "base/log.h"
#include "base/time.h"
#include "config.h"
#include "jobs/webhook_sender.h"

#define STOP_MS 200 /* at the least */

static bool write_payloads(const struct event events[], const struct event_document documents[],
                           size_t count, char *payloads[]) {
    bool whole = true;
    for (size_t i = 0; i < count; i++) {
        payloads[i] = documents[i].data ? event_payload(&events[i], &documents[i]) : NULL;
        whole &= !documents[i].data || payloads[i];
    }
    for (size_t i = 0; !whole && i < count; i++) {
        free(payloads[i]);
        payloads[i] = NULL;
    }
    return whole;
}

/* Joins the sender, which may not know the API, with how it shows things. */
static enum outcome render_events(void *context, struct db_connection *connection,
                                  const struct event events[], size_t count, char *payloads[]) {
    struct event_document *documents = calloc(count, sizeof *documents);
    if (!documents) {
        return OUTCOME_UNAVAILABLE;
    }
    enum outcome outcome = load_event_documents(context, connection, events, count, documents);
    if (outcome == OUTCOME_OK && !write_payloads(events, documents, count, payloads)) {
        outcome = OUTCOME_UNAVAILABLE;
    }
    event_documents_clear(documents, count);
    free(documents);
    return outcome;
}

static struct db *open_database(const struct db_options *database) {
    struct db_options options = *database;
    options.connections = 1;
    options.plan_once = true;
    options.lazy_commits = true;
    return db_open(&options);
}

static bool read_options(struct webhook_service *service, const struct config *config) {
    service->http = (struct http_client_options){
        .listed = &service->listed,
        .ca_file = config->webhooks.ca_file,
        .timeout_ms = config->webhooks.timeout_ms,
        .connections_max = (size_t)config->webhooks.connections_max,
        .host_connections_max = (size_t)config->webhooks.host_connections_max,
    };
    return ip_networks_parse(config->webhooks.allow_private, &service->listed);
}

bool webhook_service_start(struct webhook_service *service, struct app *app,
                           const struct db_options *database) {
    if (!read_options(service, app->config)) {
        log_error("[webhooks] allow_private has too many networks");
        return false;
    }
    service->db = open_database(database);
    if (!service->db) {
        return false;
    }
    app->webhook_metrics = &service->metrics;
    service->sender = webhook_sender_start(&(struct webhook_sender_options){
        .db = service->db,
        .http = &service->http,
        .render = render_events,
        .renderer_context = app,
        .metrics = &service->metrics,
        .statement_timeout_ms = app->config->database.statement_timeout_ms,
    });
    return service->sender != NULL;
}

void webhook_service_hold(struct webhook_service *service) {
    if (service->sender) {
        webhook_sender_hold(service->sender);
    }
}

void webhook_service_stop(struct webhook_service *service, const struct config *config,
                          int64_t begun_us) {
    int64_t left_ms = config->http.drain_ms - (time_monotonic_us() - begun_us) / 1000;
    if (service->sender) {
        webhook_sender_stop(service->sender, (unsigned)(left_ms > STOP_MS ? left_ms : STOP_MS));
    }
    db_close(service->db);
    service->sender = NULL;
    service->db = NULL;
}
