/* One transaction for many votes. */
#ifndef INTAKE_BATCH_H
#define INTAKE_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/event.h"
#include "intake/intake.h"
#include "store/rollup.h"
#include "store/vote_context.h"
#include "store/vote_place.h"

#define BATCH_VOTES_MAX 1024

/* A vote in the transaction, and how it ended if that commits. */
struct batch_item {
    struct vote *vote;
    const struct vote_place *place; /* the lane's; NULL while nothing is known of it */
    struct vote_context context;
    bool invitation_answered; /* its invitation is to be marked */
    bool owns_response;       /* response has its own texts; else it borrows the vote's */
    bool has_event;           /* somebody may want to be told, of: */
    enum event_type event;
    struct survey_response response;
    struct vote_result result;
};

/* What a lane keeps from batch to batch. */
struct batch_tools {
    int slot;
    bool lone_statement;  /* one vote alone may be one statement; Citus does not know it */
    bool quiet;           /* nobody is told */
    unsigned deadline_ms; /* for one try, COMMIT included */
    const struct sentiment_scorer *scorer; /* lent */
    struct rollup_deltas deltas;
    struct params params;
    struct vote_places places; /* of the batch under way */
};

void batch_tools_clear(struct batch_tools *tools);
void batch_item_clear(struct batch_item *item);

/*
 * Stores the items' votes and everything that follows from them. OUTCOME_OK: committed, and each
 * item's result says how it ended. OUTCOME_UNAVAILABLE: not known to be committed; running the same
 * items again is safe. OUTCOME_CONFLICT: nothing was stored, an id or key is in use; if another
 * instance stored the same vote at the same moment, it is a replay once it is run again. Anything
 * else: nothing was stored, at least one item cannot be.
 */
enum outcome commit_batch(struct db_connection *connection, struct batch_tools *tools,
                          struct batch_item items[], size_t count);

#endif
