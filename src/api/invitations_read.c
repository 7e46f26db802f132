#include <stddef.h>
#include <stdlib.h>

#include "api/api.h"
#include "api/fields.h"
#include "api/invitation_json.h"
#include "api/list_cursor.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "pages/invitation_url.h"
#include "store/invitation.h"
#include "store/invitation_list.h"

/* A key that may only read cannot answer for a customer: it sees no link. */
static bool append_seen(struct app *app, const struct request *request,
                        const struct invitation *invitation, struct text *text) {
    CLEANUP(text_clear) struct text url = {0};
    bool sees_link = request->principal.scope != SCOPE_READ && invitation_shows_url(invitation);
    if (sees_link && !invitation_write_url(app, invitation, &url)) {
        return false;
    }
    struct invitation_view view = {
        .url = url.bytes,
        .verdict = invitation_verdict(invitation, time_now_us()),
        .skip_reason = invitation_skip_reason(invitation),
    };
    invitation_append_json(text, invitation, &view);
    return true;
}

struct response get_invitation(struct app *app, const struct request *request) {
    struct uuid id;
    if (!uuid_parse(request_path_param(request, "id"), &id)) {
        return respond_outcome(OUTCOME_NOT_FOUND, "invitation");
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    CLEANUP(invitation_clear) struct invitation invitation = INVITATION_NONE;
    enum outcome outcome =
        connection ? load_invitation(connection, request->principal.account_id, &id, &invitation)
                   : OUTCOME_UNAVAILABLE;
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "invitation");
    }
    struct text body = {0};
    if (!append_seen(app, request, &invitation, &body)) {
        text_clear(&body);
        return respond_outcome(OUTCOME_UNAVAILABLE, "signing key");
    }
    return respond_text(200, TYPE_JSON, &body);
}

/* ---- the list, newest first ---- */

struct invitation_query {
    char *survey; /* owned, as the other texts */
    char *contact;
    char *cursor;
    int verdict;     /* enum verdict or verdict_shown */
    int skip_reason; /* enum skip_reason */
    int limit;
};

static const struct choice verdicts[] = {
    {"created", VERDICT_CREATED}, {"scheduled", VERDICT_SCHEDULED},
    {"sent", VERDICT_SENT},       {"skipped", VERDICT_SKIPPED},
    {"bounced", VERDICT_BOUNCED}, {"answered", SHOWN_ANSWERED},
    {"expired", SHOWN_EXPIRED},   {NULL, 0},
};

static const struct choice skip_reasons[] = {
    {"fatigue", SKIP_FATIGUE},
    {"suppressed", SKIP_SUPPRESSED},
    {"no_address", SKIP_NO_ADDRESS},
    {"sampled_out", SKIP_SAMPLED_OUT},
    {"expired", SKIP_EXPIRED},
    {"reopened", SKIP_REOPENED},
    {"answered", SKIP_ANSWERED},
    {"archived", SKIP_ARCHIVED},
    {NULL, 0},
};

#define TEXT(key, bytes_max)                                                                       \
    {                                                                                              \
        .name = #key, .kind = FIELD_TEXT, .offset = offsetof(struct invitation_query, key),        \
        .min = 1, .max = (bytes_max)                                                               \
    }

static const struct field query_fields[] = {
    TEXT(survey, SURVEY_NAME_BYTES_MAX),
    TEXT(contact, CONTACT_REF_BYTES_MAX),
    LIST_CURSOR_FIELD(struct invitation_query),
    {.name = "verdict",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct invitation_query, verdict),
     .choices = verdicts},
    {.name = "reason",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct invitation_query, skip_reason),
     .choices = skip_reasons},
    LIST_LIMIT_FIELD(struct invitation_query),
};
static const struct field_table query_table = FIELD_TABLE(query_fields);

static void query_clear(struct invitation_query *query) {
    free(query->survey);
    free(query->contact);
    free(query->cursor);
}

/* What a cursor is bound to. */
static void write_filter(const struct invitation_query *query, struct text *filter) {
    text_append(filter, "invitations\n");
    text_append_json(filter, query->survey);
    text_append_char(filter, '\n');
    text_append_json(filter, query->contact);
    text_append_format(filter, "\n%d %d", query->verdict, query->skip_reason);
}

static struct response respond_page(struct app *app, const struct request *request,
                                    const struct invitation_list *page,
                                    const struct invitation_query *query, const char *filter) {
    size_t limit = (size_t)query->limit;
    bool has_more = page->count > limit;
    char next[CURSOR_TEXT_SIZE];
    struct text body = {0};
    enum outcome outcome = OUTCOME_OK;
    text_append(&body, "{\"data\":[");
    for (size_t i = 0; i < page->count && i < limit && outcome == OUTCOME_OK; i++) {
        text_append(&body, i ? "," : "");
        outcome = append_seen(app, request, &page->invitations[i], &body) ? OUTCOME_OK
                                                                          : OUTCOME_UNAVAILABLE;
    }
    if (outcome == OUTCOME_OK && has_more) {
        const struct invitation *last = &page->invitations[limit - 1];
        struct cursor cursor = {
            .account_id = last->account_id, .time_us = last->created_at_us, .id = last->id};
        outcome = list_cursor_write(app, filter, &cursor, next);
    }
    if (outcome != OUTCOME_OK) {
        text_clear(&body);
        return respond_outcome(outcome, "signing key");
    }
    text_append_format(&body, "],\"has_more\":%s,\"next\":", has_more ? "true" : "false");
    text_append_json(&body, has_more ? next : NULL);
    text_append_char(&body, '}');
    struct response response = respond_text(200, TYPE_JSON, &body);
    if (has_more) {
        list_set_next_link(&response, app, request, next);
    }
    return response;
}

static struct response list_from(struct app *app, const struct request *request,
                                 const struct invitation_query *query, const struct cursor *cursor,
                                 const char *filter) {
    struct invitation_filter wanted = {
        .account_id = request->principal.account_id,
        .survey = query->survey,
        .contact_ref = query->contact,
        .verdict = query->verdict,
        .skip_reason = (enum skip_reason)query->skip_reason,
        .now_us = time_now_us(),
        .before_us = cursor->time_us,
        .before_id = cursor->id,
    };
    CLEANUP(invitation_list_clear) struct invitation_list page = {0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome = /* one more tells whether there is a next page */
        connection ? list_invitations_before(connection, &wanted, (size_t)query->limit + 1, &page)
                   : OUTCOME_UNAVAILABLE;
    return outcome == OUTCOME_OK ? respond_page(app, request, &page, query, filter)
                                 : respond_outcome(outcome, "list");
}

struct response list_invitations(struct app *app, const struct request *request) {
    CLEANUP(query_clear)
    struct invitation_query query = {.verdict = SHOWN_ANY, .limit = LIST_LIMIT_DEFAULT};
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
