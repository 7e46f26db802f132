#include "store/vote_context.h"

#include <string.h>

#include "base/cleanup.h"
#include "store/binary_array.h"
#include "store/contact_row.h"

#define INVITATION_CONTACT_COLUMN 3
#define INVITATION_SOURCE_COLUMN  (INVITATION_CONTACT_COLUMN + CONTACT_COLUMN_COUNT)
#define RECORDED_CONTACT_COLUMN   (INVITATION_SOURCE_COLUMN + 1)

/* clang-format off */
#define SNAPSHOT_OF(table)                                                                     \
    "(" table ".agents, " table ".team, " table ".channel, " table ".reason, "                 \
    table ".language, " table ".customer_ref, " table ".customer_email, "                      \
    table ".customer_name, " table ".solved_at, " table ".opened_at, "                         \
    table ".handled_s, " table ".credit_amount)"

/* What is recorded of a contact is told where its invitation does not say the same. */
#define RECORDED_OTHERWISE                                                                     \
    "(invitations.id IS NULL OR " SNAPSHOT_OF("contacts") " IS DISTINCT FROM "                 \
    SNAPSHOT_OF("invitations") ")"

/* Invitations are locked, in the order of the votes: between here and the commit nobody may take one
 * back, decide it anew or change its snapshot, which would be counted as answered by what it was. */
static const char context_sql[] =
    "SELECT asked.position, invitations.id,"
    " (SELECT " ROLLUP_DAY("invitations.created_at") " FROM accounts"
    " WHERE accounts.account_id = invitations.account_id), "
    CONTACT_COLUMNS("invitations") ", invitations.source, " CONTACT_COLUMNS("contacts")
    " FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY"
    " AS asked (account_id, survey, contact_ref, position)"
    " LEFT JOIN LATERAL (SELECT * FROM invitations WHERE account_id = asked.account_id"
    " AND survey = asked.survey AND " ONLY_KEY("contact_ref", "asked.contact_ref")
    " FOR NO KEY UPDATE OFFSET 0) AS invitations ON invitations.verdict <> 'skipped'"
    " LEFT JOIN LATERAL (SELECT * FROM contacts WHERE account_id = asked.account_id AND "
    ONLY_KEY("contact_ref", "asked.contact_ref") " OFFSET 0) AS contacts ON " RECORDED_OTHERWISE
    " WHERE invitations.id IS NOT NULL OR contacts.account_id IS NOT NULL";
/* clang-format on */

static const char answered_sql[] =
    "UPDATE invitations SET answered_at = answered.at, due_at = NULL, revision = revision + 1"
    " FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[]) AS answered (account_id, id, at)"
    " WHERE invitations.account_id = answered.account_id AND invitations.id = answered.id"
    " AND invitations.answered_at IS NULL";

void vote_context_clear(struct vote_context *context) {
    if (context->invited) {
        contact_clear(&context->invitation_contact);
    }
    if (context->recorded) {
        contact_clear(&context->recorded_contact);
    }
    *context = (struct vote_context){0};
}

static void append_account(struct binary_array *array, const struct vote *vote) {
    binary_array_append_bigint(array, vote->account_id);
}

static void append_survey(struct binary_array *array, const struct vote *vote) {
    binary_array_append_text(array, vote->survey);
}

static void append_contact_ref(struct binary_array *array, const struct vote *vote) {
    binary_array_append_text(array, vote->contact.ref);
}

static void append_received_at(struct binary_array *array, const struct vote *vote) {
    binary_array_append_time(array, vote->received_at_us);
}

static void append_invitation_id(struct binary_array *array, const struct vote *vote) {
    binary_array_append_uuid(array, &vote->invitation_id);
}

/* Appends one array parameter with append()'s element for each vote. */
static void params_of_votes(struct params *params, struct vote *const votes[], size_t count,
                            enum element_type type,
                            void (*append)(struct binary_array *, const struct vote *)) {
    CLEANUP(binary_array_clear) struct binary_array array = {.count = 0};
    for (size_t i = 0; i < count; i++) {
        append(&array, votes[i]);
    }
    params_binary_array(params, type, &array);
}

enum outcome send_vote_contexts(struct db_connection *connection, struct vote *const votes[],
                                size_t count, struct params *params) {
    size_t first = params->count;
    params_of_votes(params, votes, count, ELEMENT_BIGINT, append_account);
    params_of_votes(params, votes, count, ELEMENT_TEXT, append_survey);
    params_of_votes(params, votes, count, ELEMENT_TEXT, append_contact_ref);
    if (!params_ready(params)) {
        return OUTCOME_UNAVAILABLE;
    }
    return db_pipeline_send(connection, context_sql, params_from(params, first, 3));
}

size_t vote_context_position(const PGresult *rows, int row) {
    return (size_t)db_int(rows, row, 0);
}

static bool read_invitation(const PGresult *rows, int row, struct vote_context *context) {
    strncpy(context->invitation_day, PQgetvalue(rows, row, 2), DAY_TEXT_SIZE - 1);
    strncpy(context->invitation_source, PQgetvalue(rows, row, INVITATION_SOURCE_COLUMN),
            SOURCE_BYTES_MAX);
    context->invited =
        uuid_parse(PQgetvalue(rows, row, 1), &context->invitation_id) &&
        contact_from_row(rows, row, INVITATION_CONTACT_COLUMN, &context->invitation_contact);
    return context->invited;
}

static bool read_recorded(const PGresult *rows, int row, struct vote_context *context) {
    context->recorded =
        contact_from_row(rows, row, RECORDED_CONTACT_COLUMN, &context->recorded_contact);
    return context->recorded;
}

bool vote_context_from_row(const PGresult *rows, int row, struct vote_context *context) {
    struct vote_context read = {.invited = false};
    if ((!db_null(rows, row, 1) && !read_invitation(rows, row, &read)) ||
        (!db_null(rows, row, RECORDED_CONTACT_COLUMN) && !read_recorded(rows, row, &read))) {
        vote_context_clear(&read);
        return false;
    }
    *context = read;
    return true;
}

const struct contact *vote_context_snapshot(const struct vote_context *context) {
    if (context->recorded) {
        return &context->recorded_contact;
    }
    return context->invited ? &context->invitation_contact : NULL;
}

enum outcome send_answered_invitations(struct db_connection *connection, struct vote *const votes[],
                                       size_t count, struct params *params) {
    size_t first = params->count;
    params_of_votes(params, votes, count, ELEMENT_BIGINT, append_account);
    params_of_votes(params, votes, count, ELEMENT_UUID, append_invitation_id);
    params_of_votes(params, votes, count, ELEMENT_TIMESTAMPTZ, append_received_at);
    if (!params_ready(params)) {
        return OUTCOME_UNAVAILABLE;
    }
    return db_pipeline_send(connection, answered_sql, params_from(params, first, 3));
}
