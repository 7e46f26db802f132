#include "store/invitation.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "store/invitation_row.h"
#include "store/params.h"

#define READ_LIMIT_US (4 * US_PER_SECOND) /* of one round trip */

static bool verdict_from_row(const PGresult *rows, int row, int first,
                             struct invitation *invitation) {
    const char *reason = db_text(rows, row, first + 1);
    const char *error = db_text(rows, row, first + 7);
    invitation->eligible_at_us = db_time(rows, row, first + 2);
    invitation->due_at_us = db_time(rows, row, first + 3);
    invitation->reminded_at_us = db_time(rows, row, first + 4);
    invitation->attempts = (int)db_int(rows, row, first + 5);
    invitation->unclear_attempts = (int)db_int(rows, row, first + 6);
    invitation->revision = (int)db_int(rows, row, first + 8);
    invitation->mail_error = error ? strdup(error) : NULL;
    return (!error || invitation->mail_error) &&
           verdict_from_name(db_text(rows, row, first), &invitation->verdict) &&
           (!reason || skip_reason_from_name(reason, &invitation->skip_reason));
}

enum outcome invitation_from_row(const PGresult *rows, int row, struct invitation *invitation) {
    struct invitation read = INVITATION_NONE;
    int next = 3 + CONTACT_COLUMN_COUNT;
    read.account_id = db_int(rows, row, 0);
    strncpy(read.survey, db_text(rows, row, 2), SURVEY_NAME_BYTES_MAX);
    strncpy(read.source, db_text(rows, row, next), SOURCE_BYTES_MAX);
    read.created_at_us = db_time(rows, row, next + 1);
    read.expires_at_us = db_time(rows, row, next + 2);
    read.sent_at_us = db_time(rows, row, next + 3);
    read.answered_at_us = db_time(rows, row, next + 4);
    if (!uuid_parse(db_text(rows, row, 1), &read.id) ||
        !verdict_from_row(rows, row, next + 5, &read) ||
        !contact_from_row(rows, row, 3, &read.contact)) {
        log_error("could not read a row of invitations");
        free(read.mail_error);
        return OUTCOME_FAILED;
    }
    *invitation = read;
    return OUTCOME_OK;
}

static const char by_id[] = "SELECT " INVITATION_COLUMNS " FROM invitations"
                            " WHERE account_id = $1 AND id = $2";

static enum outcome read_one(const PGresult *rows, struct invitation *invitation) {
    return PQntuples(rows) == 0 ? OUTCOME_NOT_FOUND : invitation_from_row(rows, 0, invitation);
}

enum outcome load_invitation(struct db_connection *connection, int64_t account_id,
                             const struct uuid *id, struct invitation *invitation) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_uuid(&params, id);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, by_id, params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? read_one(rows, invitation) : outcome;
}

static enum outcome ask_for_all(struct db_connection *connection, const struct token tokens[],
                                size_t count) {
    CLEANUP(params_clear) struct params params = {0};
    for (size_t i = 0; i < count; i++) {
        params_int(&params, tokens[i].account_id);
        params_uuid(&params, &tokens[i].invitation_id);
    }
    if (!params_ready(&params) || db_pipeline_begin(connection) != OUTCOME_OK) {
        return OUTCOME_UNAVAILABLE;
    }
    for (size_t i = 0; i < count; i++) {
        if (db_pipeline_send(connection, by_id, params_from(&params, 2 * i, 2)) != OUTCOME_OK) {
            return OUTCOME_UNAVAILABLE;
        }
    }
    return db_pipeline_sync(connection);
}

static enum outcome read_all(struct db_connection *connection, size_t count,
                             struct invitation invitations[], enum outcome outcomes[]) {
    int64_t deadline_us = time_monotonic_us() + READ_LIMIT_US;
    enum outcome worst = OUTCOME_OK;
    for (size_t i = 0; i < count && worst == OUTCOME_OK; i++) {
        CLEANUP(db_rows_free) PGresult *rows = NULL;
        worst = db_pipeline_result(connection, deadline_us, &rows);
        if (worst == OUTCOME_OK) {
            outcomes[i] = read_one(rows, &invitations[i]);
        }
    }
    enum outcome finished = db_pipeline_finish(connection, deadline_us);
    return worst == OUTCOME_OK ? finished : worst;
}

enum outcome load_invitations(struct db_connection *connection, const struct token tokens[],
                              size_t count, struct invitation invitations[],
                              enum outcome outcomes[]) {
    enum outcome outcome = ask_for_all(connection, tokens, count);
    if (outcome == OUTCOME_OK) {
        outcome = read_all(connection, count, invitations, outcomes);
    }
    for (size_t i = 0; outcome != OUTCOME_OK && i < count; i++) {
        invitation_clear(&invitations[i]);
    }
    if (outcome == OUTCOME_UNAVAILABLE || db_pipeline_end(connection) != OUTCOME_OK) {
        db_discard(connection);
    }
    return outcome;
}
