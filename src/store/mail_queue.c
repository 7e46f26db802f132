#include "store/mail_queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/account.h"
#include "store/event.h"
#include "store/invitation_row.h"
#include "store/params.h"
#include "store/rollup.h"
#include "store/suppression.h"

/* By account: the index begins with it, and Citus locks rows inside one only. How long a claim
 * lasts is told by the database's clock: those of two instances may differ. */
#define DUE "due_at <= $1::timestamptz AND (claimed_until IS NULL OR claimed_until < now())"

enum outcome load_accounts_with_mail(struct db_connection *connection, int64_t now_us,
                                     int64_t **ids, size_t *count) {
    CLEANUP(params_clear) struct params params = {0};
    params_time(&params, now_us);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT account_id FROM accounts WHERE EXISTS ("
                                    "SELECT FROM invitations WHERE invitations.account_id ="
                                    " accounts.account_id AND " DUE ")",
                                    params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? account_ids_from_rows(rows, ids, count) : outcome;
}

/* ---- claiming ---- */

static const char claim_sql[] =
    "UPDATE invitations SET claim_id = $3, claimed_until = now() + $4::bigint * interval '1 us',"
    " attempts = attempts + 1,"
    " unclear_attempts = unclear_attempts + (claimed_until IS NOT NULL)::int"
    " WHERE account_id = $2 AND id = (SELECT id FROM invitations WHERE account_id = $2 AND " DUE
    " ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING " INVITATION_COLUMNS;

enum outcome claim_mail(struct db_connection *connection, int64_t account_id, int64_t now_us,
                        int64_t lease_us, struct mail_claim *claim) {
    CLEANUP(params_clear) struct params params = {0};
    struct mail_claim made = {.id = uuid_new(), .invitation = INVITATION_NONE};
    params_time(&params, now_us);
    params_int(&params, account_id);
    params_uuid(&params, &made.id);
    params_int(&params, lease_us);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, claim_sql, params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        outcome = PQntuples(rows) == 0 ? OUTCOME_NOT_FOUND
                                       : invitation_from_row(rows, 0, &made.invitation);
    }
    if (outcome == OUTCOME_OK) {
        *claim = made;
    }
    return outcome;
}

/* ---- ending ---- */

static void params_claim(struct params *params, const struct mail_claim *claim) {
    params_int(params, claim->invitation.account_id);
    params_uuid(params, &claim->invitation.id);
    params_uuid(params, &claim->id);
}

/* The claimed invitation as it is now, locked until the end of the transaction. */
static enum outcome lock_claimed(struct db_connection *connection, const struct mail_claim *claim,
                                 struct invitation *invitation, char day[DAY_TEXT_SIZE]) {
    CLEANUP(params_clear) struct params params = {0};
    params_claim(&params, claim);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    /* clang-format off */
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT " INVITATION_COLUMNS ", " ROLLUP_DAY("invitations.created_at")
                 " FROM invitations JOIN accounts USING (account_id) WHERE account_id = $1"
                 " AND invitations.id = $2 AND claim_id = $3 FOR UPDATE OF invitations",
                 params_from(&params, 0, params.count));
    /* clang-format on */
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (PQntuples(rows) == 0) {
        return OUTCOME_NOT_FOUND;
    }
    strncpy(day, PQgetvalue(rows, 0, INVITATION_COLUMN_COUNT), DAY_TEXT_SIZE - 1);
    return invitation_from_row(rows, 0, invitation);
}

static const char end_sql[] =
    "UPDATE invitations SET claim_id = NULL, claimed_until = NULL, verdict = $4, skip_reason = $5,"
    " due_at = $6, sent_at = $7, reminded_at = $8, attempts = $9, unclear_attempts = $10,"
    " mail_error = $11, revision = revision + 1 WHERE account_id = $1 AND id = $2 AND claim_id = "
    "$3";

static enum outcome write_ended(struct db_connection *connection, const struct mail_claim *claim,
                                const struct invitation *ended) {
    CLEANUP(params_clear) struct params params = {0};
    params_claim(&params, claim);
    params_text(&params, verdict_name(ended->verdict));
    params_text(&params, skip_reason_name(ended->skip_reason));
    params_time(&params, ended->due_at_us);
    params_time(&params, ended->sent_at_us);
    params_time(&params, ended->reminded_at_us);
    params_int(&params, ended->attempts);
    params_int(&params, ended->unclear_attempts);
    params_text(&params, ended->mail_error);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows, end_sql, params_from(&params, 0, params.count));
}

