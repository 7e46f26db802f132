#include "store/survey.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "store/survey_json.h"

#define NUMBER_TEXT_SIZE 24

/* The columns survey_from_row reads, in its order. */
#define SURVEY_COLUMNS                                                                             \
    "account_id, survey, revision, definition, " DB_TIME("created_at") ", " DB_TIME("updated_at")

static void format_number(int64_t number, char text[NUMBER_TEXT_SIZE]) {
    snprintf(text, NUMBER_TEXT_SIZE, "%" PRId64, number);
}

static bool definition_from_text(const char *text, struct survey *survey) {
    CLEANUP(json_decrefp) json_t *definition = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    CLEANUP(json_decrefp) json_t *errors = json_array();
    if (survey_from_json(definition, survey, errors)) {
        return true;
    }
    const json_t *first = json_array_get(errors, 0);
    log_error("could not read the definition of survey %s of account %" PRId64 ": %s %s",
              survey->name, survey->account_id,
              first ? json_string_value(json_object_get(first, "pointer")) : "",
              first ? json_string_value(json_object_get(first, "detail")) : "out of memory");
    return false;
}

static enum outcome survey_from_row(const PGresult *rows, int row, struct survey *survey) {
    struct survey found = SURVEY_DEFAULT;
    found.account_id = db_int(rows, row, 0);
    snprintf(found.name, sizeof found.name, "%s", db_text(rows, row, 1));
    found.revision = (int)db_int(rows, row, 2);
    found.created_at_us = db_time(rows, row, 4);
    found.updated_at_us = db_time(rows, row, 5);
    if (!definition_from_text(db_text(rows, row, 3), &found)) {
        survey_clear(&found);
        return OUTCOME_FAILED;
    }
    *survey = found;
    return OUTCOME_OK;
}

enum outcome load_survey(struct db_connection *connection, int64_t account_id, const char *name,
                         struct survey *survey) {
    char account[NUMBER_TEXT_SIZE];
    format_number(account_id, account);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT " SURVEY_COLUMNS " FROM surveys"
                                    " WHERE account_id = $1 AND survey = $2",
                                    DB_PARAMS(account, name));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    return PQntuples(rows) == 0 ? OUTCOME_NOT_FOUND : survey_from_row(rows, 0, survey);
}

static char *definition_to_text(const struct survey *survey) {
    CLEANUP(json_decrefp) json_t *definition = survey_to_json(survey);
    return definition ? json_dumps(definition, JSON_COMPACT) : NULL;
}

static void release_text(char **text) {
    free(*text);
}

enum outcome load_survey_revision(struct db_connection *connection, int64_t account_id,
                                  const char *name, int *revision) {
    char account[NUMBER_TEXT_SIZE];
    format_number(account_id, account);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(
        connection, &rows, "SELECT revision FROM surveys WHERE account_id = $1 AND survey = $2",
        DB_PARAMS(account, name));
    if (outcome == OUTCOME_OK) {
        *revision = PQntuples(rows) ? (int)db_int(rows, 0, 0) : SURVEY_REVISION_NONE;
    }
    return outcome;
}

/* A new survey's revision is 1. No row comes back when it is not the revision it should be. */
static enum outcome write_survey(struct db_connection *connection, int revision,
                                 struct db_params params, PGresult **rows) {
    if (revision == SURVEY_REVISION_NONE) {
        return db_query(connection, rows,
                        "INSERT INTO surveys (account_id, survey, definition, created_at,"
                        " updated_at) VALUES ($1, $2, $3, $4, $4)"
                        " ON CONFLICT (account_id, survey) DO NOTHING"
                        " RETURNING revision, " DB_TIME("created_at"),
                        params);
    }
    if (revision != SURVEY_REVISION_ANY) {
        return db_query(connection, rows,
                        "UPDATE surveys SET definition = $3, revision = revision + 1,"
                        " updated_at = $4"
                        " WHERE account_id = $1 AND survey = $2 AND revision = $5"
                        " RETURNING revision, " DB_TIME("created_at"),
                        params);
    }
    return db_query(connection, rows,
                    "INSERT INTO surveys (account_id, survey, definition, created_at, updated_at)"
                    " VALUES ($1, $2, $3, $4, $4)"
                    " ON CONFLICT (account_id, survey) DO UPDATE SET"
                    " definition = excluded.definition, revision = surveys.revision + 1,"
                    " updated_at = excluded.updated_at"
                    " RETURNING revision, " DB_TIME("created_at"),
                    params);
}

