#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/etag.h"
#include "api/fields.h"
#include "api/list_cursor.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/survey.h"
#include "store/survey_cache.h"
#include "store/survey_json.h"

#define ETAG_BYTES 24 /* of a revision */
#define RACES_MAX  5  /* with other changes, before a condition counts as failed */

/* What GET adds to a definition: sent back with PUT it is not taken for a mistake. */
static const char *const read_only[] = {"survey", "revision", "created_at", "updated_at"};

static json_t *survey_body(const struct survey *survey) {
    char created_at[TIME_TEXT_SIZE];
    char updated_at[TIME_TEXT_SIZE];
    time_format(survey->created_at_us, created_at);
    time_format(survey->updated_at_us, updated_at);
    json_t *body = json_pack("{s:s, s:i}", "survey", survey->name, "revision", survey->revision);
    CLEANUP(json_decrefp) json_t *definition = survey_to_json(survey);
    CLEANUP(json_decrefp)
    json_t *times = json_pack("{s:s, s:s}", "created_at", created_at, "updated_at", updated_at);
    if (!body || !definition || !times || json_object_update(body, definition) != 0 ||
        json_object_update(body, times) != 0) {
        json_decref(body);
        return NULL;
    }
    return body;
}

static void format_etag(int revision, char etag[ETAG_BYTES]) {
    snprintf(etag, ETAG_BYTES, "\"%d\"", revision);
}

static struct response respond_survey(unsigned status, const struct survey *survey) {
    char etag[ETAG_BYTES];
    format_etag(survey->revision, etag);
    struct response response = respond(status, survey_body(survey));
    response_set_header(&response, "ETag", etag);
    return response;
}

struct response get_survey(struct app *app, const struct request *request) {
    const char *name = request_path_param(request, "survey");
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    CLEANUP(survey_clear) struct survey survey = SURVEY_DEFAULT;
    enum outcome outcome =
        connection ? load_survey(connection, request->principal.account_id, name, &survey)
                   : OUTCOME_UNAVAILABLE;
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "survey");
    }
    return respond_survey(200, &survey);
}

static struct response respond_precondition(void) {
    return respond_problem(
        412, "precondition_failed",
        "the survey is not as If-Match or If-None-Match wants it; read it again");
}

/* What a request does to a survey. */
struct change {
    /* Does it to exactly this revision; OUTCOME_CONFLICT when it is another. */
    enum outcome (*make)(struct db_connection *connection, struct survey *survey, int revision,
                         bool *told);
    bool makes_new; /* also where there is none */
    bool told;      /* by make() */
};

/* Makes the change if the request's preconditions hold for what is there, and nothing came in
 * between; OUTCOME_CONFLICT when they do not. */
static enum outcome change_when(struct app *app, const struct request *request,
                                struct survey *survey, struct change *change) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    if (!connection) {
        return OUTCOME_UNAVAILABLE;
    }
    if (!has_preconditions(request)) {
        return change->make(connection, survey, SURVEY_REVISION_ANY, &change->told);
    }
    enum outcome outcome = OUTCOME_CONFLICT;
    for (int i = 0; i < RACES_MAX && outcome == OUTCOME_CONFLICT; i++) {
        int revision;
        char etag[ETAG_BYTES];
        enum outcome loaded =
            load_survey_revision(connection, survey->account_id, survey->name, &revision);
        if (loaded != OUTCOME_OK) {
            return loaded;
        }
        if (revision == SURVEY_REVISION_NONE && !change->makes_new) {
            return OUTCOME_NOT_FOUND; /* which goes before all preconditions: RFC 9110 13.2.1 */
        }
        format_etag(revision, etag);
        if (!preconditions_hold(request, revision == SURVEY_REVISION_NONE ? NULL : etag)) {
            return OUTCOME_CONFLICT;
        }
        outcome = change->make(connection, survey, revision, &change->told);
    }
    return outcome;
}

static void name_survey(const struct request *request, struct survey *survey) {
    survey->account_id = request->principal.account_id;
    snprintf(survey->name, sizeof survey->name, "%s", request_path_param(request, "survey"));
}

