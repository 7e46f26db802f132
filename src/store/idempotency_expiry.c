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

struct statements {
    const char *end;
    const char *step;
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

static enum outcome find_end(struct db_connection *connection, const char *sql,
                             const struct params *params, struct uuid *done, bool *finished) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows, sql, params_from(params, 0, 3));
    if (outcome == OUTCOME_OK) {
        const char *end = db_text(rows, 0, 0);
        *finished = !end || !uuid_parse(end, done);
    }
    return outcome;
}

static enum outcome walk_step(struct db_connection *connection, const struct statements *sql,
                              int64_t account_id, const struct uuid *bound, struct uuid *done,
                              bool *finished) {
    CLEANUP(params_clear) struct params params = {0};
    struct uuid end = *done;
    params_int(&params, account_id);
    params_uuid(&params, done);
    params_uuid(&params, bound);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    enum outcome outcome = find_end(connection, sql->end, &params, &end, finished);
    if (outcome != OUTCOME_OK || *finished) {
        return outcome;
    }
    CLEANUP(params_clear) struct params step = {0};
    params_int(&step, account_id);
    params_uuid(&step, done);
    params_uuid(&step, &end);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    outcome = params_ready(&step)
                  ? db_query(connection, &rows, sql->step, params_from(&step, 0, step.count))
                  : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_OK) {
        *done = end;
    }
    return outcome;
}

enum outcome forget_idempotency_keys(struct db_connection *connection, int64_t account_id,
                                     int64_t before_us, struct expiry_walk *walk, bool *finished) {
    static const struct statements of_responses = {STEP_END("responses"), STEP("responses")};
    static const struct statements of_votes = {STEP_END("votes"), STEP("votes")};
    struct uuid bound = first_id_at(before_us);
    bool responses_finished = false;
    bool votes_finished = false;
    enum outcome outcome = walk_step(connection, &of_responses, account_id, &bound,
                                     &walk->responses_done, &responses_finished);
    if (outcome == OUTCOME_OK) {
        outcome = walk_step(connection, &of_votes, account_id, &bound, &walk->votes_done,
                            &votes_finished);
    }
    *finished = responses_finished && votes_finished;
    return outcome;
}
