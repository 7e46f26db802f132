/* GET /v1/suppressions: the newest first. */
#include <stddef.h>
#include <stdlib.h>

#include "api/api.h"
#include "api/fields.h"
#include "api/list_cursor.h"
#include "api/suppression_json.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "domain/contact.h"
#include "store/suppression.h"

struct suppression_query {
    char *email; /* owned, as the cursor */
    char *cursor;
    int reason; /* SUPPRESSION_REASONS: any */
    int limit;
};

static const struct field query_fields[] = {
    {.name = "email",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct suppression_query, email),
     .min = 1,
     .max = CUSTOMER_TEXT_BYTES_MAX},
    {.name = "reason",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct suppression_query, reason),
     .choices = suppression_reasons},
    LIST_CURSOR_FIELD(struct suppression_query),
    LIST_LIMIT_FIELD(struct suppression_query),
};
static const struct field_table query_table = FIELD_TABLE(query_fields);

static void query_clear(struct suppression_query *query) {
    free(query->email);
    free(query->cursor);
}

static const char *reason_of(const struct suppression_query *query) {
    return query->reason == SUPPRESSION_REASONS
               ? NULL
               : suppression_reason_name((enum suppression_reason)query->reason);
}

/* What a cursor is bound to. */
static void write_filter(const struct suppression_query *query, struct text *filter) {
    text_append(filter, "suppressions\n");
    text_append_json(filter, query->email);
    text_append_char(filter, '\n');
    text_append_json(filter, reason_of(query));
}

/* next: the cursor of the page after this one, or NULL. */
static struct response respond_page(const struct suppression_list *page, size_t count,
                                    const char *next) {
    struct text body = {0};
    text_append(&body, "{\"data\":[");
    for (size_t i = 0; i < count; i++) {
        text_append(&body, i ? "," : "");
        suppression_append_json(&body, &page->suppressions[i]);
    }
    text_append_format(&body, "],\"has_more\":%s,\"next\":", next ? "true" : "false");
    text_append_json(&body, next);
    text_append_char(&body, '}');
    return respond_text(200, TYPE_JSON, &body);
}

static struct response respond_first(struct app *app, const struct request *request,
                                     const struct suppression_list *page, size_t limit,
                                     const char *filter) {
    char next[CURSOR_TEXT_SIZE];
    if (page->count <= limit) {
        return respond_page(page, page->count, NULL);
    }
    const struct suppression *last = &page->suppressions[limit - 1];
    struct cursor cursor = {
        .account_id = last->account_id, .time_us = last->created_at_us, .id = last->id};
    enum outcome outcome = list_cursor_write(app, filter, &cursor, next);
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "signing key");
    }
    struct response response = respond_page(page, limit, next);
    list_set_next_link(&response, app, request, next);
    return response;
}

static struct response list_from(struct app *app, const struct request *request,
                                 const struct suppression_query *query, const struct cursor *cursor,
                                 const char *filter) {
    struct suppression_filter wanted = {
        .account_id = request->principal.account_id,
        .email = query->email,
        .reason = reason_of(query),
        .before_us = cursor->time_us,
        .before_id = cursor->id,
    };
    size_t limit = (size_t)query->limit;
    CLEANUP(suppression_list_clear) struct suppression_list page = {0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome = /* one more tells whether there is a next page */
        connection ? list_suppressions_before(connection, &wanted, limit + 1, &page)
                   : OUTCOME_UNAVAILABLE;
    return outcome == OUTCOME_OK ? respond_first(app, request, &page, limit, filter)
                                 : respond_outcome(outcome, "list");
}

struct response list_suppressions(struct app *app, const struct request *request) {
    CLEANUP(query_clear)
    struct suppression_query query = {.reason = SUPPRESSION_REASONS, .limit = LIST_LIMIT_DEFAULT};
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
