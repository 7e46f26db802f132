/* Events on their way to webhooks: made from the feed, claimed by one sender at a time, marked.
 * What is written here may be lost with the database: then it is done again. */
#ifndef STORE_WEBHOOK_DELIVERY_H
#define STORE_WEBHOOK_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/uuid.h"
#include "domain/event.h"
#include "store/db.h"

struct webhook_target {
    int64_t account_id;
    struct uuid id;
};

struct webhook_targets {
    struct webhook_target *targets; /* owned */
    size_t count;
};

void webhook_targets_clear(struct webhook_targets *targets);

/* ---- from the feed to deliveries ---- */

/* The accounts whose feed has more than was made deliveries of, owned by the caller. */
enum outcome load_accounts_with_events(struct db_connection *connection, int64_t **ids,
                                       size_t *count);

/*
 * In a transaction of its own makes deliveries of at most limit events of one account, for each of
 * its active webhooks that wants them and was there when they happened. *more: there may be further
 * ones. Nothing when another sender is at it, or all those webhooks have plenty to do: how much is
 * written then follows how fast they take it. made: those that got something; the caller clears it.
 */
enum outcome fan_out_events(struct db_connection *connection, int64_t account_id, size_t limit,
                            struct webhook_targets *made, bool *more);

/* ---- from deliveries to attempts ---- */

/* The active webhooks that have something due, none of them pausing. The caller clears *due. */
enum outcome load_due_webhooks(struct db_connection *connection, struct webhook_targets *due);

struct claimed_delivery {
    struct event event;
    int attempts; /* with this one */
};

/* Of what is due the longest of one webhook, at most limit deliveries. */
struct delivery_claim {
    struct webhook_target webhook;
    struct uuid id;   /* whoever has another cannot mark them */
    int64_t lease_us; /* by the database's clock; meanwhile others pass over them */
    size_t limit;
};

/* Fills deliveries; *count says how many. */
enum outcome claim_deliveries(struct db_connection *connection, const struct delivery_claim *claim,
                              struct claimed_delivery deliveries[], size_t *count);

enum delivery_mark_kind {
    DELIVERY_DELIVERED,
    DELIVERY_PUT_OFF,
    DELIVERY_FAILED, /* for good */
    DELIVERY_GONE,   /* its object is */
    DELIVERY_LET_GO, /* as if it had not been claimed */
};

/* What became of a claimed delivery. */
struct delivery_mark {
    struct webhook_target webhook;
    struct uuid event_id;
    struct uuid claim_id;
    enum delivery_mark_kind kind;
    int64_t wait_us;     /* of DELIVERY_PUT_OFF */
    const char *attempt; /* lent: what the log keeps of it, a JSON object; NULL without one */
};

/* Marks those of count deliveries of one webhook whose claims still hold. */
enum outcome mark_deliveries(struct db_connection *connection, const struct delivery_mark marks[],
                             size_t count);

/* Notes that attempts succeed again, or that they fail and for how long the webhook wants no more
 * (0: it did not say). A pause lasts, whatever calls of before it bring. */
enum outcome note_webhook_succeeding(struct db_connection *connection,
                                     const struct webhook_target *webhook);
enum outcome note_webhook_failing(struct db_connection *connection,
                                  const struct webhook_target *webhook, int64_t pause_us);

/* How many are still to be delivered, counted up to a million, and how many active webhooks fail.
 */
enum outcome count_pending_deliveries(struct db_connection *connection, int64_t *pending,
                                      int64_t *failing);

#endif
