#include "store/rollup_audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "store/choice_audit.h"
#include "store/contact_repeat.h"
#include "store/counting.h"
#include "store/local_time.h"

#define ACCOUNT_TEXT_SIZE 24

/* A day's rows of a table of facts, $1 being the account. */
#define FACTS(table, at)                                                                           \
    "(SELECT *, " LOCAL_DAY("(SELECT time_zone FROM accounts WHERE account_id = $1)",              \
                            at) " AS day FROM " table " WHERE account_id = $1) " table

#define ANSWERED_ONLY                                                                              \
    " WHERE EXISTS (SELECT FROM responses answer WHERE answer.account_id = $1 AND "                \
    "answer.invitation_id = invitations.id AND answer.trust = 'confirmed' AND "                    \
    "answer." VOUCHED_FOR ")"

/* First by combinations of values, which are few beside the rows; then each counts for each of its
 * values. Agents have combinations of their own, or there would be almost as many as rows. */
#define SHARED_VALUES "team, channel, reason, language, source"

/* clang-format off */
static const char count_again[] =
    "CREATE TEMP TABLE rollups_counted ON COMMIT DROP AS WITH "
    "response_values AS ("
    "SELECT survey, day, " SHARED_VALUES ", " COUNT_RESPONSES
    " FROM " FACTS("responses", "answered_at") " GROUP BY 1, 2, 3, 4, 5, 6, 7), "
    "response_agents AS ("
    "SELECT survey, day, agents, " COUNT_RESPONSES
    " FROM " FACTS("responses", "answered_at") " WHERE " VOUCHED_FOR " GROUP BY 1, 2, 3), "
    "contact_values AS ("
    "SELECT ''::text AS survey, day, " SHARED_VALUES ", " COUNT_CONTACTS("true")
    " FROM " FACTS("contacts", "solved_at") " GROUP BY 1, 2, 3, 4, 5, 6, 7), "
    "contact_agents AS ("
    "SELECT ''::text AS survey, day, agents, " COUNT_CONTACTS("true")
    " FROM " FACTS("contacts", "solved_at") " WHERE " VOUCHED_FOR " GROUP BY 1, 2, 3), "
    "invited AS ("
    "SELECT survey, day, agents, " SHARED_VALUES ", " COUNT_INVITATIONS
    " FROM " FACTS("invitations", "created_at") " GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 "
    "UNION ALL "
    "SELECT survey, day, agents, " SHARED_VALUES ", " COUNT_ANSWERED_INVITATIONS
    " FROM " FACTS("invitations", "created_at") ANSWERED_ONLY " GROUP BY 1, 2, 3, 4, 5, 6, 7, 8), "
    "sums AS ("
    "SELECT survey, day, dimension, value, " COUNTER_COLUMNS " FROM ("
    "SELECT * FROM response_values UNION ALL SELECT * FROM contact_values UNION ALL "
    "SELECT survey, day, " SHARED_VALUES ", " COUNTER_COLUMNS " FROM invited) shared "
    "CROSS JOIN LATERAL (VALUES ('all', ''), ('team', team), ('channel', channel), "
    "('reason', reason), ('language', language), ('source', source)) credited(dimension, value) "
    "WHERE value IS NOT NULL AND (dimension = 'source' OR " VOUCHED_FOR ") "
    "UNION ALL "
    "SELECT survey, day, 'agent', unnest(agents), " COUNTER_COLUMNS " FROM ("
    "SELECT * FROM response_agents UNION ALL SELECT * FROM contact_agents UNION ALL "
    "SELECT survey, day, agents, " COUNTER_COLUMNS " FROM invited) handled) "
    "SELECT survey, dimension, value, day, " SUM_COUNTERS " FROM sums GROUP BY 1, 2, 3, 4 "
    "HAVING " ANY_SUMMED;
/* clang-format on */

#define COMPARED                                                                                   \
    " FROM (SELECT survey, dimension, value, day, " SUM_COUNTERS                                   \
    " FROM rollups WHERE account_id = $1 GROUP BY 1, 2, 3, 4) stored "                             \
    "FULL JOIN rollups_counted counted USING (survey, dimension, value, day) "

/* clang-format off */
static const char compare[] =
    "SELECT survey, dimension, value, day, count(*) OVER (), "
    COUNTERS_OR_ZERO("stored.") ", " COUNTERS_OR_ZERO("counted.") COMPARED
    "WHERE (" COUNTERS_OR_ZERO("stored.") ") IS DISTINCT FROM (" COUNTERS_OR_ZERO("counted.") ") "
    "ORDER BY survey, dimension, value, day LIMIT $2";
/* clang-format on */

/* The columns of migration 4 need no room where they are zero. */
#define ZERO_AS_NULL(name, with) ", NULLIF(" #name ", 0)"

/* clang-format off */
static const char rewrite[] =
    "INSERT INTO rollups (account_id, survey, dimension, value, day, slot, " COUNTER_COLUMNS
    ") SELECT $1, survey, dimension, value, day, 0, "
    COUNTER_COLUMN(n, ) EACH_ANSWER_COUNTER(COUNTER_COLUMN_NEXT, )
    EACH_INVITATION_COUNTER(COUNTER_COLUMN_NEXT, )
    EACH_CONTACT_COUNTER(ZERO_AS_NULL, ) EACH_VERDICT_COUNTER(ZERO_AS_NULL, )
    " FROM rollups_counted ORDER BY survey, dimension, value, day";
