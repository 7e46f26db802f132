/* What follows from reports for invitations. For store/report.c. */
#ifndef STORE_REPORT_INVITATIONS_H
#define STORE_REPORT_INVITATIONS_H

#include <stddef.h>

#include "base/outcome.h"
#include "domain/report.h"
#include "store/db.h"
#include "store/rollup.h"

/*
 * Makes, or decides anew, the invitations of reports of one account: each as solved, with a survey,
 * and alone with this survey and contact. Their contacts are recorded, their customers locked. Of
 * two of one customer the first in order is asked. Fills the reports, and counts in deltas.
 */
enum outcome settle_invitations(struct db_connection *connection, struct report *const reports[],
                                size_t count, struct rollup_deltas *deltas);

#endif
