/* Takes in what is reported of contacts: records them, marks repeats, decides who is asked. */
#ifndef STORE_REPORT_H
#define STORE_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "domain/report.h"
#include "store/db.h"
#include "store/rollup.h"

#define REPORTS_AT_ONCE_MAX 1000

/* The rollup slot of whoever reports: no lane writes there. */
#define REPORT_ROLLUP_SLOT 14

/* How the transaction that settles reports begins; the caller ends it. After ROLLBACK nothing has
 * happened, and the reports say what would have: that is what a dry run is. */
#define REPORT_BEGIN "BEGIN; " ROLLUP_LOCK

/* A few reports go by plans that are kept. Many may fill tables that the planner, which made the
 * plans, took for empty: it is to look at them each time. Until the transaction ends. */
#define REPORT_PLAN_ANEW "SET LOCAL plan_cache_mode = force_custom_plan"

/*
 * Settles reports of one account, in the caller's transaction, with the rollups (in slot), and
 * fills them. The snapshot of a contact is that of its first report as solved; a later one changes
 * nothing, except after it was reopened and before anybody was asked. Whether a customer may be
 * asked is decided under locks: of two contacts at once one is. OUTCOME_NOT_FOUND: one of the
 * surveys, or the account, is gone; the caller rolls back.
 */
enum outcome settle_reports(struct db_connection *connection, int slot, struct report reports[],
                            size_t count);

/* The same in a transaction of its own; a dry run is rolled back. */
enum outcome settle_reports_at_once(struct db_connection *connection, int slot,
                                    struct report reports[], size_t count, bool dry_run);

/* Tells PostgreSQL how large the tables behind reports have become. For whoever fills an account:
 * what was planned while they were empty reads them from end to end, until autovacuum comes by. */
enum outcome learn_report_sizes(struct db_connection *connection);

#endif
