/* Tells webhooks what happened: one thread per instance, many calls at once. */
#ifndef JOBS_WEBHOOK_SENDER_H
#define JOBS_WEBHOOK_SENDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "clients/http_client.h"
#include "domain/event.h"

struct db;
struct db_connection;
struct webhook_metrics;
struct webhook_sender;

/*
 * Writes what is told of each of count events of one account: payloads[i] is a JSON text that the
 * caller frees, or NULL when its object is gone. None is written unless OUTCOME_OK. Called by the
 * sender's thread.
 */
typedef enum outcome webhook_renderer(void *context, struct db_connection *connection,
                                      const struct event events[], size_t count, char *payloads[]);

struct webhook_sender_options {
    struct db *db; /* the sender's own; lent, as all here */
    const struct http_client_options *http;
    webhook_renderer *render;
    void *renderer_context;
    struct webhook_metrics *metrics;
    int64_t statement_timeout_ms; /* of one statement */
};

/*
 * Looks for events a few times a second, makes deliveries of them, and sends what is due, each at
 * least once: a kill between the answer and its mark repeats those calls, under the same
 * webhook-id, once their lease is over. Who does not answer holds its own few places, and nobody
 * else's. NULL, logged, when out of memory or threads.
 */
struct webhook_sender *webhook_sender_start(const struct webhook_sender_options *options);

/* No further call is begun. */
void webhook_sender_hold(struct webhook_sender *sender);

/* Waits for the calls on their way, but lets go of them after deadline_ms: another instance, or the
 * next start, makes them again. Then frees everything. */
void webhook_sender_stop(struct webhook_sender *sender, unsigned deadline_ms);

#endif
