/* Votes whose response is there already: changes, held votes, replays of a request or of a lost
 * COMMIT. */
#ifndef INTAKE_LATER_VOTES_H
#define INTAKE_LATER_VOTES_H

#include "intake/batch.h"
#include "store/vote.h"

/*
 * Settles the items (all of one account, none with a response of its own) inside the open
 * transaction: rows are locked in id order, rules decide, rows and deltas change. with_keys are the
 * votes found by idempotency key.
 */
enum outcome settle_later_votes(struct db_connection *connection, struct batch_tools *tools,
                                struct batch_item *items[], size_t count,
                                const struct stored_votes *with_keys);

#endif
