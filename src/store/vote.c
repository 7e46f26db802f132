#include "store/vote.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "store/array_param.h"
#include "store/response.h"

/* clang-format off */
#define VOTE_COLUMNS                                                                           \
    "votes.id, votes.response_id, votes.understood, votes.csat, votes.nps, votes.comment, "    \
    "votes.ces, votes.extras, "                                                                \
    DB_TIME("votes.answered_at") ", " DB_TIME("votes.received_at") ", votes.trust, "           \
    "votes.source, votes.effect, votes.revision, votes.evidence, votes.idempotency_hash, "     \
    "votes.idempotency_index, votes.body_hash, votes.account_id"

/* A response's only vote, whose place is the response's row. */
#define FIRST_VOTE_COLUMNS                                                                     \
    "responses.id, responses.id, responses.understood, responses.csat, responses.nps, "        \
    "responses.comment, responses.ces, responses.extras, " DB_TIME("responses.answered_at") ", "                                \
    DB_TIME("responses.received_at") ", responses.trust, responses.source, "                   \
    "CASE responses.trust WHEN 'confirmed' THEN 'created' ELSE 'held' END, "                   \
    "responses.revision, responses.evidence, responses.idempotency_hash, "                     \
    "responses.idempotency_index, responses.body_hash, responses.account_id"
/* clang-format on */

/* clang-format off */
static const char keys_sql[] =
    "WITH asked AS (SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::smallint[])"
    " AS asked (account_id, idempotency_hash, idempotency_index))"
    " SELECT " VOTE_COLUMNS " FROM asked"
    " JOIN votes USING (account_id, idempotency_hash, idempotency_index)"
    " UNION ALL SELECT " FIRST_VOTE_COLUMNS " FROM asked"
    " JOIN responses USING (account_id, idempotency_hash, idempotency_index)"
    " WHERE responses.votes = 1";
/* clang-format on */

void stored_vote_clear(struct stored_vote *vote) {
    answers_clear(&vote->answers);
    free(vote->evidence);
    vote->evidence = NULL;
}

void stored_votes_clear(struct stored_votes *votes) {
    for (size_t i = 0; i < votes->count; i++) {
        stored_vote_clear(&votes->votes[i]);
    }
    free(votes->votes);
    *votes = (struct stored_votes){0};
}

bool hash_from_text(const char *text, unsigned char hash[HASH_BYTES]) {
    size_t length = 0;
    return strncmp(text, "\\x", 2) == 0 &&
           sodium_hex2bin(hash, HASH_BYTES, text + 2, strlen(text + 2), NULL, &length, NULL) == 0 &&
           length == HASH_BYTES;
}

static bool read_idempotency(const PGresult *rows, int row, int first,
                             struct idempotency *idempotency) {
    if (db_null(rows, row, first)) {
        return true;
    }
    idempotency->given = true;
    idempotency->index = (int)db_int(rows, row, first + 1);
    return hash_from_text(PQgetvalue(rows, row, first), idempotency->key_hash) &&
           hash_from_text(PQgetvalue(rows, row, first + 2), idempotency->body_hash);
}

static bool vote_from_row(const PGresult *rows, int row, struct stored_vote *vote) {
    struct stored_vote read = {.answers = ANSWERS_NONE};
    read.account_id = db_int(rows, row, 18);
    read.answered_at_us = db_time(rows, row, 8);
    read.received_at_us = db_time(rows, row, 9);
    strncpy(read.source, PQgetvalue(rows, row, 11), SOURCE_BYTES_MAX);
    read.revision = (int)db_int(rows, row, 13);
    const char *evidence = db_text(rows, row, 14);
    read.evidence = evidence ? strdup(evidence) : NULL;
    bool whole = (!evidence || read.evidence) && uuid_parse(PQgetvalue(rows, row, 0), &read.id) &&
                 uuid_parse(PQgetvalue(rows, row, 1), &read.response_id) &&
                 answers_from_row(rows, row, 2, &read.answers) &&
                 trust_from_name(PQgetvalue(rows, row, 10), &read.trust) &&
                 effect_from_name(PQgetvalue(rows, row, 12), &read.effect) &&
                 read_idempotency(rows, row, 15, &read.idempotency);
    if (!whole) {
        log_error("could not read a row of votes");
        stored_vote_clear(&read);
        return false;
    }
    *vote = read;
    return true;
}

enum outcome stored_votes_from_rows(const PGresult *rows, struct stored_votes *votes) {
    size_t count = (size_t)PQntuples(rows);
    struct stored_votes read = {.votes = calloc(count + 1, sizeof *read.votes)};
    if (!read.votes) {
        return OUTCOME_UNAVAILABLE;
    }
    for (; read.count < count; read.count++) {
        if (!vote_from_row(rows, (int)read.count, &read.votes[read.count])) {
            stored_votes_clear(&read);
            return OUTCOME_FAILED;
        }
    }
    *votes = read;
    return OUTCOME_OK;
}

