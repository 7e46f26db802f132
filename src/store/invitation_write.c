#include "store/invitation_write.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "store/contact_row.h"
#include "store/invitation_row.h"
#include "store/multi_row.h"
#include "store/params.h"
#include "store/rollup.h"

/* clang-format off */
static struct multi_row insert = {
    .head = "INSERT INTO invitations (account_id, id, survey, " CONTACT_COLUMN_NAMES ", address_key,"
            " source, created_at, expires_at, verdict, skip_reason, eligible_at, due_at) VALUES ",
    .tail = " ON CONFLICT DO NOTHING",
    .columns = 3 + CONTACT_COLUMN_COUNT + 8,
};
/* clang-format on */

static void params_verdict(struct params *params, const struct invitation *invitation) {
    params_text(params, verdict_name(invitation->verdict));
    params_text(params, skip_reason_name(invitation->skip_reason));
    params_time(params, invitation->eligible_at_us);
    params_time(params, invitation->due_at_us);
}

static void params_invitation(struct params *params, const struct invitation *invitation) {
    params_int(params, invitation->account_id);
    params_uuid(params, &invitation->id);
    params_text(params, invitation->survey);
    params_contact(params, &invitation->contact);
    params_address_key(params, &invitation->contact);
    params_text(params, invitation->source);
    params_time(params, invitation->created_at_us);
    params_time(params, invitation->expires_at_us);
    params_verdict(params, invitation);
}

enum outcome insert_invitations(struct db_connection *connection,
                                struct invitation *const invitations[], size_t count) {
    CLEANUP(params_clear) struct params params = {0};
    for (size_t done = 0; done < count;) {
        size_t rows;
        const char *sql = multi_row_sql(&insert, count - done, &rows);
        params_reset(&params);
        for (size_t i = 0; i < rows; i++) {
            params_invitation(&params, invitations[done + i]);
        }
        if (!sql || !params_ready(&params)) {
            return OUTCOME_FAILED;
        }
        CLEANUP(db_rows_free) PGresult *result = NULL;
        enum outcome outcome =
            db_query(connection, &result, sql, params_from(&params, 0, params.count));
        if (outcome != OUTCOME_OK) {
            return outcome;
        }
        done += rows;
    }
    return OUTCOME_OK;
}

enum outcome rewrite_invitation(struct db_connection *connection,
                                const struct invitation *invitation) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, invitation->account_id);
    params_uuid(&params, &invitation->id);
    params_contact(&params, &invitation->contact);
    params_address_key(&params, &invitation->contact);
    params_time(&params, invitation->expires_at_us);
    params_verdict(&params, invitation);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(
        connection, &rows,
        "UPDATE invitations SET (" CONTACT_COLUMN_NAMES
        ", address_key, expires_at, verdict, skip_reason, eligible_at, due_at, revision) ="
        " ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
        " $16, $17, $18, $19, $20, $21, revision + 1)"
        " WHERE account_id = $1 AND id = $2",
        params_from(&params, 0, params.count));
}

/* The account and the keys, as $1, $2 and $3. */
static bool params_keys(struct params *params, struct invitation *const wanted[], size_t count) {
    char **texts = calloc(2 * count, sizeof *texts);
    if (!texts) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        texts[i] = wanted[i]->survey;
        texts[count + i] = wanted[i]->contact.ref;
    }
    params_int(params, wanted[0]->account_id);
    params_texts(params, texts, count);
    params_texts(params, texts + count, count);
    free(texts);
    return params_ready(params);
}

/* Each by its key: LATERAL and OFFSET 0, or the planner may read all of the account's. */
#define OF_KEYS(columns, condition)                                                                \
    " FROM unnest($2::text[], $3::text[]) AS wanted (survey, ref) CROSS JOIN LATERAL"              \
    " (SELECT " columns " FROM invitations WHERE account_id = $1"                                  \
    " AND survey = wanted.survey AND contact_ref = wanted.ref " condition ") AS invitations"

enum outcome lock_undecided(struct db_connection *connection, struct invitation *const wanted[],
                            size_t count) {
    CLEANUP(params_clear) struct params params = {0};
    if (!params_keys(&params, wanted, count)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "SELECT" OF_KEYS("id", "AND (verdict = 'created' OR skip_reason = 'reopened')"
                                           " FOR UPDATE"),
                    params_from(&params, 0, params.count));
}

enum outcome query_invitations(struct db_connection *connection, struct invitation *const wanted[],
                               size_t count, PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    if (!params_keys(&params, wanted, count)) {
        return OUTCOME_FAILED;
    }
    /* clang-format off */
    return db_query(connection, rows,
                    "SELECT " INVITATION_COLUMNS ", " ROLLUP_DAY("invitations.created_at")
                    OF_KEYS("*", "OFFSET 0") " JOIN accounts ON accounts.account_id = $1",
                    params_from(&params, 0, params.count));
    /* clang-format on */
}
