/* What a transaction must know of a vote's contact before it is stored: its invitation, and what is
 * recorded of it. */
#ifndef STORE_VOTE_CONTEXT_H
#define STORE_VOTE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/vote.h"
#include "store/rollup.h"

struct vote_context {
    bool invited; /* and not skipped: the next are set only then */
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

/* In a pipeline; one result follows, with a row for each vote of whose contact something is known.
 * The votes are in the order in which all who do this lock invitations: by account, survey and
 * contact. params must live until the result is read. */
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
