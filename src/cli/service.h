/* All parts of the running service, started and stopped in their order. */
#ifndef CLI_SERVICE_H
#define CLI_SERVICE_H

#include "app.h"
#include "base/text.h"
#include "cli/mail_options.h"
#include "cli/public_url.h"
#include "cli/webhook_service.h"
#include "clients/mail_metrics.h"
#include "config.h"
#include "domain/sentiment.h"

struct alert_mailer;
struct contact_gatherer;
struct housekeeping;
struct mailer;
struct passed_sockets;
struct spike_watch;

struct service {
    struct app app;
    struct housekeeping *housekeeping;
    struct contact_gatherer *contact_gatherer;
    struct spike_watch *spike_watch;
    struct mailer *mailer; /* NULL without [mail] url, as the next */
    struct alert_mailer *alert_mailer;
    struct mail_options mail_options;
    struct mail_metrics mail_metrics;
    struct webhook_service webhooks;
    struct sentiment_scorer sentiment;
    char public_url[PUBLIC_URL_SIZE];
};

/* Listens, but answers nobody yet; false, having logged why, with nothing left running. config is
 * lent. */
bool service_open(struct service *service, const struct config *config,
                  const struct passed_sockets *passed);

/* While the database is away: answers probes, and everything else with 503. False, logged, when
 * there are no threads for it. */
bool service_hold(struct service *service);

/* Starts the rest and serves everything; false, having logged why: then it is to be stopped.
 * conninfo is lent. */
bool service_start(struct service *service, const char *conninfo);

/* Gives the parts what may have changed in config, and lets them forget what they keep in memory.
 * With edge_changed the rules of the edge too: all rate limits begin anew then. */
void service_apply(struct service *service, const struct config *config, bool edge_changed);

/* For one watcher that asks now and then: false, logged, when a thread is stuck. */
bool service_alive(struct service *service, int64_t patience_us);

/* What is listened on, with ", " between. */
void service_append_addresses(const struct service *service, struct text *text);
void service_append_stream_addresses(const struct service *service, struct text *text);

/* Answers what was accepted, at most [http] drain_ms, commits what was taken, and frees everything.
 */
void service_stop(struct service *service, const struct config *config);

#endif
