/* GET /v1/alerts, the newest first, and GET /v1/alerts/{id}. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "api/alert_json.h"
#include "api/api.h"
#include "api/fields.h"
#include "api/list_cursor.h"
#include "api/response_json.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/alert.h"
#include "store/response_read.h"

static void release_json(json_t **json) {
    json_decref(*json);
}

/* ---- one, with what its customers said ---- */

static const struct survey_response *find_response(const struct response_page *page,
                                                   const struct uuid *id) {
    for (size_t i = 0; i < page->count; i++) {
        if (memcmp(&page->items[i].id, id, sizeof *id) == 0) {
            return &page->items[i];
        }
    }
    return NULL;
}

static json_t *whole_response(const struct app *app, const struct survey_response *response) {
    CLEANUP(text_clear) struct text text = {0};
    response_append_json(&text, response, app->sentiment);
    return text.failed ? NULL : json_loadb(text.bytes, text.length, 0, NULL);
}

/* Puts each response beside its link. What is gone by now is left out. False when out of memory. */
static bool put_responses(const struct app *app, json_t *json, const struct alert *alert,
                          const struct response_page *page) {
    json_t *links = json_object_get(json, "responses");
    bool put = true;
    for (size_t i = alert->response_count; put && i-- > 0;) {
        const struct survey_response *response = find_response(page, &alert->response_ids[i]);
        put = response ? json_object_set_new(json_array_get(links, i), "response",
                                             whole_response(app, response)) == 0
                       : json_array_remove(links, i) == 0;
    }
    return put;
}

static enum outcome load_its_responses(struct db_connection *connection, const struct alert *alert,
                                       struct response_page *page) {
    struct object_key keys[ALERT_RESPONSES_MAX];
    for (size_t i = 0; i < alert->response_count; i++) {
        keys[i] =
            (struct object_key){.account_id = alert->account_id, .id = alert->response_ids[i]};
    }
    return load_responses_with_keys(connection, keys, alert->response_count, page);
}

static enum outcome load_whole(struct app *app, int64_t account_id, const struct uuid *id,
                               struct alert *alert, struct response_page *page) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome =
        connection ? load_alert(connection, account_id, id, alert) : OUTCOME_UNAVAILABLE;
    return outcome == OUTCOME_OK ? load_its_responses(connection, alert, page) : outcome;
}

struct response get_alert(struct app *app, const struct request *request) {
    struct uuid id;
    if (!uuid_parse(request_path_param(request, "id"), &id)) {
        return respond_outcome(OUTCOME_NOT_FOUND, "alert");
    }
    CLEANUP(alert_clear) struct alert alert = ALERT_NONE;
    CLEANUP(response_page_clear) struct response_page page = {0};
    enum outcome outcome = load_whole(app, request->principal.account_id, &id, &alert, &page);
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "alert");
    }
    CLEANUP(release_json) json_t *json = alert_to_json(app, &alert);
    if (!json || !put_responses(app, json, &alert, &page)) {
        return respond_outcome(OUTCOME_FAILED, "alert");
    }
    return respond(200, json_incref(json));
}

/* ---- the list ---- */

struct alert_query {
    char *team; /* owned, as the cursor */
    char *cursor;
    int status; /* enum alert_status or one of the two below */
    int limit;
};

#define STATUS_UNRESOLVED ALERT_STATUSES
#define STATUS_ANY        (ALERT_STATUSES + 1)

static const struct choice statuses[] = {
    {"open", ALERT_OPEN},
    {"acknowledged", ALERT_ACKNOWLEDGED},
    {"resolved", ALERT_RESOLVED},
    {"unresolved", STATUS_UNRESOLVED},
    {NULL, 0},
};

static const struct field query_fields[] = {
    {.name = "team",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct alert_query, team),
     .min = 1,
     .max = DIMENSION_BYTES_MAX},
    {.name = "status",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct alert_query, status),
     .choices = statuses},
    LIST_CURSOR_FIELD(struct alert_query),
    LIST_LIMIT_FIELD(struct alert_query),
};
static const struct field_table query_table = FIELD_TABLE(query_fields);

static void query_clear(struct alert_query *query) {
    free(query->team);
    free(query->cursor);
}

/* What a cursor is bound to. */
static void write_filter(const struct alert_query *query, struct text *filter) {
    text_append(filter, "alerts\n");
    text_append_json(filter, query->team);
    text_append_format(filter, "\n%d", query->status);
}

static struct response respond_page(struct app *app, const struct request *request,
                                    const struct alert_list *page, size_t limit,
                                    const char *filter) {
    struct cursor last = {.account_id = request->principal.account_id};
    json_t *data = json_array();
    bool whole = data != NULL;
    for (size_t i = 0; whole && i < page->count && i < limit; i++) {
        whole = json_array_append_new(data, alert_to_json(app, &page->alerts[i])) == 0;
        last.time_us = page->alerts[i].raised_at_us;
        last.id = page->alerts[i].id;
    }
    if (!whole) {
        json_decref(data);
        return respond_outcome(OUTCOME_FAILED, "list of alerts");
    }
    return respond_list_until(app, request, data, filter, page->count > limit ? &last : NULL);
}

static struct response list_from(struct app *app, const struct request *request,
                                 const struct alert_query *query, const struct cursor *cursor,
                                 const char *filter) {
    bool one_status = query->status < ALERT_STATUSES;
    struct alert_filter wanted = {
        .account_id = request->principal.account_id,
        .status = one_status ? alert_status_name((enum alert_status)query->status) : NULL,
        .unresolved = query->status == STATUS_UNRESOLVED,
        .team = query->team,
        .before_us = cursor->time_us,
        .before_id = cursor->id,
    };
    size_t limit = (size_t)query->limit;
    CLEANUP(alert_list_clear) struct alert_list page = {0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome = /* one more tells whether there is a next page */
        connection ? list_alerts_before(connection, &wanted, limit + 1, &page)
                   : OUTCOME_UNAVAILABLE;
    return outcome == OUTCOME_OK ? respond_page(app, request, &page, limit, filter)
                                 : respond_outcome(outcome, "list");
}

struct response list_alerts(struct app *app, const struct request *request) {
    CLEANUP(query_clear)
    struct alert_query query = {.status = STATUS_ANY, .limit = LIST_LIMIT_DEFAULT};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {.in_query = true};
    CLEANUP(text_clear) struct text filter = {0};
    struct cursor cursor;
    if (!read_query(request, &query_table, &query, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    write_filter(&query, &filter);
    enum outcome outcome = list_cursor_start(app, request, &filter, query.cursor, &cursor);
    return outcome == OUTCOME_OK ? list_from(app, request, &query, &cursor, filter.bytes)
                                 : respond_bad_cursor(outcome);
}
