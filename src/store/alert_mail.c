#include "store/alert_mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/account.h"
#include "store/alert_row.h"
#include "store/array_param.h"
#include "store/params.h"

/* How long a claim lasts, and when a mail is due, is told by the database's clock: those of two
 * instances may differ. */
#define DUE "due_at <= now() AND (claimed_until IS NULL OR claimed_until < now())"

/* Not later than ALERT_MAIL_LIFE_US. */
#define UNTOLD "NOT mails_planned AND raised_at > now() - interval '1 day'"

enum outcome load_accounts_with_alert_mail(struct db_connection *connection, int64_t **ids,
                                           size_t *count) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT account_id FROM accounts WHERE EXISTS (SELECT FROM alert_mails"
                 " WHERE alert_mails.account_id = accounts.account_id AND " DUE ")"
                 " OR EXISTS (SELECT FROM alerts WHERE alerts.account_id = accounts.account_id"
                 " AND " UNTOLD ")",
                 DB_NO_PARAMS);
    return outcome == OUTCOME_OK ? account_ids_from_rows(rows, ids, count) : outcome;
}

/* ---- planning ---- */

enum outcome load_alerts_to_tell(struct db_connection *connection, int64_t account_id, size_t limit,
                                 struct alert_list *list) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_int(&params, (int64_t)limit);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT " ALERT_COLUMNS " FROM alerts WHERE account_id = $1"
                                    " AND " UNTOLD " ORDER BY raised_at, id LIMIT $2",
                                    params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? alerts_from_rows(rows, list) : outcome;
}

static const char plan_sql[] =
    "WITH planned AS (UPDATE alerts SET mails_planned = true WHERE account_id = $1 AND id = $2"
    " AND NOT mails_planned RETURNING account_id, id)"
    " INSERT INTO alert_mails (account_id, alert_id, recipient, id, due_at)"
    " SELECT planned.account_id, planned.id, given.recipient, given.id, now()"
    " FROM planned, unnest($3::text[], $4::uuid[]) AS given (recipient, id)"
    " ON CONFLICT DO NOTHING";

enum outcome plan_alert_mails(struct db_connection *connection, const struct alert *alert,
                              char *const addresses[], size_t count) {
    CLEANUP(params_clear) struct params params = {0};
    CLEANUP(text_clear) struct text ids = {0};
    params_int(&params, alert->account_id);
    params_uuid(&params, &alert->id);
    params_texts(&params, addresses, count);
    for (size_t i = 0; i < count; i++) {
        struct uuid id = uuid_new();
        array_append_uuid(&ids, &id);
    }
    params_array(&params, &ids);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows, plan_sql, params_from(&params, 0, params.count));
}

/* ---- claiming ---- */

void alert_mail_clear(struct alert_mail *mail) {
    alert_clear(&mail->alert);
    free(mail->recipient);
    *mail = ALERT_MAIL_NONE;
}

#define LOCAL(column)                                                                              \
    "to_char(timezone(accounts.time_zone, alerts." column "), 'YYYY-MM-DD HH24:MI')"

static const char claim_sql[] =
    "WITH due AS (SELECT alert_id, recipient FROM alert_mails WHERE account_id = $1 AND " DUE
    " ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED),"
    " claimed AS (UPDATE alert_mails AS mails SET claim_id = $2, attempts = attempts + 1,"
    " claimed_until = now() + $3::bigint * interval '1 us' FROM due WHERE mails.account_id = $1"
    " AND mails.alert_id = due.alert_id AND mails.recipient = due.recipient RETURNING mails.*)"
    " SELECT " ALERT_COLUMNS ", claimed.id, claimed.recipient, claimed.attempts,"
    " (claimed.raised_sent_at IS NOT NULL)::int, accounts.name, accounts.time_zone,"
    " " LOCAL("raised_at") ", " LOCAL(
        "resolved_at") " FROM claimed JOIN alerts"
                       " ON alerts.account_id = $1 AND alerts.id = claimed.alert_id"
                       " JOIN accounts ON accounts.account_id = $1";

static void read_text(const PGresult *rows, int column, char *text, size_t size) {
    const char *value = db_text(rows, 0, ALERT_COLUMN_COUNT + column);
    snprintf(text, size, "%s", value ? value : "");
}

