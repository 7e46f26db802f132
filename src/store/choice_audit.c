#include "store/choice_audit.h"

#include <string.h>

#include "base/cleanup.h"
#include "store/counting.h"
#include "store/local_time.h"
#include "store/params.h"

#define KEY "survey, dimension, value, question, choice, day"

/* clang-format off */
static const char count_again[] =
    "CREATE TEMP TABLE choices_counted ON COMMIT DROP AS WITH answers AS ("
    "SELECT *, " LOCAL_DAY("(SELECT time_zone FROM accounts WHERE account_id = $1)", "answered_at")
    " AS day FROM responses WHERE account_id = $1 AND trust = 'confirmed' AND extras ? 'choices') "
    "SELECT " KEY ", count(*) AS n FROM answers "
    "CROSS JOIN LATERAL jsonb_each(extras -> 'choices') AS chosen (question, choices) "
    "CROSS JOIN LATERAL (SELECT '' UNION ALL SELECT jsonb_array_elements_text(choices)) "
    "AS each_choice (choice) "
    "CROSS JOIN LATERAL (SELECT 'agent', unnest(agents) UNION ALL VALUES ('all', ''), "
    "('team', team), ('channel', channel), ('reason', reason), ('language', language), "
    "('source', source)) credited (dimension, value) "
    "WHERE value IS NOT NULL AND (dimension = 'source' OR " VOUCHED_FOR ") GROUP BY " KEY;

static const char compare[] =
    "SELECT " KEY ", count(*) OVER (), COALESCE(stored.n, 0), COALESCE(counted.n, 0) "
    "FROM (SELECT " KEY ", sum(n)::bigint AS n FROM choice_rollups WHERE account_id = $1 "
    "GROUP BY " KEY ") stored FULL JOIN choices_counted counted USING (" KEY ") "
    "WHERE COALESCE(stored.n, 0) <> COALESCE(counted.n, 0) ORDER BY " KEY " LIMIT $2";
/* clang-format on */

static const char rewrite[] = "INSERT INTO choice_rollups (account_id, " KEY ", slot, n) "
                              "SELECT $1, " KEY ", 0, n FROM choices_counted ORDER BY " KEY;

enum outcome count_choices_again(struct db_connection *connection, const char *account,
                                 int64_t *counted) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query_once(connection, &rows, count_again, DB_PARAMS(account));
    if (outcome == OUTCOME_OK) {
        *counted = db_affected(rows);
    }
    return outcome;
}

static bool difference_from_row(const PGresult *rows, int row,
                                struct rollup_difference *difference) {
    *difference = (struct rollup_difference){
        .survey = strdup(db_text(rows, row, 0)),
        .dimension = strdup(db_text(rows, row, 1)),
        .value = strdup(db_text(rows, row, 2)),
        .question = strdup(db_text(rows, row, 3)),
        .choice = strdup(db_text(rows, row, 4)),
        .day = strdup(db_text(rows, row, 5)),
        .stored = {.sums = {[COUNTER_N] = db_int(rows, row, 7)}},
        .counted = {.sums = {[COUNTER_N] = db_int(rows, row, 8)}},
    };
    return difference->survey && difference->dimension && difference->value &&
           difference->question && difference->choice && difference->day;
}

enum outcome compare_choices(struct db_connection *connection, const char *account,
                             struct rollup_audit *audit) {
    CLEANUP(params_clear) struct params params = {0};
    params_text(&params, account);
    params_int(&params, ROLLUP_DIFFERENCES_LISTED);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        params_ready(&params)
            ? db_query_once(connection, &rows, compare, params_from(&params, 0, params.count))
            : OUTCOME_UNAVAILABLE;
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    int count = PQntuples(rows);
    audit->differing += count > 0 ? db_int(rows, 0, 6) : 0;
    for (int row = 0; row < count; row++) {
        if (!difference_from_row(rows, row, &audit->listed[audit->listed_count++])) {
            return OUTCOME_FAILED;
        }
    }
    return OUTCOME_OK;
}

enum outcome rewrite_choices(struct db_connection *connection, const char *account) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query_once(
        connection, &rows, "DELETE FROM choice_rollups WHERE account_id = $1", DB_PARAMS(account));
    CLEANUP(db_rows_free) PGresult *written = NULL;
    return outcome == OUTCOME_OK ? db_query_once(connection, &written, rewrite, DB_PARAMS(account))
                                 : outcome;
}
