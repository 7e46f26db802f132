/* /v1/webhooks/{id}/deliveries: what became of each, and sending one again. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/event_json.h"
#include "api/fields.h"
#include "api/list_cursor.h"
#include "api/webhook_delivery_json.h"
#include "api/webhook_parts.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"

#define WORD_BYTES_MAX 40

/* ---- one ---- */

/* OUTCOME_NOT_FOUND also where an id is none. */
static enum outcome load_named_delivery(struct db_connection *connection,
                                        const struct request *request,
                                        struct outgoing_delivery *delivery) {
    struct uuid webhook_id, id;
    return uuid_parse(request_path_param(request, "id"), &webhook_id) &&
                   uuid_parse(request_path_param(request, "delivery"), &id)
               ? load_outgoing(connection, request->principal.account_id, &webhook_id, &id,
                               delivery)
               : OUTCOME_NOT_FOUND;
}

static void release_text(char **text) {
    free(*text);
}

static void clear_document(struct event_document *document) {
    event_documents_clear(document, 1);
}

/* Adds "payload", what would be sent now; nothing when its object is gone. */
static enum outcome add_payload(struct app *app, struct db_connection *connection,
                                const struct event *event, json_t *view) {
    CLEANUP(clear_document) struct event_document document = {.data = NULL};
    enum outcome outcome = load_event_documents(app, connection, event, 1, &document);
    if (outcome != OUTCOME_OK || !document.data) {
        return outcome;
    }
    CLEANUP(release_text) char *payload = event_payload(event, &document);
    json_t *parsed = payload ? json_loads(payload, 0, NULL) : NULL;
    return json_object_set_new(view, "payload", parsed) == 0 ? OUTCOME_OK : OUTCOME_FAILED;
}

struct response get_webhook_delivery(struct app *app, const struct request *request) {
    CLEANUP(outgoing_delivery_clear) struct outgoing_delivery delivery = {.attempts = 0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome =
        connection ? load_named_delivery(connection, request, &delivery) : OUTCOME_UNAVAILABLE;
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "delivery");
    }
    json_t *view = outgoing_delivery_to_json(&delivery);
    outcome = add_payload(app, connection, &delivery.event, view);
    if (outcome != OUTCOME_OK) {
        json_decref(view);
        return respond_outcome(outcome, "delivery");
    }
    return respond(200, view);
}

/* ---- sending one again ---- */

/* As it is by then. */
static struct response respond_replayed(struct db_connection *connection,
                                        const struct request *request) {
    CLEANUP(outgoing_delivery_clear) struct outgoing_delivery delivery = {.attempts = 0};
    enum outcome outcome = load_named_delivery(connection, request, &delivery);
    return outcome == OUTCOME_OK ? respond(202, outgoing_delivery_to_json(&delivery))
                                 : respond_outcome(outcome, "delivery");
}

struct response respond_webhook_inactive(void) {
    return respond_problem(409, "webhook_inactive",
                           "the webhook is switched off, and nothing is sent to it; PUT it with "
                           "\"active\": true first");
}

struct response replay_webhook_delivery(struct app *app, const struct request *request) {
    CLEANUP(webhook_clear) struct webhook webhook = {.account_id = 0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    struct uuid id;
    enum outcome outcome =
        connection ? load_named_webhook(connection, request, &webhook) : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_OK && !uuid_parse(request_path_param(request, "delivery"), &id)) {
        outcome = OUTCOME_NOT_FOUND;
    }
    if (outcome == OUTCOME_OK && !webhook.active) {
        return respond_webhook_inactive();
    }
    outcome = outcome == OUTCOME_OK
                  ? replay_outgoing(connection, webhook.account_id, &webhook.id, &id)
                  : outcome;
    return outcome == OUTCOME_OK ? respond_replayed(connection, request)
                                 : respond_outcome(outcome, "delivery");
}

/* ---- the list, newest first ---- */

struct delivery_query {
    char *outcome; /* owned, as the other texts */
    char *type;
    char *cursor;
    int limit;
};

static const char *outcome_objection(const char *text) {
    static const char *const outcomes[] = {"delivered", "failed", "pending", "gone"};
    for (size_t i = 0; i < COUNT(outcomes); i++) {
        if (strcmp(outcomes[i], text) == 0) {
            return NULL;
        }
    }
    return "expected one of delivered, failed, pending, gone";
}

