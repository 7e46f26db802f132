#include "store/source.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/params.h"

/* The columns source_from_row reads, in its order. */
#define SOURCE_COLUMNS                                                                             \
    "account_id, source, definition, secret, previous_secret, " DB_TIME(                           \
        "previous_valid_until") ", revision, " DB_TIME("created_at") ", " DB_TIME("updated_at")

static void free_secret(char *secret) {
    if (secret) {
        sodium_memzero(secret, strlen(secret));
        free(secret);
    }
}

void source_clear(struct source *source) {
    json_decref(source->definition);
    free_secret(source->secret);
    free_secret(source->previous_secret);
    *source = (struct source){0};
}

static char *copy_column(const PGresult *rows, int row, int column) {
    return db_null(rows, row, column) ? NULL : strdup(db_text(rows, row, column));
}

static enum outcome source_from_row(const PGresult *rows, int row, struct source *source) {
    *source = (struct source){
        .account_id = db_int(rows, row, 0),
        .definition = json_loads(db_text(rows, row, 2), 0, NULL),
        .secret = copy_column(rows, row, 3),
        .previous_secret = copy_column(rows, row, 4),
        .previous_valid_until_us = db_time(rows, row, 5),
        .revision = (int)db_int(rows, row, 6),
        .created_at_us = db_time(rows, row, 7),
        .updated_at_us = db_time(rows, row, 8),
    };
    snprintf(source->name, sizeof source->name, "%s", db_text(rows, row, 1));
    bool whole = source->definition && (source->secret || db_null(rows, row, 3)) &&
                 (source->previous_secret || db_null(rows, row, 4));
    if (!whole) {
        source_clear(source);
    }
    return whole ? OUTCOME_OK : OUTCOME_FAILED;
}

enum outcome load_source(struct db_connection *connection, int64_t account_id, const char *name,
                         struct source *source) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_text(&params, name);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT " SOURCE_COLUMNS " FROM sources"
                                    " WHERE account_id = $1 AND source = $2",
                                    params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    return PQntuples(rows) == 0 ? OUTCOME_NOT_FOUND : source_from_row(rows, 0, source);
}

/* No row comes back when it is not the revision it should be. */
static enum outcome write_source(struct db_connection *connection, const struct source *source,
                                 struct db_params params, PGresult **rows) {
    if (source->revision == SOURCE_REVISION_NONE) {
        return db_query(connection, rows,
                        "INSERT INTO sources (account_id, source, definition, secret,"
                        " previous_secret, previous_valid_until, updated_at, created_at)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7, $7)"
                        " ON CONFLICT (account_id, source) DO NOTHING"
                        " RETURNING revision, " DB_TIME("created_at"),
                        params);
    }
    return db_query(connection, rows,
                    "UPDATE sources SET definition = $3, secret = $4, previous_secret = $5,"
                    " previous_valid_until = $6, updated_at = $7, revision = revision + 1"
                    " WHERE account_id = $1 AND source = $2 AND revision = $8"
                    " RETURNING revision, " DB_TIME("created_at"),
                    params);
}

static void release_text(char **text) {
    free(*text);
}

enum outcome store_source(struct db_connection *connection, struct source *source) {
    CLEANUP(release_text) char *definition = json_dumps(source->definition, JSON_COMPACT);
    CLEANUP(params_clear) struct params params = {0};
    int64_t now_us = time_now_us();
    params_int(&params, source->account_id);
    params_text(&params, source->name);
    params_text(&params, definition);
    params_text(&params, source->secret);
    params_text(&params, source->previous_secret);
    params_time(&params, source->previous_secret ? source->previous_valid_until_us : TIME_NONE);
    params_time(&params, now_us);
    if (source->revision != SOURCE_REVISION_NONE) {
        params_int(&params, source->revision);
    }
    if (!definition || !params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        write_source(connection, source, params_from(&params, 0, params.count), &rows);
    if (outcome != OUTCOME_OK || PQntuples(rows) == 0) {
        return outcome == OUTCOME_OK ? OUTCOME_CONFLICT : outcome;
    }
    source->revision = (int)db_int(rows, 0, 0);
    source->created_at_us = db_time(rows, 0, 1);
    source->updated_at_us = now_us;
    return OUTCOME_OK;
}

enum outcome remove_source(struct db_connection *connection, int64_t account_id, const char *name,
                           int revision) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_text(&params, name);
    params_int(&params, revision);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "WITH removed AS (DELETE FROM sources WHERE account_id = $1 AND source = $2"
                 " AND revision = $3 RETURNING source),"
                 " emptied AS (DELETE FROM deliveries WHERE account_id = $1"
                 " AND source IN (SELECT source FROM removed))"
                 " SELECT FROM removed",
                 params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK && PQntuples(rows) == 0 ? OUTCOME_CONFLICT : outcome;
}

void source_list_clear(struct source_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        source_clear(&list->sources[i]);
    }
    free(list->sources);
    *list = (struct source_list){0};
}

enum outcome list_sources_after(struct db_connection *connection, int64_t account_id,
                                const char *after, size_t limit, struct source_list *list) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_text(&params, after);
    params_int(&params, (int64_t)limit);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT " SOURCE_COLUMNS " FROM sources WHERE account_id = $1"
                                    " AND source > $2 ORDER BY source LIMIT $3",
                                    params_from(&params, 0, params.count));
    size_t count = outcome == OUTCOME_OK ? (size_t)PQntuples(rows) : 0;
    list->sources = calloc(count + 1, sizeof *list->sources);
    outcome = outcome == OUTCOME_OK && !list->sources ? OUTCOME_FAILED : outcome;
    while (outcome == OUTCOME_OK && list->count < count) {
        outcome = source_from_row(rows, (int)list->count, &list->sources[list->count]);
        list->count += outcome == OUTCOME_OK;
    }
    return outcome;
}
