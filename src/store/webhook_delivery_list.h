/* Deliveries of webhooks as their owner looks at them, and has them sent again. */
#ifndef STORE_WEBHOOK_DELIVERY_LIST_H
#define STORE_WEBHOOK_DELIVERY_LIST_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/uuid.h"
#include "domain/event.h"
#include "store/db.h"

#define REPLAY_MAX 10000 /* events of one request */

struct outgoing_delivery {
    struct event event; /* its id is the delivery's */
    struct uuid webhook_id;
    int64_t due_at_us; /* TIME_NONE: there is nothing more to send */
    int attempts;      /* since it was made or replayed */
    char *outcome;     /* owned; "delivered", "failed", "gone"; NULL while it is on its way */
    int64_t ended_at_us;
    json_t *attempt_log; /* owned; an array, the oldest first */
};

void outgoing_delivery_clear(struct outgoing_delivery *delivery);

struct outgoing_list {
    struct outgoing_delivery *deliveries; /* owned */
    size_t count;
};

void outgoing_list_clear(struct outgoing_list *list);

struct outgoing_filter {
    int64_t account_id;
    struct uuid webhook_id;
    const char *outcome;      /* also "pending"; NULL: all */
    int type;                 /* EVENT_TYPES: all */
    const struct uuid *below; /* the last one of the page before; NULL: from the newest on */
};

/* Newest first, at most limit. The caller clears *list either way. */
enum outcome list_outgoing_below(struct db_connection *connection,
                                 const struct outgoing_filter *filter, size_t limit,
                                 struct outgoing_list *list);

/* The caller clears *delivery. */
enum outcome load_outgoing(struct db_connection *connection, int64_t account_id,
                           const struct uuid *webhook_id, const struct uuid *id,
                           struct outgoing_delivery *delivery);

/* Makes it due now, with all its attempts before it. OUTCOME_NOT_FOUND: it is not there. */
enum outcome replay_outgoing(struct db_connection *connection, int64_t account_id,
                             const struct uuid *webhook_id, const struct uuid *id);

struct replay_order {
    int64_t account_id;
    struct uuid webhook_id;
    int64_t from_us; /* when they happened */
    int64_t to_us;   /* excluded */
    unsigned event_mask;
};

struct replay_result {
    int64_t count;
    int64_t next_us; /* where to go on: there were more; else TIME_NONE */
};

/* Makes the first REPLAY_MAX events in the feed due for the webhook, whether it was sent them or
 * not. */
enum outcome replay_events(struct db_connection *connection, const struct replay_order *order,
                           struct replay_result *result);

/* The same for those of its deliveries that failed. */
enum outcome replay_failed(struct db_connection *connection, const struct replay_order *order,
                           struct replay_result *result);

/* One step of at most limit deliveries of a webhook that is gone. */
enum outcome empty_outgoing(struct db_connection *connection, int64_t account_id,
                            const struct uuid *webhook_id, int limit, int64_t *removed);

#endif
