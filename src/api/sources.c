#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/etag.h"
#include "api/fields.h"
#include "api/list_cursor.h"
#include "api/source_preset.h"
#include "api/source_put.h"
#include "api/source_view.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/hook_delivery.h"

#define ETAG_BYTES 24  /* of a revision */
#define RACES_MAX  5   /* with other changes, before a condition counts as failed */
#define EMPTY_STEP 200 /* deliveries, removed by one statement */
#define EMPTY_S    5

static struct response respond_source(struct app *app, unsigned status, const struct source *source,
                                      const char *secret) {
    char etag[ETAG_BYTES];
    snprintf(etag, sizeof etag, "\"%d\"", source->revision);
    struct response response = respond(status, source_view(app, source, secret));
    response_set_header(&response, "ETag", etag);
    if (secret) {
        response_set_header(&response, "Cache-Control", "no-store");
    }
    return response;
}

struct response get_source(struct app *app, const struct request *request) {
    const char *name = request_path_param(request, "source");
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    CLEANUP(source_clear) struct source source = {0};
    enum outcome outcome =
        connection ? load_source(connection, request->principal.account_id, name, &source)
                   : OUTCOME_UNAVAILABLE;
    return outcome == OUTCOME_OK ? respond_source(app, 200, &source, NULL)
                                 : respond_outcome(outcome, "source");
}

struct response list_source_presets(struct app *app, const struct request *request) {
    (void)app;
    (void)request;
    return respond(200, json_pack("{s:o}", "data", source_presets()));
}

/* ---- changes ---- */

static bool conditions_hold(const struct request *request, int revision) {
    char etag[ETAG_BYTES];
    snprintf(etag, sizeof etag, "\"%d\"", revision);
    return preconditions_hold(request, revision == SOURCE_REVISION_NONE ? NULL : etag);
}

static struct response respond_precondition(void) {
    return respond_problem(412, "precondition_failed",
                           "the source is not as If-Match or If-None-Match wants it, or others "
                           "changed it at the same time; read it again");
}

/* What came of trying to make a change. */
struct attempt {
    struct source source; /* owned; as it is now */
    bool made_secret;
    bool refused; /* the request's conditions do not hold: trying again is of no use */
};

static void attempt_clear(struct attempt *attempt) {
    source_clear(&attempt->source);
}

/* OUTCOME_CONFLICT when somebody else was faster, or when it is refused. */
static enum outcome put_once(struct db_connection *connection, const struct request *request,
                             const struct source_put *put, struct attempt *attempt) {
    struct source *source = &attempt->source;
    source_clear(source);
    enum outcome outcome = load_source(connection, request->principal.account_id,
                                       request_path_param(request, "source"), source);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND) {
        return outcome;
    }
    attempt->refused = !conditions_hold(request, source->revision);
    if (attempt->refused) {
        return OUTCOME_CONFLICT;
    }
    source->account_id = request->principal.account_id;
    snprintf(source->name, sizeof source->name, "%s", request_path_param(request, "source"));
    return source_put_apply(put, source, &attempt->made_secret) ? store_source(connection, source)
                                                                : OUTCOME_FAILED;
}

static enum outcome put_until_stored(struct app *app, const struct request *request,
                                     const struct source_put *put, struct attempt *attempt) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome = connection ? OUTCOME_CONFLICT : OUTCOME_UNAVAILABLE;
    for (int i = 0; i < RACES_MAX && outcome == OUTCOME_CONFLICT && !attempt->refused; i++) {
        outcome = put_once(connection, request, put, attempt);
    }
    return outcome;
}

struct response put_source(struct app *app, const struct request *request) {
    CLEANUP(source_put_clear) struct source_put put = {0};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    CLEANUP(attempt_clear) struct attempt attempt = {0};
    const char *objection = source_name_objection(request_path_param(request, "source"));
    if (objection) {
        return respond_problem(422, "invalid_source_name", "a source's name %s", objection);
    }
    enum outcome outcome = source_put_read(app, request, &put, &mistakes);
    if (outcome == OUTCOME_OK && !mistakes_none(&mistakes)) {
        return respond_mistakes(&mistakes);
    }
    if (outcome == OUTCOME_OK) {
        outcome = put_until_stored(app, request, &put, &attempt);
    }
    if (outcome == OUTCOME_CONFLICT) {
        return respond_precondition();
    }
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "source");
    }
    const struct source *source = &attempt.source;
    return respond_source(app, source->revision == 1 ? 201 : 200, source,
                          attempt.made_secret ? source->secret : NULL);
}