const struct stored_vote *stored_vote_with_key(const struct stored_votes *votes,
                                               const struct vote *vote) {
    for (size_t i = 0; i < votes->count; i++) {
        const struct stored_vote *stored = &votes->votes[i];
        if (stored->account_id == vote->account_id &&
            idempotency_same_key(&stored->idempotency, &vote->idempotency)) {
            return stored;
        }
    }
    return NULL;
}

enum outcome store_vote(struct db_connection *connection, const struct vote *vote,
                        const struct uuid *response_id, enum vote_effect effect, int revision) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, vote->account_id);
    params_uuid(&params, &vote->id);
    params_uuid(&params, response_id);
    params_answers(&params, &vote->answers);
    params_time(&params, vote->answered_at_us);
    params_time(&params, vote->received_at_us);
    params_text(&params, trust_name(vote->trust));
    params_text(&params, vote->source);
    params_text(&params, effect_name(effect));
    params_int(&params, revision);
    params_text(&params, vote->evidence);
    params_idempotency(&params, &vote->idempotency);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(
        connection, &rows,
        "INSERT INTO votes (account_id, id, response_id, understood, csat, nps, comment, ces, "
        "extras,"
        " answered_at, received_at, trust, source, effect, revision, evidence,"
        " idempotency_hash, idempotency_index, body_hash) VALUES ($1, $2, $3, $4, $5, $6,"
        " $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        params_from(&params, 0, params.count));
}

enum outcome store_first_vote(struct db_connection *connection, int64_t account_id,
                              const struct uuid *response_id) {
    char account[24];
    char id[UUID_TEXT_SIZE];
    snprintf(account, sizeof account, "%lld", (long long)account_id);
    uuid_format(response_id, id);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(
        connection, &rows,
        "INSERT INTO votes (account_id, id, response_id, understood, csat, nps, comment, ces, "
        "extras,"
        " answered_at, received_at, trust, source, effect, revision, evidence,"
        " idempotency_hash, idempotency_index, body_hash)"
        " SELECT account_id, id, id, understood, csat, nps, comment, ces, extras, answered_at,"
        " received_at, trust, source,"
        " CASE trust WHEN 'confirmed' THEN 'created' ELSE 'held' END, revision, evidence,"
        " idempotency_hash, idempotency_index, body_hash"
        " FROM responses WHERE account_id = $1 AND id = $2 ON CONFLICT DO NOTHING",
        DB_PARAMS(account, id));
}

/* The votes' accounts, key hashes and indexes: three parallel arrays. */
static void params_keys(struct params *params, struct vote *const votes[], size_t count) {
    CLEANUP(text_clear) struct text accounts = {0};
    CLEANUP(text_clear) struct text hashes = {0};
    CLEANUP(text_clear) struct text indexes = {0};
    for (size_t i = 0; i < count; i++) {
        array_append_int(&accounts, votes[i]->account_id);
        array_append_bytes(&hashes, votes[i]->idempotency.key_hash, HASH_BYTES);
        array_append_int(&indexes, votes[i]->idempotency.index);
    }
    params_array(params, &accounts);
    params_array(params, &hashes);
    params_array(params, &indexes);
}

enum outcome send_votes_with_keys(struct db_connection *connection, struct vote *const votes[],
                                  size_t count, struct params *params) {
    size_t first = params->count;
    params_keys(params, votes, count);
    if (!params_ready(params)) {
        return OUTCOME_UNAVAILABLE;
    }
    return db_pipeline_send(connection, keys_sql, params_from(params, first, 3));
}

enum outcome load_votes_with_ids(struct db_connection *connection, int64_t account_id,
                                 const struct uuid ids[], size_t count,
                                 struct stored_votes *votes) {
    CLEANUP(text_clear) struct text array = {0};
    CLEANUP(params_clear) struct params params = {0};
    for (size_t i = 0; i < count; i++) {
        array_append_uuid(&array, &ids[i]);
    }
    params_int(&params, account_id);
    params_array(&params, &array);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT " VOTE_COLUMNS " FROM votes"
                                    " WHERE account_id = $1 AND id = ANY ($2::uuid[])",
                                    params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? stored_votes_from_rows(rows, votes) : outcome;
}

enum outcome load_votes_of_response(struct db_connection *connection, int64_t account_id,
                                    const struct uuid *response_id, size_t limit,
                                    struct stored_votes *votes) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_uuid(&params, response_id);
    params_int(&params, (int64_t)limit);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT " VOTE_COLUMNS " FROM votes WHERE account_id = $1"
                                    " AND response_id = $2 ORDER BY received_at, id LIMIT $3",
                                    params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? stored_votes_from_rows(rows, votes) : outcome;
}
