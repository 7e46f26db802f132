#include "store/rescore.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/array_param.h"
#include "store/frustration_hours.h"
#include "store/reclassify.h"
#include "store/response_lock.h"
#include "store/rollup.h"

#define STEP_ROWS      500
#define DEADLOCKS_MAX  5
#define JOB_BYTES      (sizeof "rescore all " + SENTIMENT_VERSION_BYTES)
#define LOOKED_AT_ROWS "100" /* at each end */

/* One step. */
struct step {
    struct db_connection *connection;
    const struct rescore_order *order;
    char job[JOB_BYTES];
    struct uuid progress;
    struct uuid end;               /* the last of the rows it looks at */
    struct uuid wanted[STEP_ROWS]; /* those of them to be estimated */
    size_t wanted_count;
    struct locked_responses locked;
    struct rollup_deltas deltas;
    struct rescored rescored;
};

static void step_clear(struct step *step) {
    locked_responses_clear(&step->locked);
    rollup_deltas_clear(&step->deltas);
}

/* With account and job, and id unless it is NULL. */
static enum outcome with_job(const struct step *step, const char *sql, const struct uuid *id,
                             PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, step->order->account_id);
    params_text(&params, step->job);
    if (id) {
        params_uuid(&params, id);
    }
    return params_ready(&params)
               ? db_query(step->connection, rows, sql, params_from(&params, 0, params.count))
               : OUTCOME_UNAVAILABLE;
}

/* Whoever else is at it waits here, and goes on from where we end. */
static enum outcome lock_progress(struct step *step) {
    static const struct uuid nothing = {{0}};
    CLEANUP(db_rows_free) PGresult *inserted = NULL;
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = with_job(
        step,
        "INSERT INTO job_progress (account_id, job, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &nothing, &inserted);
    if (outcome == OUTCOME_OK) {
        outcome = with_job(
            step, "SELECT id FROM job_progress WHERE account_id = $1 AND job = $2 FOR UPDATE", NULL,
            &rows);
    }
    if (outcome == OUTCOME_OK) {
        /* Without a row somebody else has just come to the end. */
        step->rescored.finished =
            PQntuples(rows) == 0 || !uuid_parse(db_text(rows, 0, 0), &step->progress);
    }
    return outcome;
}

static enum outcome find_rows(struct step *step) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, step->order->account_id);
    params_uuid(&params, &step->progress);
    params_text(&params, step->order->scorer->model.version);
    params_int(&params, STEP_ROWS);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(step->connection, &rows,
                                    "SELECT id, sentiment_model IS DISTINCT FROM $3 FROM responses"
                                    " WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $4",
                                    params_from(&params, 0, params.count));
    int count = outcome == OUTCOME_OK ? PQntuples(rows) : 0;
    for (int row = 0; row < count; row++) {
        uuid_parse(db_text(rows, row, 0), &step->end);
        if (step->order->all || *db_text(rows, row, 1) == 't') {
            step->wanted[step->wanted_count++] = step->end;
        }
    }
    step->rescored.seen = count;
    step->rescored.finished = count == 0;
    return outcome;
}

static enum outcome lock_wanted(struct step *step) {
    struct lock_order order = {
        .account_id = step->order->account_id, .ids = step->wanted, .id_count = step->wanted_count};
    return lock_responses(step->connection, &order, &step->locked);
}

static void count(struct step *step, const struct locked_response *locked, int sign) {
    const struct survey_response *response = &locked->response;
    rollup_count_response(&step->deltas,
                          &(struct rollup_place){.account_id = response->account_id,
                                                 .survey = response->survey,
                                                 .contact = &response->contact,
                                                 .source = response->source,
                                                 .day = locked->day},
                          response, sign);
}

static bool differ(const struct estimate *one, const struct estimate *other) {
    return one->has_polarity != other->has_polarity || one->polarity != other->polarity ||
           one->has_frustration != other->has_frustration || one->frustration != other->frustration;
}

/* Minus what was estimated, plus what is. */
static void estimate_again(struct step *step, struct locked_response *locked) {
    struct survey_response *response = &locked->response;
    struct estimate before = response->estimate;
    count(step, locked, -1);
    estimate_of(step->order->scorer, &response->answers, response->contact.language,
                &response->estimate);
    count(step, locked, 1);
    step->rescored.estimated++;
    step->rescored.differing += differ(&before, &response->estimate);
}

static enum outcome store_estimates(const struct step *step) {
    CLEANUP(text_clear) struct text ids = {0};
    CLEANUP(text_clear) struct text polarities = {0};
    CLEANUP(text_clear) struct text frustrations = {0};
    CLEANUP(params_clear) struct params params = {0};
    for (size_t i = 0; i < step->locked.count; i++) {
        const struct survey_response *response = &step->locked.responses[i].response;
        const struct estimate *estimate = &response->estimate;
        array_append_uuid(&ids, &response->id);
        array_append_decimal_if(&polarities, estimate->has_polarity, estimate->polarity);
        array_append_decimal_if(&frustrations, estimate->has_frustration, estimate->frustration);
    }
    params_int(&params, step->order->account_id);
    params_text(&params, step->order->scorer->model.version);
    params_array(&params, &ids);
    params_array(&params, &polarities);
    params_array(&params, &frustrations);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(step->connection, &rows,
                    "UPDATE responses SET polarity = made.polarity, frustration = made.frustration,"
                    " sentiment_model = $2"
                    " FROM unnest($3::uuid[], $4::real[], $5::real[])"
                    " AS made (id, polarity, frustration)"
                    " WHERE responses.account_id = $1 AND responses.id = made.id",
                    params_from(&params, 0, params.count));
}

