#include "store/vote_context.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/array_param.h"
#include "store/contact_row.h"

#define CONTEXT_CONTACT_COLUMN 4

/* clang-format off */
static const char context_sql[] =
    "SELECT asked.position, " ROLLUP_DAY("asked.answered_at") ", invitations.id, "
    ROLLUP_DAY("invitations.created_at") ", " CONTACT_COLUMNS("invitations") ", invitations.source,"
    " invitations.verdict <> 'skipped'"
    " FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[]) WITH ORDINALITY"
    " AS asked (account_id, survey, contact_ref, answered_at, position)"
    " JOIN accounts ON accounts.account_id = asked.account_id"
    " JOIN surveys ON surveys.account_id = asked.account_id AND surveys.survey = asked.survey"
    " LEFT JOIN invitations ON invitations.account_id = asked.account_id"
    " AND invitations.survey = asked.survey AND invitations.contact_ref = asked.contact_ref";
/* clang-format on */

static const char answered_sql[] =
    "UPDATE invitations SET answered_at = answered.at, due_at = NULL"
    " FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[]) AS answered (account_id, id, at)"
    " WHERE invitations.account_id = answered.account_id AND invitations.id = answered.id"
    " AND invitations.answered_at IS NULL";

void vote_context_clear(struct vote_context *context) {
    if (context->reported) {
        contact_clear(&context->invitation_contact);
    }
    *context = (struct vote_context){0};
}

static void append_account(struct text *array, const struct vote *vote) {
    array_append_int(array, vote->account_id);
}

static void append_survey(struct text *array, const struct vote *vote) {
    array_append_text(array, vote->survey);
}

static void append_contact_ref(struct text *array, const struct vote *vote) {
    array_append_text(array, vote->contact.ref);
}

static void append_answered_at(struct text *array, const struct vote *vote) {
    array_append_time(array, vote->answered_at_us);
}

static void append_received_at(struct text *array, const struct vote *vote) {
    array_append_time(array, vote->received_at_us);
}

static void append_invitation_id(struct text *array, const struct vote *vote) {
    array_append_uuid(array, &vote->invitation_id);
}

/* Appends one array parameter with append()'s element for each vote. */
static void params_of_votes(struct params *params, struct vote *const votes[], size_t count,
                            void (*append)(struct text *, const struct vote *)) {
    CLEANUP(text_clear) struct text array = {0};
    for (size_t i = 0; i < count; i++) {
        append(&array, votes[i]);
    }
    params_array(params, &array);
}

enum outcome send_vote_contexts(struct db_connection *connection, struct vote *const votes[],
                                size_t count, struct params *params) {
    size_t first = params->count;
    params_of_votes(params, votes, count, append_account);
    params_of_votes(params, votes, count, append_survey);
    params_of_votes(params, votes, count, append_contact_ref);
    params_of_votes(params, votes, count, append_answered_at);
    if (!params_ready(params)) {
        return OUTCOME_UNAVAILABLE;
    }
    return db_pipeline_send(connection, context_sql, params_from(params, first, 4));
}

size_t vote_context_position(const PGresult *rows, int row) {
    return (size_t)db_int(rows, row, 0);
}

bool vote_context_from_row(const PGresult *rows, int row, struct vote_context *context) {
    struct vote_context read = {.reported = !db_null(rows, row, 2)};
    strncpy(read.day, PQgetvalue(rows, row, 1), DAY_TEXT_SIZE - 1);
    if (read.reported) {
        int source = CONTEXT_CONTACT_COLUMN + CONTACT_COLUMN_COUNT;
        read.invited = *PQgetvalue(rows, row, source + 1) == 't';
        strncpy(read.invitation_day, PQgetvalue(rows, row, 3), DAY_TEXT_SIZE - 1);
        strncpy(read.invitation_source, PQgetvalue(rows, row, source), SOURCE_BYTES_MAX);
        if (!uuid_parse(PQgetvalue(rows, row, 2), &read.invitation_id) ||
            !contact_from_row(rows, row, CONTEXT_CONTACT_COLUMN, &read.invitation_contact)) {
            return false;
        }
    }
    *context = read;
    return true;
}

enum outcome send_answered_invitations(struct db_connection *connection, struct vote *const votes[],
                                       size_t count, struct params *params) {
    size_t first = params->count;
    params_of_votes(params, votes, count, append_account);
    params_of_votes(params, votes, count, append_invitation_id);
    params_of_votes(params, votes, count, append_received_at);
    if (!params_ready(params)) {
        return OUTCOME_UNAVAILABLE;
    }
    return db_pipeline_send(connection, answered_sql, params_from(params, first, 3));
}
