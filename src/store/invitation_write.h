/* Invitations of one account, made and changed in the caller's transaction: for reports, which
 * count them too. */
#ifndef STORE_INVITATION_WRITE_H
#define STORE_INVITATION_WRITE_H

#include <stddef.h>

#include "base/outcome.h"
#include "domain/invitation.h"
#include "store/db.h"

/* Of two for the same (survey, contact.ref) the first stays. Those that come in one order, by
 * survey and ref, never wait for each other in a circle. */
enum outcome insert_invitations(struct db_connection *connection,
                                struct invitation *const invitations[], size_t count);

/* What changes when one is decided anew: its snapshot, verdict and times. */
enum outcome rewrite_invitation(struct db_connection *connection,
                                const struct invitation *invitation);

/* Locks, of those that stand for the keys (survey, contact.ref) of wanted, the ones that may be
 * decided anew: nobody answers or sends them meanwhile. */
enum outcome lock_undecided(struct db_connection *connection, struct invitation *const wanted[],
                            size_t count);

/* All that stand for the keys of wanted: rows for invitation_from_row, each with the account's
 * local day of created_at behind it. */
enum outcome query_invitations(struct db_connection *connection, struct invitation *const wanted[],
                               size_t count, PGresult **rows);

#endif
