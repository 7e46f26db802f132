/* The sender of webhooks with all it needs, as a part of the service. */
#ifndef CLI_WEBHOOK_SERVICE_H
#define CLI_WEBHOOK_SERVICE_H

#include <stdbool.h>

#include "base/ip_network.h"
#include "clients/http_client.h"
#include "clients/webhook_metrics.h"
#include "store/db.h"

struct app;
struct config;
struct webhook_sender;

struct webhook_service {
    struct db *db; /* owned: one connection */
    struct ip_networks listed;
    struct http_client_options http;
    struct webhook_metrics metrics;
    struct webhook_sender *sender; /* owned */
};

/* False, logged, when out of memory or threads. *database is the service's own: lent for this call,
 * but for what it lends. */
bool webhook_service_start(struct webhook_service *service, struct app *app,
                           const struct db_options *database);

/* No further call is begun. */
void webhook_service_hold(struct webhook_service *service);

/* Calls on their way have as long as the requests had, [http] drain_ms from begun_us on. Also of
 * one that was not started. */
void webhook_service_stop(struct webhook_service *service, const struct config *config,
                          int64_t begun_us);

#endif
