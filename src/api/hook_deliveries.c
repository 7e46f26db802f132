#include <stddef.h>
#include <stdlib.h>

#include "api/api.h"
#include "api/fields.h"
#include "api/hook_delivery_json.h"
#include "api/list_cursor.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/hook_delivery.h"
#include "store/source.h"

struct response get_delivery(struct app *app, const struct request *request) {
    struct uuid id;
    if (!uuid_parse(request_path_param(request, "id"), &id)) {
        return respond_outcome(OUTCOME_NOT_FOUND, "delivery");
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    CLEANUP(webhook_delivery_clear) struct hook_delivery delivery = {0};
    enum outcome outcome =
        connection ? load_delivery(connection, request->principal.account_id,
                                   request_path_param(request, "source"), &id, &delivery)
                   : OUTCOME_UNAVAILABLE;
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "delivery");
    }
    json_t *view = delivery_view(&delivery, true);
    if (view && !delivery_add_body(view, &delivery)) {
        json_decref(view);
        view = NULL;
    }
    return respond(200, view);
}

/* ---- the list, newest first ---- */

struct delivery_query {
    char *outcome; /* owned, as the other texts */
    char *contact;
    char *cursor;
    int limit;
};

static const char *outcome_objection(const char *text) {
    enum delivery_outcome outcome;
    return delivery_outcome_from_name(text, &outcome)
               ? NULL
               : "expected one of scheduled, skipped, created, recorded, reopened, changed, "
                 "ignored, unmapped, refused";
}

#define TEXT(key, bytes_max, why_not)                                                              \
    {                                                                                              \
        .name = #key, .kind = FIELD_TEXT, .offset = offsetof(struct delivery_query, key),          \
        .min = 1, .max = (bytes_max), .objection = (why_not)                                       \
    }

static const struct field query_fields[] = {
    TEXT(outcome, DIMENSION_BYTES_MAX, outcome_objection),
    TEXT(contact, CONTACT_REF_BYTES_MAX, NULL),
    LIST_CURSOR_FIELD(struct delivery_query),
    LIST_LIMIT_FIELD(struct delivery_query),
};
static const struct field_table query_table = FIELD_TABLE(query_fields);

static void query_clear(struct delivery_query *query) {
    free(query->outcome);
    free(query->contact);
    free(query->cursor);
}

/* What a cursor is bound to. */
static void write_filter(const struct request *request, const struct delivery_query *query,
                         struct text *filter) {
    text_append(filter, "deliveries\n");
    text_append_json(filter, request_path_param(request, "source"));
    text_append_char(filter, '\n');
    text_append_json(filter, query->outcome);
    text_append_char(filter, '\n');
    text_append_json(filter, query->contact);
}

static struct response respond_page(struct app *app, const struct request *request,
                                    const struct delivery_list *page, size_t limit,
                                    const char *filter) {
    struct cursor last = {.account_id = request->principal.account_id};
    json_t *data = json_array();
    for (size_t i = 0; i < page->count && i < limit; i++) {
        json_array_append_new(data, delivery_view(&page->deliveries[i], false));
        last.time_us = page->deliveries[i].received_at_us;
        last.id = page->deliveries[i].id;
    }
    return respond_list_until(app, request, data, filter, page->count > limit ? &last : NULL);
}

/* OUTCOME_NOT_FOUND: there is no such source. */
static enum outcome list_of_source(struct app *app, const struct delivery_filter *filter,
                                   size_t limit, struct delivery_list *page) {
    CLEANUP(source_clear) struct source source = {0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome =
        connection ? load_source(connection, filter->account_id, filter->source, &source)
                   : OUTCOME_UNAVAILABLE;
    return outcome == OUTCOME_OK ? list_deliveries_before(connection, filter, limit, page)
                                 : outcome;
}

static struct response list_from(struct app *app, const struct request *request,
                                 const struct delivery_query *query, const struct cursor *cursor,
                                 const char *filter) {
    const struct delivery_filter wanted = {
        .account_id = request->principal.account_id,
        .source = request_path_param(request, "source"),
        .outcome = query->outcome,
        .contact_ref = query->contact,
        .before_us = cursor->time_us,
        .before_id = cursor->id,
    };
    CLEANUP(delivery_list_clear) struct delivery_list page = {0};
    size_t limit = (size_t)query->limit; /* one more tells whether there is a next page */
    enum outcome outcome = list_of_source(app, &wanted, limit + 1, &page);
    return outcome == OUTCOME_OK ? respond_page(app, request, &page, limit, filter)
                                 : respond_outcome(outcome, "source");
}

struct response list_deliveries(struct app *app, const struct request *request) {
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
