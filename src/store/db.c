#include "store/db.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/time.h"
#include "store/db_prepared.h"

#define EXPECTED_MAX       64
#define ANSWER_MARGIN_US   (2 * US_PER_SECOND) /* past statement_timeout we no longer wait */
#define SESSION_SQL_BYTES  256
#define PREPARED_NAME_SIZE 24
#define LAST_WORDS_MAX     8 /* reads from an idle connection; a good one has hardly any */

struct db_connection {
    PGconn *pg; /* NULL while closed */
    struct db *owner;
    struct db_connection *next_free;
    struct prepared_set prepared;
    const char
        *expected[EXPECTED_MAX]; /* in a pipeline: what each coming result prepares, or NULL */
    size_t expected_first;
    size_t expected_count;
    bool doubtful; /* a warning said that a commit is not durable yet */
    bool retired;  /* to be closed when it is given back */
};

struct db {
    pthread_mutex_t lock;
    pthread_cond_t released;
    struct db_connection *free;
    struct db_options options;
    char *conninfo; /* owned */
    bool away;      /* the last attempt to connect failed, and that was logged */
    struct db_connection connections[];
};

struct db *db_open(const struct db_options *options) {
    struct db *db = calloc(1, sizeof *db + options->connections * sizeof db->connections[0]);
    char *conninfo = strdup(options->conninfo);
    if (!db || !conninfo) {
        free(db);
        free(conninfo);
        return NULL;
    }
    pthread_mutex_init(&db->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&db->released, &monotonic);
    pthread_condattr_destroy(&monotonic);
    db->options = *options;
    db->conninfo = conninfo;
    db->options.conninfo = conninfo;
    for (size_t i = 0; i < options->connections; i++) {
        db->connections[i].owner = db;
        db->connections[i].next_free = db->free;
        db->free = &db->connections[i];
    }
    return db;
}

void db_close(struct db *db) {
    if (!db) {
        return;
    }
    for (size_t i = 0; i < db->options.connections; i++) {
        db_discard(&db->connections[i]);
    }
    pthread_cond_destroy(&db->released);
    pthread_mutex_destroy(&db->lock);
    free(db->conninfo);
    free(db);
}

void db_discard(struct db_connection *connection) {
    PQfinish(connection->pg);
    connection->pg = NULL;
    connection->expected_count = 0;
    connection->doubtful = false;
    connection->retired = false;
    prepared_set_clear(&connection->prepared);
}

/* Waits until the socket can be read or written; false at the deadline. */
static bool wait_socket(PGconn *pg, short events, int64_t deadline_us) {
    int64_t left_us = deadline_us - time_monotonic_us();
    if (left_us <= 0) {
        return false;
    }
    struct pollfd socket = {.fd = PQsocket(pg), .events = events};
    return poll(&socket, 1, (int)(left_us / 1000 + 1)) > 0;
}

static bool finish_connecting(PGconn *pg, int64_t deadline_us) {
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (status == PGRES_POLLING_WRITING || status == PGRES_POLLING_READING) {
        if (!wait_socket(pg, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_us)) {
            return false;
        }
        status = PQconnectPoll(pg);
    }
    return status == PGRES_POLLING_OK;
}

/* PostgreSQL 01000 at COMMIT: "already committed locally, but might not have been replicated". */
static void on_notice(void *closure, const PGresult *notice) {
    struct db_connection *connection = closure;
    const char *state = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    if (state && strcmp(state, "01000") == 0) {
        connection->doubtful = true;
    }
    log_debug("database notice %s: %s", state ? state : "", message ? message : "");
}

static bool set_up_session(struct db_connection *connection) {
    char sql[SESSION_SQL_BYTES];
    snprintf(sql, sizeof sql,
             "SET statement_timeout = %u; SET TimeZone = 'UTC'; SET client_min_messages = warning;"
             " SET DateStyle = 'ISO'; SET idle_in_transaction_session_timeout = '60s'",
             connection->owner->options.statement_timeout_ms);
    return db_execute(connection, sql) == OUTCOME_OK;
}

/* An outage is logged when it begins and when it ends, not at every try. */
static void note_reachability(struct db *db, bool away, const char *reason) {
    pthread_mutex_lock(&db->lock);
    bool changed = db->away != away;
    db->away = away;
    pthread_mutex_unlock(&db->lock);
    if (changed && away) {
        log_error("could not connect to the database: %s", reason);
    } else if (changed) {
        log_info("the database is back");
    }
}

