/* GET /v1/responses and GET /v1/responses/{id}. */
#include <string.h>

#include "api/api.h"
#include "api/list_cursor.h"
#include "api/mistakes.h"
#include "api/response_export.h"
#include "api/response_json.h"
#include "api/response_query.h"
#include "api/vote_json.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "store/reclassification.h"
#include "store/vote.h"

#define NO_CURSOR       ""
#define VOTES_SHOWN_MAX 500 /* of one response, the oldest ones */

static enum outcome load_page(struct app *app, const struct response_filter *filter,
                              const struct response_position *after, size_t limit,
                              struct response_page *page) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    return connection ? load_responses(connection, filter, after, limit, page)
                      : OUTCOME_UNAVAILABLE;
}

static void append_list(struct app *app, struct text *body, const struct response_page *page,
                        size_t shown, const char *next) {
    text_append(body, "{\"data\":[");
    for (size_t i = 0; i < shown; i++) {
        text_append(body, i ? "," : "");
        response_append_json(body, &page->items[i], app->sentiment);
    }
    text_append_format(body, "],\"has_more\":%s,\"next\":", *next ? "true" : "false");
    text_append_json(body, *next ? next : NULL);
    text_append_char(body, '}');
}

/* One item more than shown was asked for: it tells whether there is a next page. */
static struct response respond_responses(struct app *app, const struct request *request,
                                         const struct response_page *page, size_t limit,
                                         const char *filter) {
    char next[CURSOR_TEXT_SIZE] = NO_CURSOR;
    size_t shown = page->count > limit ? limit : page->count;
    if (page->count > limit) {
        const struct survey_response *last = &page->items[limit - 1];
        struct cursor cursor = {
            .account_id = last->account_id, .time_us = last->answered_at_us, .id = last->id};
        enum outcome outcome = list_cursor_write(app, filter, &cursor, next);
        if (outcome != OUTCOME_OK) {
            return respond_bad_cursor(outcome);
        }
    }
    CLEANUP(text_clear) struct text body = {0};
    append_list(app, &body, page, shown, next);
    struct response response = respond_text(200, TYPE_JSON, &body);
    if (*next) {
        list_set_next_link(&response, app, request, next);
    }
    return response;
}

static struct response list_page(struct app *app, const struct request *request,
                                 const struct response_query *query) {
    struct response_position after = {0};
    CLEANUP(text_clear) struct text filter = {0};
    response_filter_append(&query->filter, &filter);
    if (filter.failed) {
        return respond_outcome(OUTCOME_FAILED, "list of responses");
    }
    if (query->cursor) {
        struct cursor cursor;
        enum outcome outcome = list_cursor_read(app, request->principal.account_id, filter.bytes,
                                                query->cursor, &cursor);
        if (outcome != OUTCOME_OK) {
            return respond_bad_cursor(outcome);
        }
        after = (struct response_position){true, cursor.time_us, cursor.id};
    }
    size_t limit = query->limit ? (size_t)query->limit : LIST_LIMIT_DEFAULT;
    CLEANUP(response_page_clear) struct response_page page = {0};
    enum outcome outcome = load_page(app, &query->filter, &after, limit + 1, &page);
    return outcome == OUTCOME_OK ? respond_responses(app, request, &page, limit, filter.bytes)
                                 : respond_outcome(outcome, "list of responses");
}

/* An export is the whole filtered set: it has no pages. */
static void object_to_paging(const struct response_query *query, struct mistakes *mistakes) {
    if (query->limit) {
        mistakes_add(mistakes, "limit", "only with Accept: application/json");
    }
    if (query->cursor) {
        mistakes_add(mistakes, "cursor", "only with Accept: application/json");
    }
}

struct response list_responses(struct app *app, const struct request *request) {
    static const char *const types[] = {TYPE_JSON, "application/x-ndjson", "text/csv"};
    const char *type = request_preferred_type(request, types, COUNT(types));
    if (!type) {
        return respond_problem(406, "not_acceptable",
                               "this list comes as application/json, application/x-ndjson or "
                               "text/csv");
    }
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    CLEANUP(response_query_clear) struct response_query query;
    read_response_query(request, &query, &mistakes);
    if (type != types[0]) {
        object_to_paging(&query, &mistakes);
    }
    if (!mistakes_none(&mistakes)) {
        return respond_mistakes(&mistakes);
    }
    if (type == types[0]) {
        return list_page(app, request, &query);
    }
    return respond_export(app, &query.filter, type == types[2] ? EXPORT_CSV : EXPORT_NDJSON);
}

/* A response and all that happened to it. */
struct history {
    struct survey_response response;
    struct stored_votes votes;
    struct reclassifications reclassifications;
};

static void history_clear(struct history *history) {
    survey_response_clear(&history->response);
    stored_votes_clear(&history->votes);
    reclassifications_clear(&history->reclassifications);
}

static enum outcome load_history(struct app *app, int64_t account_id, const struct uuid *id,
                                 struct history *history) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    if (!connection) {
        return OUTCOME_UNAVAILABLE;
    }
    enum outcome outcome = load_response(connection, account_id, id, &history->response);
    if (outcome == OUTCOME_OK) {
        outcome =
            load_votes_of_response(connection, account_id, id, VOTES_SHOWN_MAX, &history->votes);
    }
    return outcome == OUTCOME_OK
               ? load_reclassifications(connection, account_id, id, &history->reclassifications)
               : outcome;
}

struct response get_response(struct app *app, const struct request *request) {
    struct uuid id;
    if (!uuid_parse(request_path_param(request, "id"), &id)) {
        return respond_outcome(OUTCOME_NOT_FOUND, "response");
    }
    CLEANUP(history_clear)
    struct history history = {.response = {.contact = CONTACT_NONE, .answers = ANSWERS_NONE}};
    enum outcome outcome = load_history(app, request->principal.account_id, &id, &history);
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "response");
    }
    CLEANUP(text_clear) struct text body = {0};
    response_append_json(&body, &history.response, app->sentiment);
    if (!body.failed) {
        body.length--; /* the closing brace: more members follow */
    }
    text_append(&body, ",\"votes\":");
    votes_append_json(&body, &history.response, &history.votes);
    text_append(&body, ",\"reclassifications\":");
    reclassifications_append_json(&body, &history.reclassifications);
    text_append_char(&body, '}');
    return respond_text(200, TYPE_JSON, &body);
}