static const char *type_objection(const char *text) {
    enum event_type type;
    return event_type_from_name(text, &type)
               ? NULL
               : "expected an event's type, such as response.recorded";
}

#define TEXT(key, bytes_max, why_not)                                                              \
    {                                                                                              \
        .name = #key, .kind = FIELD_TEXT, .offset = offsetof(struct delivery_query, key),          \
        .min = 1, .max = (bytes_max), .objection = (why_not)                                       \
    }

static const struct field query_fields[] = {
    TEXT(outcome, WORD_BYTES_MAX, outcome_objection),
    TEXT(type, WORD_BYTES_MAX, type_objection),
    LIST_CURSOR_FIELD(struct delivery_query),
    LIST_LIMIT_FIELD(struct delivery_query),
};
static const struct field_table query_table = FIELD_TABLE(query_fields);

static void query_clear(struct delivery_query *query) {
    free(query->outcome);
    free(query->type);
    free(query->cursor);
}

/* What a cursor is bound to. */
static void write_filter(const struct request *request, const struct delivery_query *query,
                         struct text *filter) {
    text_append(filter, "webhook deliveries\n");
    text_append_json(filter, request_path_param(request, "id"));
    text_append_char(filter, '\n');
    text_append_json(filter, query->outcome);
    text_append_char(filter, '\n');
    text_append_json(filter, query->type);
}

static struct response respond_page(struct app *app, const struct request *request,
                                    const struct outgoing_list *page, size_t limit,
                                    const char *filter) {
    struct cursor last = {.account_id = request->principal.account_id};
    json_t *data = json_array();
    for (size_t i = 0; i < page->count && i < limit; i++) {
        json_array_append_new(data, outgoing_delivery_to_json(&page->deliveries[i]));
        last.time_us = page->deliveries[i].event.occurred_at_us;
        last.id = page->deliveries[i].event.id;
    }
    return respond_list_until(app, request, data, filter, page->count > limit ? &last : NULL);
}

/* OUTCOME_NOT_FOUND: there is no such webhook. */
static enum outcome list_of_webhook(struct app *app, const struct request *request,
                                    struct outgoing_filter *filter, size_t limit,
                                    struct outgoing_list *page) {
    CLEANUP(webhook_clear) struct webhook webhook = {.account_id = 0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome =
        connection ? load_named_webhook(connection, request, &webhook) : OUTCOME_UNAVAILABLE;
    filter->webhook_id = webhook.id;
    return outcome == OUTCOME_OK ? list_outgoing_below(connection, filter, limit, page) : outcome;
}

static struct response list_from(struct app *app, const struct request *request,
                                 const struct delivery_query *query, const struct cursor *cursor,
                                 const char *canonical) {
    enum event_type type = EVENT_TYPES;
    if (query->type) {
        event_type_from_name(query->type, &type);
    }
    struct outgoing_filter filter = {
        .account_id = request->principal.account_id,
        .outcome = query->outcome,
        .type = (int)type,
        .below = cursor->time_us == TIME_NONE ? NULL : &cursor->id,
    };
    CLEANUP(outgoing_list_clear) struct outgoing_list page = {0};
    size_t limit = (size_t)query->limit; /* one more tells whether there is a next page */
    enum outcome outcome = list_of_webhook(app, request, &filter, limit + 1, &page);
    return outcome == OUTCOME_OK ? respond_page(app, request, &page, limit, canonical)
                                 : respond_outcome(outcome, "webhook");
}

struct response list_webhook_deliveries(struct app *app, const struct request *request) {
    CLEANUP(query_clear) struct delivery_query query = {.limit = LIST_LIMIT_DEFAULT};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {.in_query = true};
    CLEANUP(text_clear) struct text filter = {0};
    struct cursor cursor;
    if (!read_query(request, &query_table, &query, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    write_filter(request, &query, &filter);
    enum outcome outcome = list_cursor_start(app, request, &filter, query.cursor, &cursor);
    return outcome == OUTCOME_OK ? list_from(app, request, &query, &cursor, filter.bytes)
                                 : respond_bad_cursor(outcome);
}