static bool connect_now(struct db_connection *connection) {
    struct db *db = connection->owner;
    int64_t deadline_us = time_monotonic_us() + db->options.connect_timeout_ms * INT64_C(1000);
    const char *const keywords[] = {"dbname", "fallback_application_name", "client_encoding", NULL};
    const char *const values[] = {db->conninfo, "understood", "UTF8", NULL};
    connection->pg = PQconnectStartParams(keywords, values, 1);
    bool connected = connection->pg && PQstatus(connection->pg) != CONNECTION_BAD &&
                     finish_connecting(connection->pg, deadline_us);
    if (connected) {
        PQsetNoticeReceiver(connection->pg, on_notice, connection);
        connected = set_up_session(connection);
    }
    const char *reason = connection->pg ? PQerrorMessage(connection->pg) : "out of memory";
    note_reachability(db, !connected, *reason ? reason : "no answer in time");
    if (!connected) {
        db_discard(connection);
    }
    return connected;
}

static struct db_connection *take_free(struct db *db) {
    int64_t end_us = time_monotonic_us() + db->options.acquire_timeout_ms * INT64_C(1000);
    struct timespec end = {.tv_sec = end_us / US_PER_SECOND,
                           .tv_nsec = end_us % US_PER_SECOND * 1000};
    pthread_mutex_lock(&db->lock);
    int waited = 0;
    while (!db->free && waited == 0) {
        waited = pthread_cond_timedwait(&db->released, &db->lock, &end);
    }
    struct db_connection *connection = db->free;
    if (connection) {
        db->free = connection->next_free;
    }
    pthread_mutex_unlock(&db->lock);
    return connection;
}

static void give_back(struct db_connection *connection) {
    struct db *db = connection->owner;
    pthread_mutex_lock(&db->lock);
    connection->next_free = db->free;
    db->free = connection;
    pthread_cond_signal(&db->released);
    pthread_mutex_unlock(&db->lock);
}

/* A connection whose server went away shows it as readable: nothing else is due between queries. A
 * server that says goodbye first is readable twice, and only then at its end. */
static bool still_good(struct db_connection *connection) {
    if (!connection->pg) {
        return false;
    }
    struct pollfd socket = {.fd = PQsocket(connection->pg), .events = POLLIN};
    for (int reads = 0; poll(&socket, 1, 0) > 0; reads++) {
        if (reads == LAST_WORDS_MAX || !PQconsumeInput(connection->pg)) {
            return false;
        }
    }
    return PQstatus(connection->pg) == CONNECTION_OK;
}

struct db_connection *db_acquire(struct db *db) {
    struct db_connection *connection = take_free(db);
    if (!connection) {
        return NULL;
    }
    if (still_good(connection)) {
        return connection;
    }
    db_discard(connection);
    if (connect_now(connection)) {
        return connection;
    }
    give_back(connection);
    return NULL;
}

void db_release(struct db_connection **connection) {
    if (!*connection) {
        return;
    }
    PGTransactionStatusType status = PQtransactionStatus((*connection)->pg);
    if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR) {
        db_execute(*connection, "ROLLBACK");
        status = PQtransactionStatus((*connection)->pg);
    }
    if (status != PQTRANS_IDLE || (*connection)->retired) {
        db_discard(*connection);
    }
    give_back(*connection);
    *connection = NULL;
}

bool db_reachable(struct db *db) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(db);
    return connection != NULL;
}

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

/* The outcome of one result; a failure is logged here. Result may be NULL: the connection is gone.
 */
static enum outcome outcome_of_result(struct db_connection *connection, const PGresult *result,
                                      const char *sql) {
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
    if (state && strcmp(state, "25006") == 0) {
        connection->retired = true; /* a standby now: the next acquire looks for the primary */
    }
    return outcome;
}

/* Flushes and reads until the next result is whole; false at the deadline or when the connection
 * broke. */
