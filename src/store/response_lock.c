#include "store/response_lock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/array_param.h"
#include "store/vote.h"

#define DAY_COLUMN RESPONSE_COLUMN_COUNT

/* clang-format off */
static const char lock_sql[] =
    "SELECT " RESPONSE_COLUMNS ", " ROLLUP_DAY("responses.answered_at") ","
    " responses.idempotency_hash, responses.idempotency_index, responses.body_hash"
    " FROM responses JOIN accounts USING (account_id) WHERE responses.account_id = $1"
    " AND responses.id IN ("
    "SELECT r.id FROM unnest($2::text[], $3::text[]) AS asked (survey, contact_ref)"
    " JOIN responses r ON r.account_id = $1 AND r.survey = asked.survey"
    " AND r.contact_ref = asked.contact_ref"
    " UNION SELECT unnest($4::uuid[])"
    " UNION SELECT r.id FROM unnest($5::bytea[], $6::smallint[]) AS asked (hash, index)"
    " JOIN responses r ON r.account_id = $1 AND r.idempotency_hash = asked.hash"
    " AND r.idempotency_index = asked.index"
    ") ORDER BY responses.id FOR UPDATE OF responses";
/* clang-format on */

void locked_responses_clear(struct locked_responses *locked) {
    for (size_t i = 0; i < locked->count; i++) {
        survey_response_clear(&locked->responses[i].response);
    }
    free(locked->responses);
    *locked = (struct locked_responses){0};
}

static void params_contacts(struct params *params, struct vote *const votes[], size_t count) {
    char *texts[2][LOCK_VOTES_MAX];
    assert(count <= LOCK_VOTES_MAX);
    for (size_t i = 0; i < count; i++) {
        texts[0][i] = votes[i]->survey;
        texts[1][i] = votes[i]->contact.ref;
    }
    params_texts(params, texts[0], count);
    params_texts(params, texts[1], count);
}

static void params_ids(struct params *params, const struct lock_order *order) {
    CLEANUP(text_clear) struct text ids = {0};
    for (size_t i = 0; i < order->count; i++) {
        array_append_uuid(&ids, &order->votes[i]->id);
    }
    for (size_t i = 0; i < order->id_count; i++) {
        array_append_uuid(&ids, &order->ids[i]);
    }
    params_array(params, &ids);
}

static void params_keys(struct params *params, struct vote *const votes[], size_t count) {
    CLEANUP(text_clear) struct text hashes = {0};
    CLEANUP(text_clear) struct text indexes = {0};
    for (size_t i = 0; i < count; i++) {
        if (!votes[i]->idempotency.given) {
            continue;
        }
        array_append_bytes(&hashes, votes[i]->idempotency.key_hash, HASH_BYTES);
        array_append_int(&indexes, votes[i]->idempotency.index);
    }
    params_array(params, &hashes);
    params_array(params, &indexes);
}

static enum outcome read_locked(const PGresult *rows, int row, struct locked_response *locked) {
    struct locked_response read = {0};
    strncpy(read.day, PQgetvalue(rows, row, DAY_COLUMN), DAY_TEXT_SIZE - 1);
    if (!db_null(rows, row, DAY_COLUMN + 1)) {
        read.idempotency.given =
            hash_from_text(PQgetvalue(rows, row, DAY_COLUMN + 1), read.idempotency.key_hash) &&
            hash_from_text(PQgetvalue(rows, row, DAY_COLUMN + 3), read.idempotency.body_hash);
        read.idempotency.index = (int)db_int(rows, row, DAY_COLUMN + 2);
    }
    enum outcome outcome = survey_response_from_row(rows, row, &read.response);
    if (outcome == OUTCOME_OK) {
        *locked = read;
    }
    return outcome;
}

static enum outcome read_all(const PGresult *rows, struct locked_responses *locked) {
    size_t count = (size_t)PQntuples(rows);
    struct locked_responses read = {.responses = calloc(count + 1, sizeof *read.responses)};
    if (!read.responses) {
        return OUTCOME_UNAVAILABLE;
    }
    for (; read.count < count; read.count++) {
        enum outcome outcome = read_locked(rows, (int)read.count, &read.responses[read.count]);
        if (outcome != OUTCOME_OK) {
            locked_responses_clear(&read);
            return outcome;
        }
    }
    *locked = read;
    return OUTCOME_OK;
}

enum outcome lock_responses(struct db_connection *connection, const struct lock_order *order,
                            struct locked_responses *locked) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, order->account_id);
    params_contacts(&params, order->votes, order->count);
    params_ids(&params, order);
    params_keys(&params, order->votes, order->count);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, lock_sql, params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? read_all(rows, locked) : outcome;
}
