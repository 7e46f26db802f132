#include "store/idempotency_expiry.h"

#include "base/cleanup.h"
#include "base/time.h"
#include "store/params.h"

#define ROWS_PER_STEP "2000"

/* The same two statements for both tables: where this step ends, and the step itself. */
#define STEP_END(table)                                                                            \
    "SELECT max(step.id::text) FROM (SELECT id FROM " table " WHERE account_id = $1 AND id > $2"   \
    " AND id < $3 ORDER BY id LIMIT " ROWS_PER_STEP ") AS step"
#define STEP(table)                                                                                \
    "UPDATE " table " SET idempotency_hash = NULL, idempotency_index = NULL, body_hash = NULL"     \
    " WHERE account_id = $1 AND id > $2 AND id <= $3 AND idempotency_hash IS NOT NULL"

/* The walk through one table. */
struct table_walk {
    const char *end_sql;
    const char *step_sql;
    struct uuid *done;
    bool finished;
};

/* The smallest id of those made at or after time_us (RFC 9562 5.7). */
static struct uuid first_id_at(int64_t time_us) {
    struct uuid id = {0};
    int64_t milliseconds = time_us / 1000;
    for (int i = 0; i < 6; i++) {
        id.bytes[i] = (unsigned char)(milliseconds >> 8 * (5 - i));
    }
    return id;
}

/* Finds the last id of this step; none means that the walk is finished. */
static enum outcome find_end(struct db_connection *connection, const struct params *params,
                             struct table_walk *walk, struct uuid *end) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, walk->end_sql, params_from(params, 0, params->count));
    if (outcome == OUTCOME_OK) {
        const char *text = db_text(rows, 0, 0);
        walk->finished = !text || !uuid_parse(text, end);
    }
    return outcome;
}

/* $1, $2, $3 of both statements. */
static bool fill_params(struct params *params, int64_t account_id, const struct uuid *after,
                        const struct uuid *up_to) {
    params_int(params, account_id);
    params_uuid(params, after);
    params_uuid(params, up_to);
    return params_ready(params);
}

static enum outcome walk_step(struct db_connection *connection, int64_t account_id,
                              const struct uuid *bound, struct table_walk *walk) {
    CLEANUP(params_clear) struct params search = {0};
    CLEANUP(params_clear) struct params step = {0};
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    struct uuid end;
    enum outcome outcome = fill_params(&search, account_id, walk->done, bound)
                               ? find_end(connection, &search, walk, &end)
                               : OUTCOME_UNAVAILABLE;
    if (outcome != OUTCOME_OK || walk->finished) {
        return outcome;
    }
    outcome = fill_params(&step, account_id, walk->done, &end)
                  ? db_query(connection, &rows, walk->step_sql, params_from(&step, 0, step.count))
                  : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_OK) {
        *walk->done = end;
    }
    return outcome;
}

enum outcome forget_idempotency_keys(struct db_connection *connection, int64_t account_id,
                                     int64_t before_us, struct expiry_walk *walk, bool *finished) {
    struct table_walk responses = {
        .end_sql = STEP_END("responses"),
        .step_sql = STEP("responses"),
        .done = &walk->responses_done,
    };
    struct table_walk votes = {
        .end_sql = STEP_END("votes"),
        .step_sql = STEP("votes"),
        .done = &walk->votes_done,
    };
    struct uuid bound = first_id_at(before_us);
    enum outcome outcome = walk_step(connection, account_id, &bound, &responses);
    if (outcome == OUTCOME_OK) {
        outcome = walk_step(connection, account_id, &bound, &votes);
    }
    *finished = responses.finished && votes.finished;
    return outcome;
}
