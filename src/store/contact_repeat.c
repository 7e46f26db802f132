#include "store/contact_repeat.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/contact.h"
#include "store/params.h"

#define ACCOUNT_TEXT_SIZE 24

/* clang-format off */
#define LATER_OF(customer)                                                                     \
    "SELECT contact_ref, reason, " CONTACT_BEGAN("later") " AS began_at FROM contacts later"   \
    " WHERE later.account_id = earlier.account_id AND later." customer " = earlier." customer  \
    " AND later.solved_at > earlier.solved_at"

/* The contact "earlier" with the marks it should have, where it has others; accounts in FROM. */
#define MARKS                                                                                  \
    " CROSS JOIN LATERAL ("                                                                    \
    "SELECT (array_agg(contact_ref ORDER BY began_at, contact_ref))[1] AS repeat_ref,"         \
    " min(began_at) AS repeat_at,"                                                             \
    " bool_or(COALESCE(later.reason = earlier.reason, false)) AS repeat_same_reason FROM ("    \
    LATER_OF("customer_ref") " UNION " LATER_OF("address_key") ") later"                       \
    " WHERE began_at > earlier.solved_at AND began_at <= earlier.solved_at + " REPEAT_WITHIN   \
    ") marks WHERE (earlier.repeat_ref, earlier.repeat_at, earlier.repeat_same_reason)"        \
    " IS DISTINCT FROM (marks.repeat_ref, marks.repeat_at, marks.repeat_same_reason)"

/* LATERAL and OFFSET 0 as in contact_lock.c. */
static const char wrong_of_some[] =
    "SELECT earlier.contact_ref, marks.*"
    " FROM unnest($2::text[]) AS asked (ref) JOIN accounts ON account_id = $1 CROSS JOIN LATERAL"
    " (SELECT * FROM contacts WHERE account_id = $1 AND contact_ref = ref OFFSET 0) earlier"
    MARKS;

#define WRONG_OF_ALL                                                                           \
    " FROM contacts earlier JOIN accounts USING (account_id)" MARKS                            \
    " AND earlier.account_id = $1"

static const char mark_all[] =
    "UPDATE contacts SET repeat_ref = found.repeat_ref, repeat_at = found.repeat_at,"
    " repeat_same_reason = found.repeat_same_reason"
    " FROM (SELECT earlier.contact_ref, marks.*" WRONG_OF_ALL ") found"
    " WHERE contacts.account_id = $1 AND contacts.contact_ref = found.contact_ref";

static const char count_wrong[] = "SELECT count(*)" WRONG_OF_ALL;

static const char mark_one[] =
    "UPDATE contacts SET repeat_ref = $3, repeat_at = $4, repeat_same_reason = $5"
    " FROM contacts before, accounts WHERE contacts.account_id = $1 AND contacts.contact_ref = $2"
    " AND before.account_id = $1 AND before.contact_ref = $2 AND accounts.account_id = $1"
    " RETURNING " KEPT_CONTACT_COLUMNS ", " ROLLUP_DAY("contacts.solved_at") ","
    " before.repeat_ref IS NOT NULL, COALESCE(before.repeat_same_reason, false)";
/* clang-format on */

static bool is_true(const PGresult *rows, int row, int column) {
    return *db_text(rows, row, column) == 't';
}

static enum outcome count_marked(const PGresult *rows, int row, struct rollup_deltas *deltas) {
    CLEANUP(kept_contact_clear) struct kept_contact kept = KEPT_CONTACT_NONE;
    enum outcome outcome = kept_contact_from_row(rows, row, &kept);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    const struct rollup_place place = {
        .account_id = kept.account_id,
        .survey = "",
        .contact = &kept.contact,
        .source = kept.source,
        .day = db_text(rows, row, KEPT_CONTACT_COLUMN_COUNT),
    };
    struct contact_marks now = contact_marks_of(&kept);
    struct contact_marks before = now;
    before.repeated = is_true(rows, row, KEPT_CONTACT_COLUMN_COUNT + 1);
    before.repeated_same_reason = is_true(rows, row, KEPT_CONTACT_COLUMN_COUNT + 2);
    rollup_count_contact(deltas, &place, &before, -1);
    rollup_count_contact(deltas, &place, &now, 1);
    return OUTCOME_OK;
}

static enum outcome mark_one_of(struct db_connection *connection, int64_t account_id,
                                const PGresult *wrong, int row, struct rollup_deltas *deltas) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    for (int column = 0; column < 4; column++) {
        params_text(&params, db_text(wrong, row, column));
    }
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, mark_one, params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? count_marked(rows, 0, deltas) : outcome;
}

enum outcome mark_repeats(struct db_connection *connection, int64_t account_id, char *const refs[],
                          size_t count, struct rollup_deltas *deltas) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_texts(&params, refs, count);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *wrong = NULL;
    enum outcome outcome =
        db_query(connection, &wrong, wrong_of_some, params_from(&params, 0, params.count));
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(wrong); row++) {
        outcome = mark_one_of(connection, account_id, wrong, row, deltas);
    }
    return outcome;
}

/* The statement is not kept prepared: it is for all of an account, and seldom. */
static enum outcome query_all(struct db_connection *connection, int64_t account_id, const char *sql,
                              PGresult **rows) {
    char account[ACCOUNT_TEXT_SIZE];
    snprintf(account, sizeof account, "%" PRId64, account_id);
    return db_query_once(connection, rows, sql, DB_PARAMS(account));
}

enum outcome mark_all_repeats(struct db_connection *connection, int64_t account_id) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return query_all(connection, account_id, mark_all, &rows);
}

enum outcome count_wrong_repeats(struct db_connection *connection, int64_t account_id,
                                 int64_t *count) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_all(connection, account_id, count_wrong, &rows);
    if (outcome == OUTCOME_OK) {
        *count = db_int(rows, 0, 0);
    }
    return outcome;
}
