#include "store/frustration_hours.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "base/uuid.h"
#include "domain/spike.h"
#include "store/account.h"
#include "store/params.h"
#include "store/spike_sql.h"

#define US_PER_HOUR    (3600 * US_PER_SECOND)
#define HOURS_PER_STEP 6

/* How far an account's hours are counted stands in job_progress, as the first id of that instant.
 */
#define JOB "'frustration_hours'"

int64_t frustration_hours_end(int64_t now_us) {
    int64_t open_us = now_us - SPIKE_LAG_HOURS * US_PER_HOUR;
    return open_us - open_us % US_PER_HOUR;
}

int64_t frustration_hours_begin(int64_t now_us) {
    return frustration_hours_end(now_us) - SPIKE_BASELINE_DAYS * US_PER_DAY;
}

static struct uuid id_at(int64_t time_us) {
    static const unsigned char least[UUID_BYTES];
    return uuid_at(time_us, least);
}

static int64_t time_of(const struct uuid *id) {
    int64_t time_ms = 0;
    for (int i = 0; i < 6; i++) {
        time_ms = time_ms << 8 | id->bytes[i];
    }
    return time_ms * 1000;
}

/* One step: the hours of [from_us, to_us). */
struct step {
    struct db_connection *connection;
    int64_t account_id;
    int64_t from_us;
    int64_t to_us;
};

static enum outcome with_progress(const struct step *step, const char *sql, int64_t time_us,
                                  PGresult **rows) {
    struct uuid id = id_at(time_us);
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, step->account_id);
    params_uuid(&params, &id);
    return params_ready(&params)
               ? db_query(step->connection, rows, sql, params_from(&params, 0, params.count))
               : OUTCOME_FAILED;
}

/* Locks what is done so far into step->from_us. *taken unless another has it. */
static enum outcome lock_progress(struct step *step, bool *taken) {
    CLEANUP(db_rows_free) PGresult *made = NULL;
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        with_progress(step,
                      "INSERT INTO job_progress (account_id, job, id) VALUES ($1, " JOB
                      ", $2) ON CONFLICT DO NOTHING",
                      step->from_us, &made);
    if (outcome == OUTCOME_OK) {
        outcome = with_progress(step,
                                "SELECT GREATEST(id::text, $2::text) FROM job_progress"
                                " WHERE account_id = $1 AND job = " JOB " FOR UPDATE SKIP LOCKED",
                                step->from_us, &rows);
    }
    struct uuid done;
    *taken =
        outcome == OUTCOME_OK && PQntuples(rows) == 1 && uuid_parse(db_text(rows, 0, 0), &done);
    step->from_us = *taken ? time_of(&done) : step->from_us;
    return outcome;
}

static enum outcome with_times(const struct step *step, const char *sql, int64_t from_us,
                               int64_t to_us) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, step->account_id);
    params_time(&params, from_us);
    params_time(&params, to_us);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return params_ready(&params)
               ? db_query(step->connection, &rows, sql, params_from(&params, 0, params.count))
               : OUTCOME_FAILED;
}

/* clang-format off */
static const char first_sql[] =
    "SELECT " DB_TIME("date_trunc('hour', min(answered_at), 'UTC')") " FROM responses"
    " WHERE account_id = $1 AND answered_at >= $2::timestamptz";
/* clang-format on */

/* Nothing is before the first answer: the hours up to it need no steps. */
static enum outcome skip_silence(struct step *step, int64_t end_us) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, step->account_id);
    params_time(&params, step->from_us);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = params_ready(&params) ? db_query(step->connection, &rows, first_sql,
                                                            params_from(&params, 0, params.count))
                                                 : OUTCOME_FAILED;
    if (outcome == OUTCOME_OK) {
        int64_t first_us = db_time(rows, 0, 0);
        step->from_us = first_us == TIME_NONE || first_us > end_us ? end_us : first_us;
        step->to_us = step->from_us + HOURS_PER_STEP * US_PER_HOUR;
        step->to_us = step->to_us < end_us ? step->to_us : end_us;
    }
    return outcome;
}

/* Also what is too old: $2 is then the beginning of all baselines. */
static const char remove_sql[] = "DELETE FROM frustration_hours WHERE account_id = $1"
                                 " AND hour >= $2::timestamptz AND hour < $3::timestamptz";

