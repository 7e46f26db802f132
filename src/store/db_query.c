#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/parse.h"
#include "base/time.h"
#include "store/db_connection.h"

#define ANSWER_MARGIN_US (2 * US_PER_SECOND) /* past statement_timeout we no longer wait */

static enum outcome outcome_of_sqlstate(const char *sqlstate) {
    static const struct {
        const char *prefix;
        enum outcome outcome;
    } known[] = {
        {"23505", OUTCOME_CONFLICT},    /* unique_violation */
        {"22", OUTCOME_REJECTED},       /* data exception */
        {"23", OUTCOME_REJECTED},       /* integrity constraint violation */
        {"08", OUTCOME_UNAVAILABLE},    /* connection exception */
        {"25006", OUTCOME_UNAVAILABLE}, /* read-only: a standby */
        {"40", OUTCOME_UNAVAILABLE},    /* serialization failure, deadlock */
        {"53", OUTCOME_UNAVAILABLE},    /* insufficient resources, disk full */
        {"55", OUTCOME_UNAVAILABLE},    /* lock not available */
        {"57", OUTCOME_UNAVAILABLE},    /* shutdown, cancel, timeout */
        {"58", OUTCOME_UNAVAILABLE},    /* system error, I/O */
    };
    for (size_t i = 0; i < COUNT(known); i++) {
        if (strncmp(sqlstate, known[i].prefix, strlen(known[i].prefix)) == 0) {
            return known[i].outcome;
        }
    }
    return OUTCOME_FAILED;
}

enum outcome db_outcome(struct db_connection *connection, const PGresult *result, const char *sql) {
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_PIPELINE_SYNC ||
        status == PGRES_COPY_IN || status == PGRES_COPY_OUT) {
        return OUTCOME_OK;
    }
    if (status == PGRES_PIPELINE_ABORTED) {
        return OUTCOME_UNAVAILABLE;
    }
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    enum outcome outcome = state ? outcome_of_sqlstate(state) : OUTCOME_UNAVAILABLE;
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (outcome != OUTCOME_CONFLICT) {
        log_error("database statement failed (%.60s): %s %s", sql, state ? state : "connection",
                  primary ? primary : PQerrorMessage(connection->pg));
    }
    connection->deadlocked = state && strcmp(state, "40P01") == 0;
    if (state && strcmp(state, "25006") == 0) {
        connection->retired = true; /* a standby now: the next acquire looks for the primary */
    }
    return outcome;
}

bool db_deadlocked(const struct db_connection *connection) {
    return connection->pg && connection->deadlocked;
}

bool db_wait_result(struct db_connection *connection, int64_t deadline_us) {
    PGconn *pg = connection->pg;
    int unsent = PQflush(pg);
    while (unsent > 0 || PQisBusy(pg)) {
        if (unsent < 0 ||
            !db_wait_socket(connection->owner, pg, (short)(unsent > 0 ? POLLIN | POLLOUT : POLLIN),
                            deadline_us) ||
            !PQconsumeInput(pg)) {
            return false;
        }
        unsent = unsent > 0 ? PQflush(pg) : 0;
    }
    return unsent == 0;
}

static int64_t answer_deadline_us(const struct db_connection *connection) {
    return time_monotonic_us() + connection->owner->options.statement_timeout_ms * INT64_C(1000) +
           ANSWER_MARGIN_US;
}

/* The last result of what was sent; NULL, with the connection closed, when none came in time. */
static PGresult *collect_result(struct db_connection *connection, int64_t deadline_us) {
    PGresult *last = NULL;
    for (;;) {
        if (!db_wait_result(connection, deadline_us)) {
            log_error("lost the database connection: %s", PQerrorMessage(connection->pg));
            PQclear(last);
            db_discard(connection);
            return NULL;
        }
        PGresult *next = PQgetResult(connection->pg);
        if (!next) {
            return last;
        }
        PQclear(last);
        last = next;
        ExecStatusType status = PQresultStatus(last);
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) {
            return last;
        }
    }
}

static enum outcome finish_query(struct db_connection *connection, bool sent, const char *sql,
                                 PGresult **rows) {
    if (!sent) {
        log_error("could not send to the database: %s", PQerrorMessage(connection->pg));
        db_discard(connection);
        return OUTCOME_UNAVAILABLE;
    }
    PGresult *result = collect_result(connection, answer_deadline_us(connection));
    if (!result) {
        return OUTCOME_UNAVAILABLE;
    }
    enum outcome outcome = db_outcome(connection, result, sql);
    if (rows) {
        PQclear(*rows);
        *rows = result;
    } else {
        PQclear(result);
    }
    return outcome;
}

enum outcome db_query_once(struct db_connection *connection, PGresult **rows, const char *sql,
                           struct db_params params) {
    if (!connection->pg) {
        return OUTCOME_UNAVAILABLE;
    }
    bool sent = PQsendQueryParams(connection->pg, sql, (int)params.count, NULL, params.values,
                                  params.lengths, params.formats, 0);
    return finish_query(connection, sent, sql, rows);
}

enum outcome db_query(struct db_connection *connection, PGresult **rows, const char *sql,
                      struct db_params params) {
    if (!connection->pg) {
        return OUTCOME_UNAVAILABLE;
    }
    char name[PREPARED_NAME_SIZE];
    enum prepared_state state = prepared_name(&connection->prepared, sql, name);
    if (!connection->owner->options.prepare || state == PREPARED_NO_ROOM) {
        return db_query_once(connection, rows, sql, params);
    }
    if (state == PREPARED_NEW) {
        bool sent = PQsendPrepare(connection->pg, name, sql, (int)params.count, NULL);
        enum outcome outcome = finish_query(connection, sent, sql, NULL);
        if (outcome != OUTCOME_OK) {
            return outcome;
        }
        prepared_mark(&connection->prepared, sql, true);
    }
    bool sent = PQsendQueryPrepared(connection->pg, name, (int)params.count, params.values,
                                    params.lengths, params.formats, 0);
    return finish_query(connection, sent, sql, rows);
}

enum outcome db_execute(struct db_connection *connection, const char *sql) {
    if (!connection->pg) {
        return OUTCOME_UNAVAILABLE;
    }
    return finish_query(connection, PQsendQuery(connection->pg, sql), sql, NULL);
}

void db_rows_free(PGresult **rows) {
    PQclear(*rows);
    *rows = NULL;
}

int64_t db_affected(const PGresult *rows) {
    int64_t count = 0;
    parse_int(PQcmdTuples((PGresult *)rows), 0, INT64_MAX, &count);
    return count;
}

bool db_null(const PGresult *rows, int row, int column) {
    return PQgetisnull(rows, row, column);
}

const char *db_text(const PGresult *rows, int row, int column) {
    return PQgetisnull(rows, row, column) ? NULL : PQgetvalue(rows, row, column);
}

int64_t db_int(const PGresult *rows, int row, int column) {
    int64_t value = 0;
    parse_int(PQgetvalue(rows, row, column), INT64_MIN, INT64_MAX, &value);
    return value;
}

double db_number(const PGresult *rows, int row, int column) {
    return strtod(PQgetvalue(rows, row, column), NULL);
}

int64_t db_time(const PGresult *rows, int row, int column) {
    return PQgetisnull(rows, row, column) ? TIME_NONE : db_int(rows, row, column);
}
