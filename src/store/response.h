/* The responses table as intake and reclassify write it; response_read.h is for lists. */
#ifndef STORE_RESPONSE_H
#define STORE_RESPONSE_H

#include <stddef.h>

#include "base/outcome.h"
#include "domain/vote.h"
#include "store/contact_row.h"
#include "store/db.h"
#include "store/params.h"

/* For SELECT .. FROM responses, in the order of survey_response_from_row; further columns start at
 * RESPONSE_COLUMN_COUNT. */
/* clang-format off */
#define RESPONSE_COLUMNS                                                                       \
    "responses.account_id, responses.id, responses.survey, " CONTACT_COLUMNS("responses") ", " \
    "responses.understood, responses.csat, responses.nps, responses.comment, "                 \
    "responses.ces, responses.extras, "                 \
    DB_TIME("responses.answered_at") ", " DB_TIME("responses.received_at") ", "                \
    DB_TIME("responses.confirmed_at") ", responses.trust, responses.source, "                  \
    "responses.revision, responses.votes, responses.invitation_id, responses.evidence, "       \
    "responses.polarity, responses.frustration, responses.sentiment_model"
/* clang-format on */
#define RESPONSE_COLUMN_COUNT (3 + CONTACT_COLUMN_COUNT + 18)

/* OUTCOME_FAILED when out of memory or when the row is not what the schema promises; *response is
 * then untouched. */
enum outcome survey_response_from_row(const PGresult *rows, int row,
                                      struct survey_response *response);

#define ANSWER_COLUMN_COUNT 6

/* Reads understood, csat, nps, comment, ces, extras from six columns. False when out of memory or
 * when they are not what the schema promises; *answers is then untouched. */
bool answers_from_row(const PGresult *rows, int row, int first, struct answers *answers);

/* Appends understood, csat, nps, comment, ces, extras. */
void params_answers(struct params *params, const struct answers *answers);

/* Appends key hash, index and body hash, or three NULLs. */
void params_idempotency(struct params *params, const struct idempotency *idempotency);

/* Appends polarity, frustration, sentiment_model. */
void params_estimate(struct params *params, const struct estimate *estimate);

/* What a new response is inserted with, and the parameters for it in that order. */
/* clang-format off */
#define NEW_RESPONSE_COLUMNS                                                                   \
    "account_id, id, survey, " CONTACT_COLUMN_NAMES ", understood, csat, nps, comment, ces,"   \
    " extras, answered_at, received_at, confirmed_at, trust, source, invitation_id, evidence," \
    " idempotency_hash, idempotency_index, body_hash, polarity, frustration, sentiment_model"
/* clang-format on */
#define NEW_RESPONSE_COLUMN_COUNT (3 + CONTACT_COLUMN_COUNT + 19)
void params_new_response(struct params *params, const struct vote *vote);

/*
 * In a pipeline: inserts the first count votes as responses where there is none yet; *statements
 * results follow, each with one row (id) per response that is new. params must live until they are
 * read.
 */
enum outcome send_new_responses(struct db_connection *connection, struct vote *const votes[],
                                size_t count, struct params *params, size_t *statements);

/* Overwrites what the response says of its contact. */
enum outcome store_response_contact(struct db_connection *connection,
                                    const struct survey_response *response);

/* Overwrites what a later vote may change: answers, their estimate, times, trust, source, revision,
 * votes. */
enum outcome store_changed_response(struct db_connection *connection,
                                    const struct survey_response *response);

#endif
