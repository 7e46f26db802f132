/* Contacts locked together with those that they may repeat. */
#ifndef STORE_CONTACT_LOCK_H
#define STORE_CONTACT_LOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "store/contact.h"
#include "store/db.h"

/* The columns of a locked row, after those of kept_contact_from_row; the bools are 't' or 'f'. */
enum locked_column {
    LOCKED_REF = 1,
    LOCKED_DAY = KEPT_CONTACT_COLUMN_COUNT, /* the local day of its solving */
    LOCKED_REPORTED, /* it is one of refs; the next two are told only of these: */
    LOCKED_ASKED,    /* a customer has the link, or answered */
    LOCKED_ANSWERED, /* by a confirmed vote */
};

struct contact_ref {
    const char *ref; /* lent */
    bool fresh;      /* the contact is new, or begins otherwise than before */
};

/*
 * Locks the contacts of refs that there are, and those that they may repeat, or may have when they
 * began otherwise: for the fresh ones, and those that are open again. All in the order of their
 * refs, so that two who report never wait for each other in a circle.
 */
enum outcome lock_contacts(struct db_connection *connection, int64_t account_id,
                           const struct contact_ref refs[], size_t count, PGresult **rows);

#endif