static bool wait_result(PGconn *pg, int64_t deadline_us) {
    int unsent = PQflush(pg);
    while (unsent > 0 || PQisBusy(pg)) {
        if (unsent < 0 ||
            !wait_socket(pg, (short)(unsent > 0 ? POLLIN | POLLOUT : POLLIN), deadline_us) ||
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
        if (!wait_result(connection->pg, deadline_us)) {
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
    enum outcome outcome = outcome_of_result(connection, result, sql);
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

int64_t db_time(const PGresult *rows, int row, int column) {
    return PQgetisnull(rows, row, column) ? TIME_NONE : db_int(rows, row, column);
}

/* ---- pipelines ---- */

enum outcome db_pipeline_begin(struct db_connection *connection) {
    if (!connection->pg || !PQenterPipelineMode(connection->pg) ||
        PQsetnonblocking(connection->pg, 1) != 0) {
        return OUTCOME_UNAVAILABLE;
    }
    connection->expected_first = 0;
    connection->expected_count = 0;
    connection->doubtful = false;
    return OUTCOME_OK;
}

/* Remembers that one more result is due; prepares is the statement it prepares, or NULL. */
static bool expect(struct db_connection *connection, const char *prepares) {
    if (connection->expected_count == EXPECTED_MAX) {
        log_error("a pipeline of more than %d statements", EXPECTED_MAX);
        return false;
    }
    size_t at = (connection->expected_first + connection->expected_count++) % EXPECTED_MAX;
    connection->expected[at] = prepares;
    return true;
}

static bool send_prepared(struct db_connection *connection, const char *sql,
                          struct db_params params) {
    char name[PREPARED_NAME_SIZE];
    enum prepared_state state = prepared_name(&connection->prepared, sql, name);
    if (!connection->owner->options.prepare || state == PREPARED_NO_ROOM) {
        return PQsendQueryParams(connection->pg, sql, (int)params.count, NULL, params.values,
                                 params.lengths, params.formats, 0);
    }
    if (state == PREPARED_NEW) {
        if (!PQsendPrepare(connection->pg, name, sql, (int)params.count, NULL) ||
            !expect(connection, sql)) {
            return false;
        }
        prepared_mark(&connection->prepared, sql,
                      true); /* it may be used again before its result */
    }
    return PQsendQueryPrepared(connection->pg, name, (int)params.count, params.values,
                               params.lengths, params.formats, 0);
}

enum outcome db_pipeline_send(struct db_connection *connection, const char *sql,
                              struct db_params params) {
    if (!connection->pg || !send_prepared(connection, sql, params) || !expect(connection, NULL)) {
        return OUTCOME_UNAVAILABLE;
    }
    return OUTCOME_OK;
}

enum outcome db_pipeline_sync(struct db_connection *connection) {
    if (!connection->pg || !PQpipelineSync(connection->pg) || PQflush(connection->pg) < 0) {
        return OUTCOME_UNAVAILABLE;
    }
    return OUTCOME_OK;
}

/* One statement's result and the NULL behind it. */
static PGresult *next_result(struct db_connection *connection, int64_t deadline_us) {
    if (!wait_result(connection->pg, deadline_us)) {
        log_error("lost the database connection: %s", PQerrorMessage(connection->pg));
        return NULL;
    }
    PGresult *result = PQgetResult(connection->pg);
    if (result && PQresultStatus(result) != PGRES_PIPELINE_SYNC) {
        if (!wait_result(connection->pg, deadline_us)) {
            PQclear(result);
            return NULL;
        }
        PQclear(PQgetResult(connection->pg));
    }
    return result;
}

static enum outcome read_prepare(struct db_connection *connection, const char *sql,
                                 int64_t deadline_us) {
    CLEANUP(db_rows_free) PGresult *result = next_result(connection, deadline_us);
    if (!result) {
        return OUTCOME_UNAVAILABLE;
    }
    enum outcome outcome = outcome_of_result(connection, result, sql);
    if (outcome != OUTCOME_OK) {
        prepared_mark(&connection->prepared, sql, false);
    }
    return outcome;
}

static const char *pop_expected(struct db_connection *connection) {
    const char *prepares = connection->expected[connection->expected_first];
    connection->expected_first = (connection->expected_first + 1) % EXPECTED_MAX;
    connection->expected_count--;
    return prepares;
}

enum outcome db_pipeline_result(struct db_connection *connection, int64_t deadline_us,
                                PGresult **rows) {
    if (!connection->pg || connection->expected_count == 0) {
        return OUTCOME_UNAVAILABLE;
    }
    const char *prepares = pop_expected(connection);
    enum outcome prepared = OUTCOME_OK;
    if (prepares) {
        prepared = read_prepare(connection, prepares, deadline_us);
        pop_expected(connection);
    }
    PGresult *result = next_result(connection, deadline_us);
    if (!result) {
        return OUTCOME_UNAVAILABLE;
    }
    enum outcome outcome = outcome_of_result(connection, result, "in a pipeline");
    PQclear(*rows);
    *rows = result;
    return prepared == OUTCOME_OK ? outcome : prepared;
}

enum outcome db_pipeline_finish(struct db_connection *connection, int64_t deadline_us) {
    enum outcome first = OUTCOME_OK;
    while (connection->expected_count > 0) {
        CLEANUP(db_rows_free) PGresult *rows = NULL;
        enum outcome outcome = db_pipeline_result(connection, deadline_us, &rows);
        first = first == OUTCOME_OK ? outcome : first;
        if (!connection->pg || PQstatus(connection->pg) != CONNECTION_OK) {
            return OUTCOME_UNAVAILABLE;
        }
    }
    CLEANUP(db_rows_free) PGresult *mark = next_result(connection, deadline_us);
    if (!mark || PQresultStatus(mark) != PGRES_PIPELINE_SYNC || connection->doubtful) {
        return OUTCOME_UNAVAILABLE;
    }
    return first;
}

enum outcome db_pipeline_end(struct db_connection *connection) {
    if (!connection->pg || !PQexitPipelineMode(connection->pg) ||
        PQsetnonblocking(connection->pg, 0) != 0) {
        return OUTCOME_UNAVAILABLE;
    }
    return OUTCOME_OK;
}

PGconn *db_native(struct db_connection *connection) {
    return connection->pg;
}
