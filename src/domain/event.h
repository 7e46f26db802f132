/* What happened, for those who want to be told: webhooks and live streams. */
#ifndef DOMAIN_EVENT_H
#define DOMAIN_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"

/* The numbers are in the database. */
enum event_type {
    EVENT_RESPONSE_RECORDED,     /* an answer counts, for the first time */
    EVENT_RESPONSE_UPDATED,      /* its customer changed it */
    EVENT_RESPONSE_RECLASSIFIED, /* how far one of its votes is trusted was overruled */
    EVENT_INVITATION_SENT,       /* also the reminder */
    EVENT_INVITATION_SKIPPED,
    EVENT_INVITATION_BOUNCED,
    EVENT_SUPPRESSION_CREATED,
    EVENT_ALERT_RAISED,
    EVENT_ALERT_RESOLVED,
    EVENT_WEBHOOK_DISABLED, /* by us */
    EVENT_WEBHOOK_TEST,     /* asked for; goes to one webhook, whatever it subscribes to */
    EVENT_TYPES
};

/* A set of types, as in accounts.event_mask and webhooks.event_mask. */
#define EVENT_BIT(type) (1u << (unsigned)(type))
/* What "*" subscribes to. */
#define EVENTS_ALL (EVENT_BIT(EVENT_WEBHOOK_TEST) - 1)
/* What live streams tell of. */
#define EVENTS_STREAMED                                                                            \
    (EVENT_BIT(EVENT_RESPONSE_RECORDED) | EVENT_BIT(EVENT_RESPONSE_UPDATED) |                      \
     EVENT_BIT(EVENT_RESPONSE_RECLASSIFIED) | EVENT_BIT(EVENT_ALERT_RAISED) |                      \
     EVENT_BIT(EVENT_ALERT_RESOLVED))

/* The kind of object that object_id names. */
enum event_object {
    EVENT_OF_RESPONSE,
    EVENT_OF_INVITATION,
    EVENT_OF_SUPPRESSION,
    EVENT_OF_ALERT,
    EVENT_OF_WEBHOOK,
};

struct event {
    int64_t account_id;
    struct uuid id; /* the webhook-id that receivers see */
    enum event_type type;
    struct uuid object_id;
    int64_t occurred_at_us;
};

/* "response.recorded" */
const char *event_type_name(enum event_type type);
bool event_type_from_name(const char *name, enum event_type *type);
enum event_object event_object_of(enum event_type type);

#endif