static enum outcome mail_from_row(const PGresult *rows, struct alert_mail *mail) {
    enum outcome outcome = alert_from_row(rows, 0, &mail->alert);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    mail->recipient = strdup(db_text(rows, 0, ALERT_COLUMN_COUNT + 1));
    mail->attempts = (int)db_int(rows, 0, ALERT_COLUMN_COUNT + 2);
    mail->told = db_int(rows, 0, ALERT_COLUMN_COUNT + 3) != 0;
    read_text(rows, 4, mail->account_name, sizeof mail->account_name);
    read_text(rows, 5, mail->time_zone, sizeof mail->time_zone);
    read_text(rows, 6, mail->raised_at, sizeof mail->raised_at);
    read_text(rows, 7, mail->resolved_at, sizeof mail->resolved_at);
    bool whole = mail->recipient && uuid_parse(db_text(rows, 0, ALERT_COLUMN_COUNT), &mail->id);
    return whole ? OUTCOME_OK : OUTCOME_FAILED;
}

enum outcome claim_alert_mail(struct db_connection *connection, int64_t account_id,
                              int64_t lease_us, struct alert_mail *mail) {
    CLEANUP(params_clear) struct params params = {0};
    mail->claim_id = uuid_new();
    params_int(&params, account_id);
    params_uuid(&params, &mail->claim_id);
    params_int(&params, lease_us);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, claim_sql, params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    return PQntuples(rows) == 0 ? OUTCOME_NOT_FOUND : mail_from_row(rows, mail);
}

/* ---- ending ---- */

/* Whoever resolves the alert waits, and then finds this mail sent. */
static enum outcome lock_alert(struct db_connection *connection, const struct alert *alert) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, alert->account_id);
    params_uuid(&params, &alert->id);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "SELECT FROM alerts WHERE account_id = $1 AND id = $2 FOR SHARE",
                    params_from(&params, 0, params.count));
}

/* $5: how it ended, as enum alert_mail_fate has it; $6: the mail said that the alert is over. */
static const char end_sql[] =
    "UPDATE alert_mails SET claim_id = NULL, claimed_until = NULL,"
    " error = COALESCE($8, CASE WHEN $5::int <> 0 THEN error END),"
    " raised_sent_at = CASE WHEN $5::int = 0 THEN COALESCE(raised_sent_at, now())"
    " ELSE raised_sent_at END,"
    " resolved_sent_at = CASE WHEN $5::int = 0 AND $6::int = 1 THEN now() END,"
    " due_at = CASE $5::int WHEN 0 THEN (SELECT now() FROM alerts WHERE alerts.account_id = $1"
    " AND alerts.id = $2 AND status = 'resolved' AND $6::int = 0)"
    " WHEN 2 THEN now() + $7::bigint * interval '1 us' WHEN 3 THEN due_at END,"
    " attempts = CASE $5::int WHEN 0 THEN 0 WHEN 3 THEN attempts - 1 ELSE attempts END"
    " WHERE account_id = $1 AND alert_id = $2 AND recipient = $3 AND claim_id = $4";

_Static_assert(ALERT_MAIL_SENT == 0 && ALERT_MAIL_PUT_OFF == 2 && ALERT_MAIL_NOT_TRIED == 3,
               "as end_sql says");

static enum outcome write_ending(struct db_connection *connection, const struct alert_mail *mail,
                                 const struct alert_mail_ending *ending) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, mail->alert.account_id);
    params_uuid(&params, &mail->alert.id);
    params_text(&params, mail->recipient);
    params_uuid(&params, &mail->claim_id);
    params_int(&params, (int64_t)ending->fate);
    params_int(&params, mail->alert.status == ALERT_RESOLVED);
    params_int(&params, ending->wait_us);
    params_text(&params, ending->error);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, end_sql, params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK && db_affected(rows) == 0 ? OUTCOME_NOT_FOUND : outcome;
}

enum outcome end_alert_mail(struct db_connection *connection, const struct alert_mail *mail,
                            const struct alert_mail_ending *ending) {
    enum outcome outcome = db_execute(connection, "BEGIN");
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    outcome = lock_alert(connection, &mail->alert);
    outcome = outcome == OUTCOME_OK ? write_ending(connection, mail, ending) : outcome;
    enum outcome ended = db_execute(connection, outcome == OUTCOME_OK ? "COMMIT" : "ROLLBACK");
    return outcome == OUTCOME_OK ? ended : outcome;
}
