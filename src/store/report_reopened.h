/* What follows for invitations when contacts are opened again. For store/report.c. */
#ifndef STORE_REPORT_REOPENED_H
#define STORE_REPORT_REOPENED_H

#include <stddef.h>

#include "base/outcome.h"
#include "domain/report.h"
#include "store/db.h"
#include "store/rollup.h"

/*
 * Calls back the mails of contacts that were opened again, each reported once: what is scheduled is
 * skipped, who was asked is not reminded. Fills in the report an invitation that this concerned,
 * and counts in deltas. A mail that is just on its way goes.
 */
enum outcome cancel_mails(struct db_connection *connection, struct report *const reports[],
                          size_t count, struct rollup_deltas *deltas);

#endif
