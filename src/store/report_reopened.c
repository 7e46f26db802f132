#include "store/report_reopened.h"

#include <string.h>

#include "base/cleanup.h"
#include "store/array_param.h"
#include "store/invitation_row.h"
#include "store/params.h"
#include "store/report_skipped.h"

/* clang-format off */
static const char cancel_sql[] =
    "WITH due AS MATERIALIZED (SELECT locked.id FROM unnest($2::text[]) AS reopened (ref)"
    " JOIN surveys ON surveys.account_id = $1 CROSS JOIN LATERAL (SELECT id FROM invitations"
    " WHERE account_id = $1 AND survey = surveys.survey AND contact_ref = reopened.ref"
    " AND due_at IS NOT NULL FOR UPDATE) AS locked)"
    " UPDATE invitations SET due_at = NULL, revision = revision + 1,"
    " verdict = CASE verdict WHEN 'scheduled' THEN 'skipped' ELSE verdict END,"
    " skip_reason = CASE verdict WHEN 'scheduled' THEN 'reopened' ELSE skip_reason END"
    " FROM due, accounts WHERE accounts.account_id = $1"
    " AND invitations.account_id = $1 AND invitations.id = due.id"
    " RETURNING " INVITATION_COLUMNS ", " ROLLUP_DAY("invitations.created_at");
/* clang-format on */

static enum outcome query_cancelled(struct db_connection *connection,
                                    struct report *const reports[], size_t count, PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    CLEANUP(text_clear) struct text refs = {0};
    for (size_t i = 0; i < count; i++) {
        array_append_text(&refs, reports[i]->contact.ref);
    }
    params_int(&params, reports[0]->account_id);
    params_array(&params, &refs);
    return params_ready(&params)
               ? db_query(connection, rows, cancel_sql, params_from(&params, 0, params.count))
               : OUTCOME_FAILED;
}

/* The sums follow: of those that were scheduled, nobody is invited now. */
static void count_skipped(const struct invitation *invitation, const char *day,
                          struct rollup_deltas *deltas) {
    struct rollup_place place = {
        .account_id = invitation->account_id,
        .survey = invitation->survey,
        .contact = &invitation->contact,
        .source = invitation->source,
        .day = day,
    };
    rollup_count_invitation(deltas, &place, VERDICT_SCHEDULED, SKIP_NONE, -1);
    rollup_count_invitation(deltas, &place, VERDICT_SKIPPED, SKIP_REOPENED, 1);
}

static struct report *report_of(struct report *const reports[], size_t count, const char *ref) {
    size_t i = 0;
    while (i < count && strcmp(reports[i]->contact.ref, ref) != 0) {
        i++;
    }
    return i < count ? reports[i] : NULL;
}

/* Takes ownership of cancelled's texts. */
static void tell(struct report *report, struct invitation *cancelled) {
    invitation_clear(&report->invitation);
    report->invitation = *cancelled;
    *cancelled = INVITATION_NONE;
    report->decided = true;
    report->verdict = report->invitation.verdict;
    report->skip_reason = report->invitation.skip_reason;
}

/* Reports that reopen contacts, on their way. */
struct reopening {
    struct db_connection *connection;
    struct report *const *reports;
    size_t count;
    struct rollup_deltas *deltas;
};

static enum outcome settle_row(const struct reopening *reopening, const PGresult *rows, int row) {
    CLEANUP(invitation_clear) struct invitation cancelled = INVITATION_NONE;
    enum outcome outcome = invitation_from_row(rows, row, &cancelled);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (cancelled.verdict == VERDICT_SKIPPED) {
        struct invitation *const skipped = &cancelled;
        count_skipped(skipped, db_text(rows, row, INVITATION_COLUMN_COUNT), reopening->deltas);
        outcome = tell_skipped(reopening->connection, &skipped, 1);
    }
    struct report *report = report_of(reopening->reports, reopening->count, cancelled.contact.ref);
    if (report) {
        tell(report, &cancelled);
    }
    return outcome;
}

enum outcome cancel_mails(struct db_connection *connection, struct report *const reports[],
                          size_t count, struct rollup_deltas *deltas) {
    const struct reopening reopening = {
        .connection = connection, .reports = reports, .count = count, .deltas = deltas};
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_cancelled(connection, reports, count, &rows);
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(rows); row++) {
        outcome = settle_row(&reopening, rows, row);
    }
    return outcome;
}