/* True when survey was filled from the body; else *refusal says why not. */
static bool read_survey(const struct request *request, struct survey *survey,
                        struct response *refusal) {
    CLEANUP(json_decrefp) json_t *definition = json_copy((json_t *)request->json);
    CLEANUP(json_decrefp) json_t *errors = json_array();
    const char *objection = survey_name_objection(request_path_param(request, "survey"));
    if (objection) {
        *refusal = respond_problem(422, "invalid_survey_name", "a survey's name %s", objection);
        return false;
    }
    for (size_t i = 0; json_is_object(definition) && i < COUNT(read_only); i++) {
        json_object_del(definition, read_only[i]);
    }
    if (survey_from_json(definition, survey, errors)) {
        return true;
    }
    *refusal = json_array_size(errors) > 0 ? respond_invalid(json_incref(errors))
                                           : respond_outcome(OUTCOME_FAILED, "survey");
    return false;
}

struct response put_survey(struct app *app, const struct request *request) {
    CLEANUP(survey_clear) struct survey survey = SURVEY_DEFAULT;
    struct response refusal;
    if (!read_survey(request, &survey, &refusal)) {
        return refusal;
    }
    name_survey(request, &survey);
    struct change change = {.make = store_survey, .makes_new = true};
    enum outcome outcome = change_when(app, request, &survey, &change);
    survey_cache_drop(app->survey_cache, survey.account_id, survey.name);
    if (outcome == OUTCOME_CONFLICT) {
        return respond_precondition();
    }
    return outcome == OUTCOME_OK ? respond_survey(change.told ? 201 : 200, &survey)
                                 : respond_outcome(outcome, "survey");
}

static enum outcome remove_revision(struct db_connection *connection, struct survey *survey,
                                    int revision, bool *in_use) {
    return remove_survey(connection, survey->account_id, survey->name, revision, in_use);
}

struct response delete_survey(struct app *app, const struct request *request) {
    CLEANUP(survey_clear) struct survey survey = SURVEY_DEFAULT;
    if (survey_name_objection(request_path_param(request, "survey"))) {
        return respond_outcome(OUTCOME_NOT_FOUND, "survey");
    }
    name_survey(request, &survey);
    struct change change = {.make = remove_revision};
    enum outcome outcome = change_when(app, request, &survey, &change);
    survey_cache_drop(app->survey_cache, survey.account_id, survey.name);
    if (outcome == OUTCOME_CONFLICT) {
        return respond_precondition();
    }
    if (outcome == OUTCOME_OK && change.told) {
        return respond_problem(409, "survey_has_answers",
                               "the survey has invitations or answers, which would be left without "
                               "it; archive it instead: PUT it with \"archived\": true");
    }
    return outcome == OUTCOME_OK ? respond_empty(204) : respond_outcome(outcome, "survey");
}

/* ---- the list, by name ---- */

struct survey_query {
    int limit;
    char cursor[SURVEY_NAME_BYTES_MAX + 1]; /* the last name of the page before */
    int archived;
};

static const struct choice archived_choices[] = {{"true", 1}, {"false", 0}, {NULL, 0}};

static const struct field query_fields[] = {
    LIST_LIMIT_FIELD(struct survey_query),
    {"cursor", FIELD_NAME, .offset = offsetof(struct survey_query, cursor), .min = 1,
     .max = SURVEY_NAME_BYTES_MAX},
    {"archived", FIELD_CHOICE, .offset = offsetof(struct survey_query, archived),
     .choices = archived_choices},
};
static const struct field_table query_table = FIELD_TABLE(query_fields);

static struct response respond_page(struct app *app, const struct request *request,
                                    const struct survey_list *page, size_t limit) {
    bool has_more = page->count > limit;
    const char *next = has_more ? page->surveys[limit - 1].name : NULL;
    json_t *data = json_array();
    for (size_t i = 0; i < page->count && i < limit; i++) {
        json_array_append_new(data, survey_body(&page->surveys[i]));
    }
    return respond_list(app, request, data, next);
}

struct response list_surveys(struct app *app, const struct request *request) {
    struct survey_query query = {.limit = LIST_LIMIT_DEFAULT};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {.in_query = true};
    if (!read_query(request, &query_table, &query, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    if (query.cursor[0] && survey_name_objection(query.cursor)) {
        return respond_bad_cursor(OUTCOME_NOT_FOUND);
    }
    CLEANUP(survey_list_clear) struct survey_list page = {0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    size_t limit = (size_t)query.limit; /* one more tells whether there is a next page */
    const struct survey_filter filter = {
        .account_id = request->principal.account_id,
        .after = query.cursor,
        .with_archived = query.archived,
    };
    enum outcome outcome =
        connection ? list_surveys_from(connection, &filter, limit + 1, &page) : OUTCOME_UNAVAILABLE;
    return outcome == OUTCOME_OK ? respond_page(app, request, &page, limit)
                                 : respond_outcome(outcome, "list");
}
