#include "store/response.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time.h"
#include "store/extras_json.h"
#include "store/multi_row.h"

static struct multi_row insert = {
    .head = "INSERT INTO responses (" NEW_RESPONSE_COLUMNS ") VALUES ",
    .tail = " ON CONFLICT (account_id, survey, contact_ref) DO NOTHING RETURNING id",
    .columns = NEW_RESPONSE_COLUMN_COUNT,
};

bool answers_from_row(const PGresult *rows, int row, int first, struct answers *answers) {
    struct answers read = ANSWERS_NONE;
    const char *understood = db_text(rows, row, first);
    const char *comment = db_text(rows, row, first + 3);
    const char *extras = db_text(rows, row, first + 5);
    if (extras && !extras_from_json(extras, &read.extras)) {
        return false;
    }
    if (comment && !(read.comment = strdup(comment))) {
        answers_clear(&read);
        return false;
    }
    if (understood) {
        understood_from_name(understood, &read.understood);
    }
    if (!db_null(rows, row, first + 1)) {
        read.csat = (int)db_int(rows, row, first + 1);
    }
    if (!db_null(rows, row, first + 2)) {
        read.nps = (int)db_int(rows, row, first + 2);
    }
    if (!db_null(rows, row, first + 4)) {
        read.ces = (int)db_int(rows, row, first + 4);
    }
    *answers = read;
    return true;
}

static void read_estimate(const PGresult *rows, int row, int column, struct estimate *estimate) {
    const char *model = db_text(rows, row, column + 2);
    estimate->has_polarity = !db_null(rows, row, column);
    estimate->polarity = db_number(rows, row, column);
    estimate->has_frustration = !db_null(rows, row, column + 1);
    estimate->frustration = db_number(rows, row, column + 1);
    strncpy(estimate->model, model ? model : "", SENTIMENT_VERSION_BYTES);
}

/* What follows the answers, from column on. */
static bool read_state(const PGresult *rows, int row, int column,
                       struct survey_response *response) {
    response->answered_at_us = db_time(rows, row, column);
    response->received_at_us = db_time(rows, row, column + 1);
    response->confirmed_at_us = db_time(rows, row, column + 2);
    strncpy(response->source, PQgetvalue(rows, row, column + 4), SOURCE_BYTES_MAX);
    response->revision =
        (int)db_int(rows, row, column + 5); /* NOLINT(clang-analyzer-unix.Malloc) */
    response->votes = (int)db_int(rows, row, column + 6);
    const char *invitation = db_text(rows, row, column + 7);
    response->has_invitation = invitation != NULL;
    if (invitation && !uuid_parse(invitation, &response->invitation_id)) {
        return false;
    }
    const char *evidence = db_text(rows, row, column + 8);
    response->evidence = evidence ? strdup(evidence) : NULL;
    return trust_from_name(PQgetvalue(rows, row, column + 3), &response->trust);
}

enum outcome survey_response_from_row(const PGresult *rows, int row,
                                      struct survey_response *response) {
    struct survey_response read = {.contact = CONTACT_NONE, .answers = ANSWERS_NONE};
    read.account_id = db_int(rows, row, 0);
    strncpy(read.survey, PQgetvalue(rows, row, 2), SURVEY_NAME_BYTES_MAX);
    read_estimate(rows, row, RESPONSE_COLUMN_COUNT - 3, &read.estimate);
    int answers = 3 + CONTACT_COLUMN_COUNT;
    if (!uuid_parse(PQgetvalue(rows, row, 1), &read.id) ||
        !contact_from_row(rows, row, 3, &read.contact) ||
        !answers_from_row(rows, row, answers, &read.answers) ||
        !read_state(rows, row, answers + ANSWER_COLUMN_COUNT, &read)) {
        log_error("could not read a row of responses");
        survey_response_clear(&read);
        return OUTCOME_FAILED;
    }
    *response = read;
    return OUTCOME_OK;
}

static void params_extras(struct params *params, const struct extras *extras) {
    if (extras->count == 0) {
        params_text(params, NULL);
        return;
    }
    CLEANUP(text_clear) struct text json = {0};
    text_append_char(&json, '{');
    extras_append_members(&json, extras);
    text_append_char(&json, '}');
    params_copy(params, json.bytes);
    params->failed = params->failed || json.failed;
}

