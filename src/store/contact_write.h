/* The rows of contacts, written; what is marked on them is contact_repeat.c's. */
#ifndef STORE_CONTACT_WRITE_H
#define STORE_CONTACT_WRITE_H

#include <stddef.h>

#include "base/outcome.h"
#include "domain/kept_contact.h"
#include "domain/report.h"
#include "store/db.h"
#include "store/rollup.h"

/* Inserts the contacts of reports of one account, one for each contact, in the order of their refs.
 * Sets recorded where there was none before. */
enum outcome insert_contacts(struct db_connection *connection, struct report *const reports[],
                             size_t count);

/* Writes what a report may change of a contact; fills the local day of its solving. */
enum outcome rewrite_contact(struct db_connection *connection, const struct kept_contact *kept,
                             char day[DAY_TEXT_SIZE]);

#endif