/* All but the latest of its deliveries, in steps: 100,000 whole bodies are too many for one
 * statement. When it takes long, the rest is left to whoever asks again. */
static enum outcome empty_source(struct db_connection *connection, int64_t account_id,
                                 const char *name) {
    int64_t end_us = time_monotonic_us() + EMPTY_S * US_PER_SECOND;
    int64_t removed = EMPTY_STEP;
    enum outcome outcome = OUTCOME_OK;
    while (outcome == OUTCOME_OK && removed == EMPTY_STEP) {
        outcome = time_monotonic_us() < end_us
                      ? empty_deliveries(connection, account_id, name, EMPTY_STEP, &removed)
                      : OUTCOME_UNAVAILABLE;
    }
    return outcome;
}

static enum outcome delete_once(struct db_connection *connection, const struct request *request,
                                bool *refused) {
    CLEANUP(source_clear) struct source source = {0};
    int64_t account_id = request->principal.account_id;
    const char *name = request_path_param(request, "source");
    enum outcome outcome = load_source(connection, account_id, name, &source);
    if (outcome != OUTCOME_OK) {
        return outcome; /* which goes before all preconditions: RFC 9110 13.2.1 */
    }
    *refused = !conditions_hold(request, source.revision);
    outcome = *refused ? OUTCOME_CONFLICT : empty_source(connection, account_id, name);
    return outcome == OUTCOME_OK ? remove_source(connection, account_id, name, source.revision)
                                 : outcome;
}

struct response delete_source(struct app *app, const struct request *request) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome = connection ? OUTCOME_CONFLICT : OUTCOME_UNAVAILABLE;
    bool refused = false;
    for (int i = 0; i < RACES_MAX && outcome == OUTCOME_CONFLICT && !refused; i++) {
        outcome = delete_once(connection, request, &refused);
    }
    if (outcome == OUTCOME_CONFLICT) {
        return respond_precondition();
    }
    return outcome == OUTCOME_OK ? respond_empty(204) : respond_outcome(outcome, "source");
}

/* ---- the list, by name ---- */

struct source_query {
    int limit;
    char cursor[SOURCE_BYTES_MAX + 1]; /* the last name of the page before */
};

static const struct field query_fields[] = {
    LIST_LIMIT_FIELD(struct source_query),
    {"cursor", FIELD_NAME, .offset = offsetof(struct source_query, cursor), .min = 1,
     .max = SOURCE_BYTES_MAX},
};
static const struct field_table query_table = FIELD_TABLE(query_fields);

static struct response respond_page(struct app *app, const struct request *request,
                                    const struct source_list *page, size_t limit) {
    bool has_more = page->count > limit;
    const char *next = has_more ? page->sources[limit - 1].name : NULL;
    json_t *data = json_array();
    for (size_t i = 0; i < page->count && i < limit; i++) {
        json_array_append_new(data, source_view(app, &page->sources[i], NULL));
    }
    return respond_list(app, request, data, next);
}

struct response list_sources(struct app *app, const struct request *request) {
    struct source_query query = {.limit = LIST_LIMIT_DEFAULT};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {.in_query = true};
    if (!read_query(request, &query_table, &query, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    if (query.cursor[0] && source_name_objection(query.cursor)) {
        return respond_bad_cursor(OUTCOME_NOT_FOUND);
    }
    CLEANUP(source_list_clear) struct source_list page = {0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    size_t limit = (size_t)query.limit; /* one more tells whether there is a next page */
    enum outcome outcome = connection
                               ? list_sources_after(connection, request->principal.account_id,
                                                    query.cursor, limit + 1, &page)
                               : OUTCOME_UNAVAILABLE;
    return outcome == OUTCOME_OK ? respond_page(app, request, &page, limit)
                                 : respond_outcome(outcome, "list");
}