enum outcome store_survey(struct db_connection *connection, struct survey *survey, int revision,
                          bool *created) {
    CLEANUP(release_text) char *definition = definition_to_text(survey);
    if (!definition) {
        return OUTCOME_FAILED;
    }
    char account[NUMBER_TEXT_SIZE];
    char expected[NUMBER_TEXT_SIZE];
    char now[TIME_TEXT_SIZE];
    format_number(survey->account_id, account);
    format_number(revision, expected);
    int64_t now_us = time_now_us();
    time_format(now_us, now);
    struct db_params params = DB_PARAMS(account, survey->name, definition, now, expected);
    params.count -= revision <= SURVEY_REVISION_NONE; /* only an exact one is a parameter */

    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = write_survey(connection, revision, params, &rows);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (PQntuples(rows) == 0) {
        return OUTCOME_CONFLICT;
    }
    survey->revision = (int)db_int(rows, 0, 0);
    survey->created_at_us = db_time(rows, 0, 1);
    survey->updated_at_us = now_us;
    *created = survey->revision == 1;
    return OUTCOME_OK;
}

/* Inside a transaction that keeps votes and invitations out. */
static enum outcome check_removable(struct db_connection *connection, struct db_params params,
                                    int revision, bool *in_use) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT revision,"
                 " EXISTS (SELECT FROM responses WHERE account_id = $1 AND survey = $2)"
                 " OR EXISTS (SELECT FROM invitations WHERE account_id = $1 AND survey = $2)"
                 " FROM surveys WHERE account_id = $1 AND survey = $2 FOR UPDATE",
                 params);
    if (outcome != OUTCOME_OK || PQntuples(rows) == 0) {
        return outcome == OUTCOME_OK ? OUTCOME_NOT_FOUND : outcome;
    }
    if (revision != SURVEY_REVISION_ANY && revision != (int)db_int(rows, 0, 0)) {
        return OUTCOME_CONFLICT;
    }
    *in_use = *db_text(rows, 0, 1) == 't';
    return OUTCOME_OK;
}

static enum outcome remove_unused(struct db_connection *connection, struct db_params params,
                                  int revision, bool *in_use) {
    enum outcome outcome = check_removable(connection, params, revision, in_use);
    if (outcome != OUTCOME_OK || *in_use) {
        return outcome;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows, "DELETE FROM surveys WHERE account_id = $1 AND survey = $2",
                    params);
}

enum outcome remove_survey(struct db_connection *connection, int64_t account_id, const char *name,
                           int revision, bool *in_use) {
    char account[NUMBER_TEXT_SIZE];
    format_number(account_id, account);
    *in_use = false;
    /* Whoever stores votes or invitations has ROLLUP_LOCK, and looks for the survey after it. */
    enum outcome outcome =
        db_execute(connection, "BEGIN; LOCK TABLE rollups IN SHARE ROW EXCLUSIVE MODE");
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    outcome = remove_unused(connection, DB_PARAMS(account, name), revision, in_use);
    enum outcome ended = db_execute(connection, outcome == OUTCOME_OK ? "COMMIT" : "ROLLBACK");
    return outcome == OUTCOME_OK ? ended : outcome;
}

void survey_list_clear(struct survey_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        survey_clear(&list->surveys[i]);
    }
    free(list->surveys);
    *list = (struct survey_list){0};
}

static enum outcome list_from_rows(const PGresult *rows, struct survey_list *list) {
    size_t count = (size_t)PQntuples(rows);
    list->surveys = calloc(count + 1, sizeof *list->surveys);
    enum outcome outcome = list->surveys ? OUTCOME_OK : OUTCOME_FAILED;
    while (outcome == OUTCOME_OK && list->count < count) {
        outcome = survey_from_row(rows, (int)list->count, &list->surveys[list->count]);
        list->count += outcome == OUTCOME_OK;
    }
    return outcome;
}

enum outcome list_surveys_from(struct db_connection *connection, const struct survey_filter *filter,
                               size_t limit, struct survey_list *list) {
    char account[NUMBER_TEXT_SIZE];
    char count[NUMBER_TEXT_SIZE];
    format_number(filter->account_id, account);
    format_number((int64_t)limit, count);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(
        connection, &rows,
        "SELECT " SURVEY_COLUMNS " FROM surveys"
        " WHERE account_id = $1 AND survey > $2"
        " AND ($4 OR NOT definition @> '{\"archived\": true}')"
        " ORDER BY survey LIMIT $3",
        DB_PARAMS(account, filter->after, count, filter->with_archived ? "true" : "false"));
    return outcome == OUTCOME_OK ? list_from_rows(rows, list) : outcome;
}
