/* The suppressions table's columns, for the files that read it. */
#ifndef STORE_SUPPRESSION_ROW_H
#define STORE_SUPPRESSION_ROW_H

#include "base/outcome.h"
#include "domain/suppression.h"
#include "store/db.h"

/* For SELECT .. FROM suppressions, in the order of suppression_from_row; further columns start at
 * SUPPRESSION_COLUMN_COUNT. */
/* clang-format off */
#define SUPPRESSION_COLUMNS "suppressions.account_id, suppressions.id, suppressions.email, suppressions.reason," \
                " suppressions.note, suppressions.invitation_id, " DB_TIME("suppressions.created_at")
#define SUPPRESSION_COLUMN_COUNT 7
/* clang-format on */

/* OUTCOME_FAILED when out of memory or when the row is not what the schema promises; *suppression
 * is then untouched. */
enum outcome suppression_from_row(const PGresult *rows, int row, struct suppression *suppression);

#endif