/* clang-format on */

static struct counters counters_from_row(const PGresult *rows, int row, int first_column) {
    struct counters counters;
    for (int i = 0; i < COUNTERS; i++) {
        counters.sums[i] = db_int(rows, row, first_column + i);
    }
    return counters;
}

static bool difference_from_row(const PGresult *rows, int row,
                                struct rollup_difference *difference) {
    *difference = (struct rollup_difference){
        .survey = strdup(db_text(rows, row, 0)),
        .dimension = strdup(db_text(rows, row, 1)),
        .value = strdup(db_text(rows, row, 2)),
        .day = strdup(db_text(rows, row, 3)),
        .stored = counters_from_row(rows, row, 5),
        .counted = counters_from_row(rows, row, 5 + COUNTERS),
    };
    return difference->survey && difference->dimension && difference->value && difference->day;
}

static enum outcome audit_from_rows(const PGresult *rows, struct rollup_audit *audit) {
    int count = PQntuples(rows);
    audit->differing = count > 0 ? db_int(rows, 0, 4) : 0;
    for (int row = 0; row < count; row++) {
        if (!difference_from_row(rows, row, &audit->listed[audit->listed_count++])) {
            return OUTCOME_FAILED;
        }
    }
    return OUTCOME_OK;
}

void rollup_audit_clear(struct rollup_audit *audit) {
    for (size_t i = 0; i < audit->listed_count; i++) {
        free(audit->listed[i].survey);
        free(audit->listed[i].dimension);
        free(audit->listed[i].value);
        free(audit->listed[i].day);
        free(audit->listed[i].question);
        free(audit->listed[i].choice);
    }
    *audit = (struct rollup_audit){0};
}

#define QUOTED(name, with) #name,

static const char *const counter_names[] = {EACH_COUNTER(QUOTED, QUOTED, )};
_Static_assert(COUNT(counter_names) == COUNTERS, "enum counter and the columns are the same");

const char *counter_name(enum counter counter) {
    return counter_names[counter];
}

/* Fills the temporary table rollups_counted, in the transaction that is open. */
static enum outcome count_facts(struct db_connection *connection, const char *account,
                                int64_t *counted) {
    enum outcome outcome =
        db_execute(connection, "SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '64MB'; "
                               "SET LOCAL jit = off; SET LOCAL enable_sort = off");
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    if (outcome == OUTCOME_OK) {
        outcome = db_query_once(connection, &rows, count_again, DB_PARAMS(account));
    }
    if (outcome == OUTCOME_OK) {
        *counted = db_affected(rows);
    }
    return outcome;
}

static enum outcome compare_counted(struct db_connection *connection, const char *account,
                                    struct rollup_audit *audit) {
    enum outcome outcome = count_facts(connection, account, &audit->compared);
    char limit[ACCOUNT_TEXT_SIZE];
    snprintf(limit, sizeof limit, "%d", ROLLUP_DIFFERENCES_LISTED);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    if (outcome == OUTCOME_OK) {
        outcome = db_query_once(connection, &rows, compare, DB_PARAMS(account, limit));
    }
    outcome = outcome == OUTCOME_OK ? audit_from_rows(rows, audit) : outcome;
    int64_t choices = 0;
    outcome = outcome == OUTCOME_OK ? count_choices_again(connection, account, &choices) : outcome;
    audit->compared += choices;
    return outcome == OUTCOME_OK ? compare_choices(connection, account, audit) : outcome;
}

enum outcome rollups_verify(struct db_connection *connection, int64_t account_id,
                            struct rollup_audit *audit) {
    char account[ACCOUNT_TEXT_SIZE];
    snprintf(account, sizeof account, "%" PRId64, account_id);
    enum outcome outcome = db_execute(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    if (outcome == OUTCOME_OK) {
        outcome = compare_counted(connection, account, audit);
        db_execute(connection, "ROLLBACK");
    }
    return outcome;
}

enum outcome rollups_rewrite(struct db_connection *connection, int64_t account_id) {
    char account[ACCOUNT_TEXT_SIZE];
    snprintf(account, sizeof account, "%" PRId64, account_id);
    int64_t counted;
    enum outcome outcome = count_facts(connection, account, &counted);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    if (outcome == OUTCOME_OK) {
        outcome = db_query_once(connection, &rows, "DELETE FROM rollups WHERE account_id = $1",
                                DB_PARAMS(account));
    }
    if (outcome == OUTCOME_OK) {
        outcome = db_query_once(connection, &rows, rewrite, DB_PARAMS(account));
    }
    if (outcome == OUTCOME_OK) {
        outcome = count_choices_again(connection, account, &counted);
    }
    return outcome == OUTCOME_OK ? rewrite_choices(connection, account) : outcome;
}

enum outcome rollups_rebuild(struct db_connection *connection, int64_t account_id, bool repeats) {
    enum outcome outcome = db_execute(connection, ROLLUP_REBUILD_BEGIN);
    if (outcome == OUTCOME_OK) {
        outcome = repeats ? mark_all_repeats(connection, account_id) : OUTCOME_OK;
        if (outcome == OUTCOME_OK) {
            outcome = rollups_rewrite(connection, account_id);
        }
        enum outcome end = db_execute(connection, outcome == OUTCOME_OK ? "COMMIT" : "ROLLBACK");
        outcome = outcome == OUTCOME_OK ? end : outcome;
    }
    return outcome;
}
