#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/fields.h"
#include "api/list_cursor.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/parse.h"
#include "base/time.h"
#include "store/survey.h"
#include "store/survey_cache.h"
#include "store/survey_json.h"

#define ETAG_SIZE 24

/* What GET adds to a definition: sent back with PUT it is not taken for a mistake. */
static const char *const read_only[] = {"survey", "revision", "created_at", "updated_at"};

static void release_json(json_t **json) {
    json_decref(*json);
}

static json_t *survey_body(const struct survey *survey) {
    char created_at[TIME_TEXT_SIZE];
    char updated_at[TIME_TEXT_SIZE];
    time_format(survey->created_at_us, created_at);
    time_format(survey->updated_at_us, updated_at);
    json_t *body = json_pack("{s:s, s:i}", "survey", survey->name, "revision", survey->revision);
    CLEANUP(release_json) json_t *definition = survey_to_json(survey);
    CLEANUP(release_json)
    json_t *times = json_pack("{s:s, s:s}", "created_at", created_at, "updated_at", updated_at);
    if (!body || !definition || !times || json_object_update(body, definition) != 0 ||
        json_object_update(body, times) != 0) {
        json_decref(body);
        return NULL;
    }
    return body;
}

static void format_etag(const struct survey *survey, char etag[ETAG_SIZE]) {
    snprintf(etag, ETAG_SIZE, "\"%d\"", survey->revision);
}

static struct response respond_survey(unsigned status, const struct survey *survey) {
    char etag[ETAG_SIZE];
    format_etag(survey, etag);
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
    return outcome == OUTCOME_OK ? respond_survey(200, &survey)
                                 : respond_outcome(outcome, "survey");
}

/* Without If-Match, or with *, any revision may be replaced; -1 when none has such a tag. */
static int expected_revision(const struct request *request) {
    const char *tag = request_header(request, "If-Match");
    int64_t revision;
    char digits[ETAG_SIZE];
    if (!tag || strcmp(tag, "*") == 0) {
        return SURVEY_REVISION_ANY;
    }
    size_t length = strlen(tag);
    if (length < 3 || length >= sizeof digits || tag[0] != '"' || tag[length - 1] != '"') {
        return -1;
    }
    snprintf(digits, sizeof digits, "%.*s", (int)length - 2, tag + 1);
    return parse_int(digits, 1, INT32_MAX, &revision) ? (int)revision : -1;
}

static struct response respond_precondition(void) {
    return respond_problem(412, "precondition_failed",
                           "the survey has another revision than If-Match names; read it again");
}

/* True when survey was filled from the body; else *refusal says why not. */
static bool read_survey(const struct request *request, struct survey *survey,
                        struct response *refusal) {
    CLEANUP(release_json) json_t *definition = json_copy((json_t *)request->json);
    CLEANUP(release_json) json_t *errors = json_array();
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
    int revision = expected_revision(request);
    if (revision < 0) {
        return respond_precondition();
    }
    survey.account_id = request->principal.account_id;
    snprintf(survey.name, sizeof survey.name, "%s", request_path_param(request, "survey"));
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    bool created = false;
    enum outcome outcome =
        connection ? store_survey(connection, &survey, revision, &created) : OUTCOME_UNAVAILABLE;
    survey_cache_drop(app->survey_cache, survey.account_id, survey.name);
    if (outcome == OUTCOME_CONFLICT) {
        return respond_precondition();
    }
    return outcome == OUTCOME_OK ? respond_survey(created ? 201 : 200, &survey)
                                 : respond_outcome(outcome, "survey");
}

/* ---- the list, by name ---- */

struct survey_query {
    int limit;
    char cursor[SURVEY_NAME_BYTES_MAX + 1]; /* the last name of the page before */
};

static const struct field query_fields[] = {
    {"limit", FIELD_INT, .offset = offsetof(struct survey_query, limit), .min = 1,
     .max = LIST_LIMIT_MAX},
    {"cursor", FIELD_NAME, .offset = offsetof(struct survey_query, cursor), .min = 1,
     .max = SURVEY_NAME_BYTES_MAX},
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
    struct response response = respond(
        200, json_pack("{s:o, s:b, s:s?}", "data", data, "has_more", (int)has_more, "next", next));
    if (has_more) {
        list_set_next_link(&response, app, request, next);
    }
    return response;
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
    enum outcome outcome = connection
                               ? list_surveys_after(connection, request->principal.account_id,
                                                    query.cursor, limit + 1, &page)
                               : OUTCOME_UNAVAILABLE;
    return outcome == OUTCOME_OK ? respond_page(app, request, &page, limit)
                                 : respond_outcome(outcome, "list");
}
