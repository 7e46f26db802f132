/* Contacts that only answers, or invitations of former versions, know: found and recorded. */
#ifndef STORE_CONTACT_GATHERING_H
#define STORE_CONTACT_GATHERING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/uuid.h"
#include "store/db.h"

/* Whose rows are walked, in the order of their ids: each walk has its row in job_progress. */
enum gathering {
    GATHER_FROM_RESPONSES,   /* whose source vouches for the contact */
    GATHER_FROM_VOTES,       /* those that made a response's source another */
    GATHER_FROM_INVITATIONS, /* made before contacts were recorded with them */
    GATHERINGS,
};

/*
 * Looks at the next rows of a walk up to, but without, the id bound, and records the contacts that
 * nobody reported, with their marks and sums, in one transaction with the walk's progress; of two
 * who walk at once one does nothing. *finished when no rows are left, or another is at it.
 */
enum outcome gather_contacts(struct db_connection *connection, int64_t account_id,
                             enum gathering from, const struct uuid *bound, bool *finished);

/* The walk of responses starts again before this id, if it was beyond: for answers that are stored
 * with ids of the past. */
enum outcome rewind_gathering(struct db_connection *connection, int64_t account_id,
                              const struct uuid *id);

#endif