static enum outcome estimate_wanted(struct step *step) {
    if (step->wanted_count == 0) {
        return OUTCOME_OK;
    }
    enum outcome outcome = lock_wanted(step);
    for (size_t i = 0; outcome == OUTCOME_OK && i < step->locked.count; i++) {
        estimate_again(step, &step->locked.responses[i]);
    }
    outcome = outcome == OUTCOME_OK ? store_estimates(step) : outcome;
    return outcome == OUTCOME_OK
               ? rollup_apply(step->connection, &step->deltas, RECLASSIFY_ROLLUP_SLOT)
               : outcome;
}

static enum outcome store_progress(const struct step *step) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return with_job(step, "UPDATE job_progress SET id = $3 WHERE account_id = $1 AND job = $2",
                    &step->end, &rows);
}

/* What spikes are measured against was made from the old estimates; it is made anew. In the order
 * of whoever fills them: the progress is locked first. */
static enum outcome come_to_the_end(const struct step *step) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    CLEANUP(db_rows_free) PGresult *hours = NULL;
    int64_t account_id = step->order->account_id;
    char account[24];
    snprintf(account, sizeof account, "%lld", (long long)account_id);
    enum outcome outcome =
        with_job(step, "DELETE FROM job_progress WHERE account_id = $1 AND job = $2", NULL, &rows);
    if (outcome == OUTCOME_OK) {
        outcome = forget_frustration_hours(step->connection, account_id, 0);
    }
    return outcome == OUTCOME_OK
               ? db_query(step->connection, &hours,
                          "DELETE FROM frustration_hours WHERE account_id = $1", DB_PARAMS(account))
               : outcome;
}

static enum outcome take_step(struct step *step) {
    enum outcome outcome = lock_progress(step);
    if (outcome != OUTCOME_OK || step->rescored.finished) {
        return outcome;
    }
    outcome = find_rows(step);
    if (outcome == OUTCOME_OK && step->rescored.finished) {
        return come_to_the_end(step);
    }
    outcome = outcome == OUTCOME_OK ? estimate_wanted(step) : outcome;
    return outcome == OUTCOME_OK ? store_progress(step) : outcome;
}

static enum outcome try_step(struct db_connection *connection, const struct rescore_order *order,
                             struct rescored *rescored) {
    CLEANUP(step_clear) struct step step = {.connection = connection, .order = order};
    snprintf(step.job, sizeof step.job, "rescore %s%s", order->all ? "all " : "",
             order->scorer->model.version);
    enum outcome outcome = db_execute(connection, "BEGIN; " ROLLUP_LOCK);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    outcome = take_step(&step);
    bool deadlocked = outcome != OUTCOME_OK && db_deadlocked(connection);
    enum outcome end = db_execute(connection, outcome == OUTCOME_OK ? "COMMIT" : "ROLLBACK");
    if (outcome == OUTCOME_OK && end == OUTCOME_OK) {
        *rescored = step.rescored;
    }
    outcome = outcome == OUTCOME_OK ? end : outcome;
    return deadlocked ? OUTCOME_CONFLICT : outcome;
}

enum outcome rescore_some(struct db_connection *connection, const struct rescore_order *order,
                          struct rescored *rescored) {
    enum outcome outcome = OUTCOME_CONFLICT;
    for (int tries = 0; outcome == OUTCOME_CONFLICT && tries < DEADLOCKS_MAX; tries++) {
        outcome = try_step(connection, order, rescored);
    }
    return outcome;
}

/* From either end: rescore goes from the first to the last, and imported ones lie anywhere. */
#define SOME_ROWS(order)                                                                           \
    "(SELECT sentiment_model FROM responses WHERE account_id = $1 ORDER BY id " order              \
    " LIMIT " LOOKED_AT_ROWS ")"

/* clang-format off */
enum outcome find_unscored(struct db_connection *connection, int64_t account_id, const char *model,
                           bool *found) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_text(&params, model);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT EXISTS (SELECT FROM (" SOME_ROWS("") " UNION ALL " SOME_ROWS("DESC") ") some_rows"
                 " WHERE sentiment_model IS DISTINCT FROM $2) OR EXISTS (SELECT FROM job_progress"
                 " WHERE account_id = $1 AND job IN ('rescore ' || $2, 'rescore all ' || $2))",
                 params_from(&params, 0, params.count));
    *found = outcome == OUTCOME_OK && *db_text(rows, 0, 0) == 't';
    return outcome;
}
/* clang-format on */
