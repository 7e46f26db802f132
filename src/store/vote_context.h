/* What a transaction must know of each vote before it is stored: its local day, its invitation, and
 * what is recorded of its contact.
 */
#ifndef STORE_VOTE_CONTEXT_H
#define STORE_VOTE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/vote.h"
#include "store/rollup.h"

struct vote_context {
    char day[DAY_TEXT_SIZE]; /* of answered_at, in the account's zone; "" when the account or the
                                survey is gone */
    unsigned wanted_events;  /* EVENT_BIT of each that its account has subscribers for */
    bool invited;            /* and not skipped: the next are set only then */
    struct uuid invitation_id;
    char invitation_day[DAY_TEXT_SIZE];
    struct contact invitation_contact; /* owned */
    char invitation_source[SOURCE_BYTES_MAX + 1];
    bool recorded; /* the contact is, with another snapshot than its invitation's */
    struct contact recorded_contact; /* owned */
};

/* The snapshot that a vote takes, or NULL when nobody reported its contact. */
const struct contact *vote_context_snapshot(const struct vote_context *context);

void vote_context_clear(struct vote_context *context);

/* In a pipeline; one result follows. params must live until it is read. */
enum outcome send_vote_contexts(struct db_connection *connection, struct vote *const votes[],
                                size_t count, struct params *params);

/* Reads that result's rows: row i tells of votes[position - 1]; see vote_context_position. */
size_t vote_context_position(const PGresult *rows, int row);
bool vote_context_from_row(const PGresult *rows, int row, struct vote_context *context);

/* In a pipeline; one result follows: marks invitations as answered at their vote's receipt, once.
 */
enum outcome send_answered_invitations(struct db_connection *connection, struct vote *const votes[],
                                       size_t count, struct params *params);

#endif
