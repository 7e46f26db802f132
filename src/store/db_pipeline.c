#include "base/cleanup.h"
#include "base/log.h"
#include "store/db_connection.h"

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
    if (!db_wait_result(connection, deadline_us)) {
        log_error("lost the database connection: %s", PQerrorMessage(connection->pg));
        return NULL;
    }
    PGresult *result = PQgetResult(connection->pg);
    if (result && PQresultStatus(result) != PGRES_PIPELINE_SYNC) {
        if (!db_wait_result(connection, deadline_us)) {
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
    enum outcome outcome = db_outcome(connection, result, sql);
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
    enum outcome outcome = db_outcome(connection, result, "in a pipeline");
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
