#include "store/vote_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/params.h"
#include "store/response.h"

void recorded_votes_clear(struct recorded_votes *votes) {
    for (size_t i = 0; i < votes->count; i++) {
        answers_clear(&votes->items[i].answers);
        free(votes->items[i].evidence);
    }
    free(votes->items);
    *votes = (struct recorded_votes){0};
}

void reclassifications_clear(struct reclassifications *reclassifications) {
    for (size_t i = 0; i < reclassifications->count; i++) {
        free(reclassifications->items[i].reason);
        free(reclassifications->items[i].made_by);
    }
    free(reclassifications->items);
    *reclassifications = (struct reclassifications){0};
}

/* Runs sql with the account, the response and the limit as $1, $2, $3. */
static enum outcome query_response(struct db_connection *connection, PGresult **rows,
                                   const char *sql, int64_t account_id,
                                   const struct uuid *response_id) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_uuid(&params, response_id);
    params_int(&params, VOTES_SHOWN_MAX);
    return params_ready(&params)
               ? db_query(connection, rows, sql, params_from(&params, 0, params.count))
               : OUTCOME_FAILED;
}

/* What it owns is released with its list, also when it is not whole. */
static bool vote_from_row(const PGresult *rows, int row, struct recorded_vote *vote) {
    const char *evidence = db_text(rows, row, 11);
    vote->answers = ANSWERS_NONE;
    vote->answered_at_us = db_time(rows, row, 5);
    vote->received_at_us = db_time(rows, row, 6);
    vote->revision = (int)db_int(rows, row, 10);
    vote->evidence = evidence ? strdup(evidence) : NULL;
    strncpy(vote->source, PQgetvalue(rows, row, 8), SOURCE_BYTES_MAX);
    return uuid_parse(PQgetvalue(rows, row, 0), &vote->id) &&
           trust_from_name(PQgetvalue(rows, row, 7), &vote->trust) &&
           effect_from_name(PQgetvalue(rows, row, 9), &vote->effect) &&
           answers_from_row(rows, row, 1, &vote->answers) && (!evidence || vote->evidence);
}

enum outcome load_votes(struct db_connection *connection, int64_t account_id,
                        const struct uuid *response_id, struct recorded_votes *votes) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_response(
        connection, &rows,
        "SELECT id, understood, csat, nps, comment, " DB_TIME("answered_at") ", " DB_TIME(
            "received_at") ", trust, source, effect, revision, evidence FROM votes"
                           " WHERE account_id = $1 AND response_id = $2"
                           " ORDER BY received_at, id LIMIT $3",
        account_id, response_id);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    size_t count = (size_t)PQntuples(rows);
    *votes = (struct recorded_votes){.items = calloc(count ? count : 1, sizeof *votes->items)};
    bool read = votes->items != NULL;
    while (read && votes->count < count) {
        size_t row = votes->count++;
        read = vote_from_row(rows, (int)row, &votes->items[row]);
    }
    if (!read) {
        recorded_votes_clear(votes);
    }
    return read ? OUTCOME_OK : OUTCOME_FAILED;
}

static bool reclassification_from_row(const PGresult *rows, int row,
                                      struct reclassification *reclassification) {
    reclassification->reason = strdup(PQgetvalue(rows, row, 4));
    reclassification->made_by = strdup(PQgetvalue(rows, row, 5));
    reclassification->made_at_us = db_time(rows, row, 6);
    return uuid_parse(PQgetvalue(rows, row, 0), &reclassification->id) &&
           uuid_parse(PQgetvalue(rows, row, 1), &reclassification->vote_id) &&
           trust_from_name(PQgetvalue(rows, row, 2), &reclassification->before) &&
           trust_from_name(PQgetvalue(rows, row, 3), &reclassification->after) &&
           reclassification->reason && reclassification->made_by;
}

enum outcome load_reclassifications(struct db_connection *connection, int64_t account_id,
                                    const struct uuid *response_id,
                                    struct reclassifications *reclassifications) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_response(
        connection, &rows,
        "SELECT id, vote_id, trust_before, trust_after, reason, made_by, " DB_TIME(
            "made_at") " FROM reclassifications WHERE account_id = $1 AND response_id = $2"
                       " ORDER BY made_at, id LIMIT $3",
        account_id, response_id);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    size_t count = (size_t)PQntuples(rows);
    *reclassifications = (struct reclassifications){
        .items = calloc(count ? count : 1, sizeof *reclassifications->items)};
    bool read = reclassifications->items != NULL;
    while (read && reclassifications->count < count) {
        size_t row = reclassifications->count++;
        read = reclassification_from_row(rows, (int)row, &reclassifications->items[row]);
    }
    if (!read) {
        reclassifications_clear(reclassifications);
    }
    return read ? OUTCOME_OK : OUTCOME_FAILED;
}
