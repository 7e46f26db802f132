#ifndef STORE_INVITATION_H
#define STORE_INVITATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/invitation.h"
#include "domain/token.h"
#include "store/db.h"

/* Fills *invitation (the caller clears it). */
enum outcome load_invitation(struct db_connection *connection, int64_t account_id,
                             const struct uuid *id, struct invitation *invitation);

#define INVITATIONS_READ_MAX 64 /* in one round trip */

/*
 * The same for several, each INVITATION_NONE before, in one round trip; outcomes[i] is that of
 * invitations[i], OUTCOME_OK or OUTCOME_NOT_FOUND. Any answer but OUTCOME_OK is all of theirs, and
 * none is filled; after OUTCOME_UNAVAILABLE the connection was discarded, and it may be tried
 * again.
 */
enum outcome load_invitations(struct db_connection *connection, const struct token tokens[],
                              size_t count, struct invitation invitations[],
                              enum outcome outcomes[]);

#endif
