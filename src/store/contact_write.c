#include "store/contact_write.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "store/contact_row.h"
#include "store/multi_row.h"
#include "store/params.h"

/* clang-format off */
static struct multi_row insert = {
    .head = "INSERT INTO contacts (account_id, " CONTACT_COLUMN_NAMES ", address_key, source,"
            " recorded_at) VALUES ",
    .tail = " ON CONFLICT DO NOTHING RETURNING contact_ref",
    .columns = 1 + CONTACT_COLUMN_COUNT + 3,
};

/* The parameters are those of params_contact, then the rest. */
static const char rewrite[] =
    "UPDATE contacts SET agents = $3, team = $4, channel = $5, reason = $6, language = $7,"
    " customer_ref = $8, customer_email = $9, customer_name = $10, solved_at = $11,"
    " opened_at = $12, handled_s = $13, credit_amount = $14, address_key = $15,"
    " reopened_at = $16, reassigned_at = $17"
    " FROM accounts WHERE accounts.account_id = $1 AND contacts.account_id = $1"
    " AND contact_ref = $2 RETURNING " ROLLUP_DAY("contacts.solved_at");
/* clang-format on */

static void params_reported(struct params *params, const struct report *report) {
    params_int(params, report->account_id);
    params_contact(params, &report->contact);
    params_address_key(params, &report->contact);
    params_text(params, report->source);
    params_time(params, report->reported_at_us);
}

/* The refs come back in the order of their rows, without those that were there before. */
static enum outcome note_recorded(const PGresult *rows, struct report *const reports[],
                                  size_t count) {
    size_t next = 0;
    for (int row = 0; row < PQntuples(rows); row++) {
        const char *ref = db_text(rows, row, 0);
        while (next < count && strcmp(reports[next]->contact.ref, ref) != 0) {
            next++;
        }
        if (next == count) {
            log_error("a contact came back that was not sent");
            return OUTCOME_FAILED;
        }
        reports[next++]->recorded = true;
    }
    return OUTCOME_OK;
}

enum outcome insert_contacts(struct db_connection *connection, struct report *const reports[],
                             size_t count) {
    CLEANUP(params_clear) struct params params = {0};
    enum outcome outcome = OUTCOME_OK;
    for (size_t done = 0, rows = 0; outcome == OUTCOME_OK && done < count; done += rows) {
        const char *sql = multi_row_sql(&insert, count - done, &rows);
        params_reset(&params);
        for (size_t i = 0; i < rows; i++) {
            params_reported(&params, reports[done + i]);
        }
        if (!sql || !params_ready(&params)) {
            return OUTCOME_FAILED;
        }
        CLEANUP(db_rows_free) PGresult *result = NULL;
        outcome = db_query(connection, &result, sql, params_from(&params, 0, params.count));
        if (outcome == OUTCOME_OK) {
            outcome = note_recorded(result, reports + done, rows);
        }
    }
    return outcome;
}

enum outcome rewrite_contact(struct db_connection *connection, const struct kept_contact *kept,
                             char day[DAY_TEXT_SIZE]) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, kept->account_id);
    params_contact(&params, &kept->contact);
    params_address_key(&params, &kept->contact);
    params_time(&params, kept->reopened_at_us);
    params_time(&params, kept->reassigned_at_us);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, rewrite, params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        strncpy(day, db_text(rows, 0, 0), DAY_TEXT_SIZE - 1);
    }
    return outcome;
}
