/* store/rollup_audit.h's work on choice_rollups; in its transaction. */
#ifndef STORE_CHOICE_AUDIT_H
#define STORE_CHOICE_AUDIT_H

#include "store/rollup_audit.h"

/* Counts the account's choices again, into the temporary table choices_counted. *counted: the rows.
 */
enum outcome count_choices_again(struct db_connection *connection, const char *account,
                                 int64_t *counted);

/* Appends to *audit where choice_rollups differs from choices_counted. */
enum outcome compare_choices(struct db_connection *connection, const char *account,
                             struct rollup_audit *audit);

/* Makes choice_rollups say what choices_counted does. */
enum outcome rewrite_choices(struct db_connection *connection, const char *account);

#endif