/* Most endings change no sum. */
static enum outcome write_sums(struct db_connection *connection, const struct invitation *before,
                               const struct invitation *ended, const char *day) {
    CLEANUP(rollup_deltas_clear) struct rollup_deltas deltas = {0};
    const struct rollup_place place = {
        .account_id = ended->account_id,
        .survey = ended->survey,
        .contact = &ended->contact,
        .source = ended->source,
        .day = day,
    };
    if (before->verdict == ended->verdict && before->skip_reason == ended->skip_reason) {
        return OUTCOME_OK;
    }
    rollup_count_invitation(&deltas, &place, before->verdict, before->skip_reason, -1);
    rollup_count_invitation(&deltas, &place, ended->verdict, ended->skip_reason, 1);
    return rollup_apply(connection, &deltas, MAIL_ROLLUP_SLOT);
}

/* What became of it that somebody may want to be told. */
static bool find_event(const struct invitation *before, const struct invitation *ended,
                       enum event_type *type) {
    bool sent =
        ended->sent_at_us != before->sent_at_us || ended->reminded_at_us != before->reminded_at_us;
    bool ended_unsent = ended->verdict != before->verdict &&
                        (ended->verdict == VERDICT_SKIPPED || ended->verdict == VERDICT_BOUNCED);
    if (sent) {
        *type = EVENT_INVITATION_SENT;
    } else if (ended_unsent) {
        *type =
            ended->verdict == VERDICT_SKIPPED ? EVENT_INVITATION_SKIPPED : EVENT_INVITATION_BOUNCED;
    }
    return sent || ended_unsent;
}

static enum outcome tell(struct db_connection *connection, const struct invitation *before,
                         const struct invitation *ended, int64_t at_us) {
    struct event event = {
        .account_id = ended->account_id, .object_id = ended->id, .occurred_at_us = at_us};
    return find_event(before, ended, &event.type) ? store_events(connection, &event, 1)
                                                  : OUTCOME_OK;
}

static enum outcome end_locked(struct db_connection *connection, const struct mail_claim *claim,
                               const struct mail_ending *ending, struct invitation *invitation,
                               const char *day) {
    struct invitation before = *invitation; /* its texts are not looked at */
    if (!mail_end(invitation, ending)) {
        return OUTCOME_FAILED;
    }
    enum outcome outcome = write_ended(connection, claim, invitation);
    if (outcome == OUTCOME_OK) {
        outcome = write_sums(connection, &before, invitation, day);
    }
    return outcome == OUTCOME_OK ? tell(connection, &before, invitation, ending->at_us) : outcome;
}

static enum outcome suppress_address(struct db_connection *connection,
                                     const struct invitation *invitation, int64_t at_us) {
    bool created;
    CLEANUP(suppression_clear)
    struct suppression suppression = {
        .account_id = invitation->account_id,
        .email = strdup(invitation->contact.customer_email),
        .reason = SUPPRESSION_BOUNCED,
        .note = invitation->mail_error ? strdup(invitation->mail_error) : NULL,
        .has_invitation = true,
        .invitation_id = invitation->id,
        .created_at_us = at_us,
    };
    enum outcome outcome = OUTCOME_FAILED;
    if (suppression.email) {
        outcome = store_suppressions(connection, &suppression, 1, &created);
    }
    return outcome; /* NOLINT(clang-analyzer-unix.Malloc): it does not see CLEANUP */
}

static enum outcome end_in_transaction(struct db_connection *connection,
                                       const struct mail_claim *claim,
                                       const struct mail_ending *ending, bool suppress) {
    char day[DAY_TEXT_SIZE] = "";
    CLEANUP(invitation_clear) struct invitation invitation = INVITATION_NONE;
    enum outcome outcome = lock_claimed(connection, claim, &invitation, day);
    if (outcome == OUTCOME_OK) {
        outcome = end_locked(connection, claim, ending, &invitation, day);
    }
    if (outcome == OUTCOME_OK && suppress && invitation.contact.customer_email) {
        outcome = suppress_address(connection, &invitation, ending->at_us);
    }
    return outcome == OUTCOME_OK ? db_execute(connection, "COMMIT") : outcome;
}

enum outcome end_claim(struct db_connection *connection, const struct mail_claim *claim,
                       const struct mail_ending *ending, bool suppress) {
    enum outcome outcome = db_execute(connection, "BEGIN; " ROLLUP_LOCK);
    return outcome == OUTCOME_OK ? end_in_transaction(connection, claim, ending, suppress)
                                 : outcome;
}
