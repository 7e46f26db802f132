/* Contacts as they are reported, recorded in batches. */
#ifndef STORE_CONTACT_RECORD_H
#define STORE_CONTACT_RECORD_H

#include <stddef.h>

#include "base/outcome.h"
#include "domain/report.h"
#include "store/db.h"
#include "store/rollup.h"

/*
 * Settles what reports say of their contacts, in the caller's transaction; what it changes of the
 * sums is added to deltas. For settle_reports, which has locked the customers; order is the reports
 * by contact.ref, those of one contact in the order they came. Fills recorded, known and
 * solved_again, and gives a report whose contact is known the snapshot that stands. A contact that
 * is not known is recorded only by REPORT_SOLVED.
 *
 * The first contact with which a customer comes back is marked on the earlier one, whichever of the
 * two is reported first.
 */
enum outcome record_contacts(struct db_connection *connection, struct report reports[],
                             const size_t order[], size_t count, struct rollup_deltas *deltas);

#endif
