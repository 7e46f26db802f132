/* Endpoints of an account that are told what happens. */
#ifndef STORE_WEBHOOK_H
#define STORE_WEBHOOK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"
#include "store/db.h"
#include "store/object_key.h"

#define WEBHOOK_REVISION_NONE 0  /* there is no such webhook yet */
#define WEBHOOKS_MAX          50 /* of one account */

struct webhook {
    int64_t account_id;
    struct uuid id;
    char *url;           /* owned, as all texts */
    char *description;   /* or NULL */
    unsigned event_mask; /* domain/event.h */
    json_t *headers;     /* owned; an object of texts, which may be secrets */
    bool active;
    char *secret;          /* "whsec_..." */
    char *previous_secret; /* or NULL; signs as well until previous_valid_until_us */
    int64_t previous_valid_until_us;
    int revision;
    int64_t created_at_us; /* what happened before is not for it */
    int64_t updated_at_us;
    int64_t disabled_at_us;   /* TIME_NONE while it is active */
    char *disabled_reason;    /* NULL when its owner did it */
    int64_t failing_since_us; /* of the first failure after the last success, or TIME_NONE */
    int64_t paused_until_us;  /* it asked for a pause, or TIME_NONE */
};

void webhook_clear(struct webhook *webhook);

/* Fills *webhook (the caller clears it) with its secrets; OUTCOME_NOT_FOUND when the account has
 * none of that id. */
enum outcome load_webhook(struct db_connection *connection, int64_t account_id,
                          const struct uuid *id, struct webhook *webhook);

/*
 * In a transaction of its own makes the webhook, when its revision is WEBHOOK_REVISION_NONE, or
 * replaces exactly that revision, and brings the account's mask up to date. Fills in what is
 * derived: times, the new revision and the state, which enabling or another URL begins anew.
 * OUTCOME_CONFLICT: it is another by now; or, for a new one, the account has WEBHOOKS_MAX already.
 */
enum outcome store_webhook(struct db_connection *connection, struct webhook *webhook);

/* Its deliveries are left to the caller. OUTCOME_CONFLICT: it has another revision. */
enum outcome remove_webhook(struct db_connection *connection, const struct webhook *webhook);

/*
 * Of ours: reason says why, for people, of that revision. In a transaction of its own, with the
 * event webhook.disabled for the account's other webhooks. OUTCOME_NOT_FOUND when it is gone, not
 * active any more, or another by now: then nothing happened.
 */
enum outcome disable_webhook(struct db_connection *connection, int64_t account_id,
                             const struct uuid *id, int revision, const char *reason);

struct webhook_list {
    struct webhook *webhooks; /* owned */
    size_t count;
};

void webhook_list_clear(struct webhook_list *list);

/* The webhooks as they were made, from the one after `after` (NULL: the first) on, at most limit.
 * The caller clears *list either way. */
enum outcome list_webhooks_after(struct db_connection *connection, int64_t account_id,
                                 const struct uuid *after, size_t limit, struct webhook_list *list);

/* Those with these keys, in any order. The caller clears *list either way. */
enum outcome load_webhooks_with_keys(struct db_connection *connection,
                                     const struct object_key keys[], size_t count,
                                     struct webhook_list *list);

#endif
