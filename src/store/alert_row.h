/* An alert as the alerts table has it. */
#ifndef STORE_ALERT_ROW_H
#define STORE_ALERT_ROW_H

#include "base/outcome.h"
#include "domain/alert.h"
#include "store/alert.h"
#include "store/db.h"

/* For SELECT .. FROM alerts, in the order of alert_from_row; further columns start at
 * ALERT_COLUMN_COUNT. */
/* clang-format off */
#define ALERT_COLUMNS                                                                          \
    "alerts.account_id, alerts.id, alerts.team, " DB_TIME("alerts.raised_at") ", "             \
    "alerts.frustrated, alerts.n, " DB_TIME("alerts.window_from") ", "                         \
    "alerts.baseline_frustrated, alerts.baseline_n, alerts.p, alerts.alpha, "                  \
    "alerts.response_ids, " DB_TIME("alerts.exceeded_at") ", alerts.status, "                  \
    DB_TIME("alerts.acknowledged_at") ", alerts.acknowledged_by, "                             \
    DB_TIME("alerts.resolved_at") ", alerts.resolved_by, alerts.note, alerts.revision"
/* clang-format on */
#define ALERT_COLUMN_COUNT 20

/* OUTCOME_FAILED, logged, when out of memory or when the row is not what the schema promises;
 * *alert is then untouched. */
enum outcome alert_from_row(const PGresult *rows, int row, struct alert *alert);

/* All rows; the caller clears *list either way. */
enum outcome alerts_from_rows(const PGresult *rows, struct alert_list *list);

#endif