void params_answers(struct params *params, const struct answers *answers) {
    params_text(params, understood_name(answers->understood));
    params_int_unless(params, answers->csat, CSAT_NONE);
    params_int_unless(params, answers->nps, NPS_NONE);
    params_text(params, answers->comment);
    params_int_unless(params, answers->ces, CES_NONE);
    params_extras(params, &answers->extras);
}

void params_estimate(struct params *params, const struct estimate *estimate) {
    params_decimal_if(params, estimate->has_polarity, estimate->polarity);
    params_decimal_if(params, estimate->has_frustration, estimate->frustration);
    params_text(params, estimate->model[0] ? estimate->model : NULL);
}

void params_idempotency(struct params *params, const struct idempotency *idempotency) {
    if (!idempotency->given) {
        params_text(params, NULL);
        params_text(params, NULL);
        params_text(params, NULL);
        return;
    }
    params_bytes(params, idempotency->key_hash, HASH_BYTES);
    params_int(params, idempotency->index);
    params_bytes(params, idempotency->body_hash, HASH_BYTES);
}

void params_new_response(struct params *params, const struct vote *vote) {
    params_int(params, vote->account_id);
    params_uuid_binary(params, &vote->id);
    params_text(params, vote->survey);
    params_contact(params, &vote->contact);
    params_answers(params, &vote->answers);
    params_timestamptz(params, vote->answered_at_us);
    params_timestamptz(params, vote->received_at_us);
    params_timestamptz(params, vote->trust == TRUST_CONFIRMED ? vote->received_at_us : TIME_NONE);
    params_text(params, trust_name(vote->trust));
    params_text(params, vote->source);
    if (vote->has_invitation) {
        params_uuid_binary(params, &vote->invitation_id);
    } else {
        params_text(params, NULL);
    }
    params_text(params, vote->evidence);
    params_idempotency(params, &vote->idempotency);
    params_estimate(params, &vote->estimate);
}

enum outcome send_new_responses(struct db_connection *connection, struct vote *const votes[],
                                size_t count, struct params *params, size_t *statements) {
    *statements = 0;
    for (size_t done = 0; done < count;) {
        size_t rows;
        const char *sql = multi_row_sql(&insert, count - done, &rows);
        size_t first = params->count;
        for (size_t i = 0; i < rows; i++) {
            params_new_response(params, votes[done + i]);
        }
        if (!sql || !params_ready(params) ||
            db_pipeline_send(connection, sql, params_from(params, first, rows * insert.columns)) !=
                OUTCOME_OK) {
            return OUTCOME_UNAVAILABLE;
        }
        done += rows;
        ++*statements;
    }
    return OUTCOME_OK;
}

enum outcome store_changed_response(struct db_connection *connection,
                                    const struct survey_response *response) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, response->account_id);
    params_uuid(&params, &response->id);
    params_answers(&params, &response->answers);
    params_time(&params, response->answered_at_us);
    params_time(&params, response->received_at_us);
    params_time(&params, response->confirmed_at_us);
    params_text(&params, trust_name(response->trust));
    params_text(&params, response->source);
    params_int(&params, response->revision);
    params_int(&params, response->votes);
    if (response->has_invitation) {
        params_uuid(&params, &response->invitation_id);
    } else {
        params_text(&params, NULL);
    }
    params_estimate(&params, &response->estimate);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "UPDATE responses SET understood = $3, csat = $4, nps = $5, comment = $6, ces "
                    "= $7, extras = $8,"
                    " answered_at = $9, received_at = $10, confirmed_at = $11, trust = $12,"
                    " source = $13, revision = $14, votes = $15, invitation_id = $16,"
                    " polarity = $17, frustration = $18, sentiment_model = $19"
                    " WHERE account_id = $1 AND id = $2",
                    params_from(&params, 0, params.count));
}

enum outcome store_response_contact(struct db_connection *connection,
                                    const struct survey_response *response) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, response->account_id);
    params_uuid(&params, &response->id);
    params_contact(&params, &response->contact);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "UPDATE responses SET (" CONTACT_COLUMN_NAMES
                    ") = ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
                    " WHERE account_id = $1 AND id = $2",
                    params_from(&params, 0, params.count));
}