static const char count_sql[] =
    "INSERT INTO frustration_hours (account_id, team, hour, n, frustrated)"
    " SELECT $1::bigint, whose.team, date_trunc('hour', answered_at, 'UTC'), count(*),"
    " count(*) FILTER (WHERE " FRUSTRATED ")"
    " FROM responses CROSS JOIN LATERAL (SELECT '' AS team UNION SELECT responses.team) whose"
    " WHERE account_id = $1 AND answered_at >= $2::timestamptz AND answered_at < $3::timestamptz"
    " AND " SCORED " AND whose.team IS NOT NULL GROUP BY 2, 3";

static enum outcome count_hours(struct step *step, int64_t now_us, bool *finished) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    int64_t end_us = frustration_hours_end(now_us);
    int64_t before_us = step->from_us;
    enum outcome outcome = skip_silence(step, end_us);
    if (outcome == OUTCOME_OK) {
        outcome = with_times(step, remove_sql, 0, frustration_hours_begin(now_us));
    }
    if (outcome == OUTCOME_OK) {
        outcome = with_times(step, remove_sql, before_us, step->to_us);
    }
    if (outcome == OUTCOME_OK) {
        outcome = with_times(step, count_sql, step->from_us, step->to_us);
    }
    *finished = step->to_us >= end_us;
    return outcome == OUTCOME_OK ? with_progress(step,
                                                 "UPDATE job_progress SET id = $2"
                                                 " WHERE account_id = $1 AND job = " JOB,
                                                 step->to_us, &rows)
                                 : outcome;
}

static const char uncounted_sql[] =
    "SELECT accounts.account_id FROM accounts LEFT JOIN job_progress"
    " ON job_progress.account_id = accounts.account_id AND job_progress.job = " JOB
    " WHERE job_progress.id IS NULL OR job_progress.id < $1::uuid ORDER BY 1";

/* A look without a lock: mostly there is nothing to do. */
static enum outcome are_all_counted(const struct step *step, int64_t now_us, bool *counted) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = with_progress(step,
                                         "SELECT FROM job_progress"
                                         " WHERE account_id = $1 AND job = " JOB " AND id >= $2",
                                         frustration_hours_end(now_us), &rows);
    *counted = outcome == OUTCOME_OK && PQntuples(rows) == 1;
    return outcome;
}

enum outcome fill_frustration_hours(struct db_connection *connection, int64_t account_id,
                                    int64_t now_us, bool *finished) {
    struct step step = {.connection = connection,
                        .account_id = account_id,
                        .from_us = frustration_hours_begin(now_us)};
    bool taken;
    *finished = true;
    bool counted;
    enum outcome outcome = are_all_counted(&step, now_us, &counted);
    if (outcome != OUTCOME_OK || counted) {
        return outcome;
    }
    outcome = db_execute(connection, "BEGIN");
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    outcome = lock_progress(&step, &taken);
    if (outcome == OUTCOME_OK && taken && step.from_us < frustration_hours_end(now_us)) {
        outcome = count_hours(&step, now_us, finished);
    }
    enum outcome end = db_execute(connection, outcome == OUTCOME_OK ? "COMMIT" : "ROLLBACK");
    return outcome == OUTCOME_OK ? end : outcome;
}

enum outcome load_uncounted_accounts(struct db_connection *connection, int64_t now_us,
                                     int64_t **ids, size_t *count) {
    struct uuid end = id_at(frustration_hours_end(now_us));
    CLEANUP(params_clear) struct params params = {0};
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    params_uuid(&params, &end);
    enum outcome outcome = params_ready(&params) ? db_query(connection, &rows, uncounted_sql,
                                                            params_from(&params, 0, params.count))
                                                 : OUTCOME_FAILED;
    return outcome == OUTCOME_OK ? account_ids_from_rows(rows, ids, count) : outcome;
}

enum outcome forget_frustration_hours(struct db_connection *connection, int64_t account_id,
                                      int64_t from_us) {
    struct step step = {.connection = connection, .account_id = account_id};
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    int64_t hour_us = from_us > 0 ? from_us - from_us % US_PER_HOUR : 0;
    return with_progress(&step,
                         "UPDATE job_progress SET id = $2 WHERE account_id = $1 AND job = " JOB
                         " AND id > $2",
                         hour_us, &rows);
}
