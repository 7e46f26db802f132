#include "store/alert.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/alert_row.h"
#include "store/array_param.h"
#include "store/event.h"
#include "store/params.h"

#define NUMBER_BYTES 32

/* Ends the caller's transaction: COMMIT when all went well. */
static enum outcome end_transaction(struct db_connection *connection, enum outcome outcome) {
    enum outcome ended = db_execute(connection, outcome == OUTCOME_OK ? "COMMIT" : "ROLLBACK");
    return outcome == OUTCOME_OK ? ended : outcome;
}

static enum outcome tell(struct db_connection *connection, const struct alert *alert,
                         enum event_type type, int64_t at_us) {
    struct event event = {
        .account_id = alert->account_id,
        .type = type,
        .object_id = alert->id,
        .occurred_at_us = at_us,
    };
    return store_events(connection, &event, 1);
}

/* ---- raising ---- */

/* Whoever raises an alert of the same account meanwhile waits, and sees this one then. Foreign keys
 * do not wait for such a lock. */
static enum outcome lock_account(struct db_connection *connection, int64_t account_id) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "SELECT FROM accounts WHERE account_id = $1 FOR NO KEY UPDATE",
                    params_from(&params, 0, params.count));
}

/* With all digits that it has. */
static void params_double(struct params *params, double value) {
    char text[NUMBER_BYTES];
    snprintf(text, sizeof text, "%.17g", value);
    params_copy(params, text);
}

static void params_ids(struct params *params, const struct alert *alert) {
    CLEANUP(text_clear) struct text ids = {0};
    for (size_t i = 0; i < alert->response_count; i++) {
        array_append_uuid(&ids, &alert->response_ids[i]);
    }
    params_array(params, &ids);
}

static void params_new_alert(struct params *params, const struct alert *alert) {
    params_int(params, alert->account_id);
    params_uuid(params, &alert->id);
    params_text(params, alert->team);
    params_time(params, alert->raised_at_us);
    params_int(params, alert->frustrated);
    params_int(params, alert->n);
    params_time(params, alert->window_from_us);
    params_int(params, alert->baseline_frustrated);
    params_int(params, alert->baseline_n);
    params_double(params, alert->p);
    params_double(params, alert->alpha);
    params_ids(params, alert);
}

static const char insert_sql[] =
    "INSERT INTO alerts (account_id, id, team, raised_at, frustrated, n, window_from,"
    " baseline_frustrated, baseline_n, p, alpha, response_ids, exceeded_at)"
    " SELECT $1::bigint, $2::uuid, $3, $4::timestamptz, $5::int, $6::int, $7::timestamptz, $8::int,"
    " $9::int, $10::float8, $11::float8, $12::uuid[], $4::timestamptz"
    " WHERE NOT EXISTS (SELECT FROM alerts WHERE account_id = $1 AND team = $3"
    " AND raised_at > $4::timestamptz - $13::bigint * interval '1 us')"
    " ON CONFLICT (account_id, team) WHERE status <> 'resolved' DO NOTHING";

static enum outcome insert_alert(struct db_connection *connection, const struct alert *alert,
                                 int64_t cool_down_us, bool *inserted) {
    CLEANUP(params_clear) struct params params = {0};
    params_new_alert(&params, alert);
    params_int(&params, cool_down_us);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, insert_sql, params_from(&params, 0, params.count));
    *inserted = outcome == OUTCOME_OK && db_affected(rows) == 1;
    return outcome;
}

enum outcome raise_alert(struct db_connection *connection, struct alert *alert,
                         int64_t cool_down_us, bool *raised) {
    bool inserted = false;
    alert->id = uuid_new();
    alert->status = ALERT_OPEN;
    alert->revision = 1;
    alert->exceeded_at_us = alert->raised_at_us;
    enum outcome outcome = db_execute(connection, "BEGIN");
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    outcome = lock_account(connection, alert->account_id);
    outcome =
        outcome == OUTCOME_OK ? insert_alert(connection, alert, cool_down_us, &inserted) : outcome;
    if (outcome == OUTCOME_OK && inserted) {
        outcome = tell(connection, alert, EVENT_ALERT_RAISED, alert->raised_at_us);
    }
    outcome = end_transaction(connection, outcome);
    *raised = outcome == OUTCOME_OK && inserted;
    return outcome;
}

enum outcome touch_alert(struct db_connection *connection, int64_t account_id,
                         const struct uuid *id, int64_t at_us) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_uuid(&params, id);
    params_time(&params, at_us);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "UPDATE alerts SET exceeded_at = $3::timestamptz, revision = revision + 1"
                    " WHERE account_id = $1 AND id = $2 AND status <> 'resolved'"
                    " AND exceeded_at < $3::timestamptz",
                    params_from(&params, 0, params.count));
}

