#include <stddef.h>
#include <stdlib.h>

#include "api/api.h"
#include "api/fields.h"
#include "api/kept_contact_json.h"
#include "api/list_cursor.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/contact_list.h"
#include "store/invitation_list.h"

#define INVITATIONS_SHOWN_MAX 200 /* one for each survey */

static enum outcome load_with_invitations(struct db_connection *connection, int64_t account_id,
                                          const char *ref, struct contact_list *contacts,
                                          struct invitation_list *invitations) {
    char *refs[] = {(char *)ref};
    const struct invitation_filter of_contact = {
        .account_id = account_id,
        .contact_ref = ref,
        .verdict = SHOWN_ANY,
        .before_us = TIME_NONE,
    };
    enum outcome outcome = load_contacts(connection, account_id, refs, 1, contacts);
    if (outcome != OUTCOME_OK || contacts->count == 0) {
        return outcome == OUTCOME_OK ? OUTCOME_NOT_FOUND : outcome;
    }
    return list_invitations_before(connection, &of_contact, INVITATIONS_SHOWN_MAX, invitations);
}

struct response get_contact(struct app *app, const struct request *request) {
    CLEANUP(contact_list_clear) struct contact_list contacts = {0};
    CLEANUP(invitation_list_clear) struct invitation_list invitations = {0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome =
        connection
            ? load_with_invitations(connection, request->principal.account_id,
                                    request_path_param(request, "ref"), &contacts, &invitations)
            : OUTCOME_UNAVAILABLE;
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "contact");
    }
    struct text body = {0};
    contact_with_invitations_append_json(&body, &contacts.contacts[0], &invitations);
    return respond_text(200, TYPE_JSON, &body);
}

/* ---- the list, newest solved first ---- */

struct contact_query {
    char *ref; /* owned, as the other texts */
    char *customer;
    char *email;
    char *agent;
    char *team;
    char *cursor;
    int repeated; /* enum contact_wanted */
    int reopened;
    int limit;
};

static const struct choice marks[] = {
    {"true", CONTACT_WITH}, {"false", CONTACT_WITHOUT}, {NULL, 0}};

#define TEXT(key, bytes_max)                                                                       \
    {                                                                                              \
        .name = #key, .kind = FIELD_TEXT, .offset = offsetof(struct contact_query, key), .min = 1, \
        .max = (bytes_max)                                                                         \
    }
#define MARK(key)                                                                                  \
    {                                                                                              \
        .name = #key, .kind = FIELD_CHOICE, .offset = offsetof(struct contact_query, key),         \
        .choices = marks                                                                           \
    }

static const struct field query_fields[] = {
    TEXT(ref, CONTACT_REF_BYTES_MAX),
    TEXT(customer, CUSTOMER_TEXT_BYTES_MAX),
    TEXT(email, CUSTOMER_TEXT_BYTES_MAX),
    TEXT(agent, DIMENSION_BYTES_MAX),
    TEXT(team, DIMENSION_BYTES_MAX),
    LIST_CURSOR_FIELD(struct contact_query),
    MARK(repeated),
    MARK(reopened),
    LIST_LIMIT_FIELD(struct contact_query),
};
static const struct field_table query_table = FIELD_TABLE(query_fields);

static void query_clear(struct contact_query *query) {
    free(query->ref);
    free(query->customer);
    free(query->email);
    free(query->agent);
    free(query->team);
    free(query->cursor);
}

/* What a cursor is bound to. */
static void write_filter(const struct contact_query *query, struct text *filter) {
    const char *const texts[] = {query->ref, query->customer, query->email, query->agent,
                                 query->team};
    text_append_format(filter, "contacts %d %d", query->repeated, query->reopened);
    for (size_t i = 0; i < COUNT(texts); i++) {
        text_append_char(filter, '\n');
        text_append_json(filter, texts[i]);
    }
}

/* next: the cursor of the page after this one, or NULL. */
static struct response respond_page(const struct contact_list *page, const char *next) {
    struct text body = {0};
    text_append(&body, "{\"data\":[");
    for (size_t i = 0; i < page->count; i++) {
        text_append(&body, i ? "," : "");
        kept_contact_append_json(&body, &page->contacts[i]);
    }
    text_append_format(&body, "],\"has_more\":%s,\"next\":", next ? "true" : "false");
    text_append_json(&body, next);
    text_append_char(&body, '}');
    return respond_text(200, TYPE_JSON, &body);
}

static struct response respond_with_next(struct app *app, const struct request *request,
                                         const struct contact_list *page, const char *filter) {
    char next[CURSOR_TEXT_SIZE];
    struct cursor cursor = {
        .account_id = request->principal.account_id,
        .time_us = page->contacts[page->count - 1].contact.solved_at_us,
        .id = page->last_id,
    };
    enum outcome outcome = list_cursor_write(app, filter, &cursor, next);
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "signing key");
    }
    struct response response = respond_page(page, next);
    list_set_next_link(&response, app, request, next);
    return response;
}

static struct response list_from(struct app *app, const struct request *request,
                                 const struct contact_query *query, const struct cursor *cursor,
                                 const char *filter) {
    struct contact_filter wanted = {
        .account_id = request->principal.account_id,
        .ref = query->ref,
        .customer_ref = query->customer,
        .email = query->email,
        .agent = query->agent,
        .team = query->team,
        .repeated = (enum contact_wanted)query->repeated,
        .reopened = (enum contact_wanted)query->reopened,
        .before_us = cursor->time_us,
        .before_id = cursor->id,
    };
    bool more = false;
    CLEANUP(contact_list_clear) struct contact_list page = {0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome =
        connection ? list_contacts_before(connection, &wanted, (size_t)query->limit, &page, &more)
                   : OUTCOME_UNAVAILABLE;
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "list");
    }
    return more ? respond_with_next(app, request, &page, filter) : respond_page(&page, NULL);
}

struct response list_contacts(struct app *app, const struct request *request) {
    CLEANUP(query_clear) struct contact_query query = {.limit = LIST_LIMIT_DEFAULT};
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