/* ---- what is done about it ---- */

typedef enum alert_effect alert_change(struct alert *alert, const struct alert_deed *deed);

/* One whose key has no name is known by the key's id. */
static const char lock_sql[] =
    "SELECT " ALERT_COLUMNS ", COALESCE((SELECT NULLIF(name, '') FROM api_keys"
    " WHERE api_keys.account_id = $1 AND api_keys.id = $3::uuid), $3::uuid::text)"
    " FROM alerts WHERE alerts.account_id = $1 AND alerts.id = $2 FOR NO KEY UPDATE OF alerts";

/* *rows has who does it in the column after the alert's. */
static enum outcome lock_alert(struct db_connection *connection, const struct alert_order *order,
                               struct alert *alert, PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, order->account_id);
    params_uuid(&params, &order->alert_id);
    if (order->key_id) {
        params_uuid(&params, order->key_id);
    } else {
        params_text(&params, NULL);
    }
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    enum outcome outcome =
        db_query(connection, rows, lock_sql, params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    return PQntuples(*rows) == 0 ? OUTCOME_NOT_FOUND : alert_from_row(*rows, 0, alert);
}

static enum outcome write_deeds(struct db_connection *connection, const struct alert *alert) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, alert->account_id);
    params_uuid(&params, &alert->id);
    params_text(&params, alert_status_name(alert->status));
    params_time(&params, alert->acknowledged_at_us);
    params_text(&params, alert->acknowledged_by);
    params_time(&params, alert->resolved_at_us);
    params_text(&params, alert->resolved_by);
    params_text(&params, alert->note);
    params_int(&params, alert->revision);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "UPDATE alerts SET status = $3, acknowledged_at = $4, acknowledged_by = $5,"
                    " resolved_at = $6, resolved_by = $7, note = $8, revision = $9"
                    " WHERE account_id = $1 AND id = $2",
                    params_from(&params, 0, params.count));
}

/* Who was told that it was raised is told that it is over. */
static enum outcome let_mails_go(struct db_connection *connection, const struct alert *alert) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, alert->account_id);
    params_uuid(&params, &alert->id);
    params_time(&params, alert->resolved_at_us);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "UPDATE alert_mails SET due_at = $3, attempts = 0 WHERE account_id = $1"
                    " AND alert_id = $2 AND raised_sent_at IS NOT NULL AND due_at IS NULL",
                    params_from(&params, 0, params.count));
}

static enum outcome write_changed(struct db_connection *connection, const struct alert *alert,
                                  enum alert_status before) {
    enum outcome outcome = write_deeds(connection, alert);
    if (outcome != OUTCOME_OK || alert->status != ALERT_RESOLVED || before == ALERT_RESOLVED) {
        return outcome;
    }
    outcome = let_mails_go(connection, alert);
    return outcome == OUTCOME_OK
               ? tell(connection, alert, EVENT_ALERT_RESOLVED, alert->resolved_at_us)
               : outcome;
}

static enum outcome change_locked(struct db_connection *connection, const struct alert_order *order,
                                  alert_change *change, struct alert *alert) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = lock_alert(connection, order, alert, &rows);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    enum alert_status before = alert->status;
    const struct alert_deed deed = {
        .by = db_text(rows, 0, ALERT_COLUMN_COUNT),
        .note = order->note,
        .at_us = order->at_us,
    };
    switch (change(alert, &deed)) {
    case ALERT_STAYS:
        return OUTCOME_OK;
    case ALERT_CHANGES:
        return write_changed(connection, alert, before);
    case ALERT_REFUSES:
        return OUTCOME_CONFLICT;
    case ALERT_FAILS:
    default:
        return OUTCOME_FAILED;
    }
}

static enum outcome change_alert(struct db_connection *connection, const struct alert_order *order,
                                 alert_change *change, struct alert *alert) {
    enum outcome outcome = db_execute(connection, "BEGIN");
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    outcome = change_locked(connection, order, change, alert);
    return end_transaction(connection, outcome);
}

enum outcome store_acknowledgement(struct db_connection *connection,
                                   const struct alert_order *order, struct alert *alert) {
    return change_alert(connection, order, alert_acknowledge, alert);
}

enum outcome store_resolution(struct db_connection *connection, const struct alert_order *order,
                              struct alert *alert) {
    return change_alert(connection, order, alert_resolve, alert);
}
