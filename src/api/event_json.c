#include "api/event_json.h"

#include <stdlib.h>
#include <string.h>

#include "api/alert_json.h"
#include "api/invitation_json.h"
#include "api/response_json.h"
#include "api/suppression_json.h"
#include "api/webhook_json.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/alert.h"
#include "store/invitation_list.h"
#include "store/response_read.h"
#include "store/suppression.h"
#include "store/webhook.h"

/* The events of one kind of object, out of all that are asked for. */
struct wanted {
    struct app *app;
    struct db_connection *connection;
    const struct event *events;
    struct event_document *documents;
    size_t count; /* of all */
    struct object_key *keys;
    size_t key_count;
};

void event_documents_clear(struct event_document documents[], size_t count) {
    for (size_t i = 0; i < count; i++) {
        json_decref(documents[i].data);
        documents[i] = (struct event_document){.data = NULL};
    }
}

static bool names(const struct event *event, enum event_object kind, int64_t account_id,
                  const struct uuid *id) {
    return event->account_id == account_id && event_object_of(event->type) == kind &&
           memcmp(&event->object_id, id, sizeof *id) == 0;
}

/* Gives the document to all events that name this object. Takes ownership of data. */
static enum outcome give(struct wanted *wanted, enum event_object kind, int64_t account_id,
                         const struct uuid *id, const struct event_document *made) {
    for (size_t i = 0; made->data && i < wanted->count; i++) {
        if (names(&wanted->events[i], kind, account_id, id)) {
            json_decref(wanted->documents[i].data);
            wanted->documents[i] = *made;
            json_incref(made->data);
        }
    }
    json_decref(made->data);
    return made->data ? OUTCOME_OK : OUTCOME_UNAVAILABLE;
}

static json_t *parse(const struct text *text) {
    return text->failed ? NULL : json_loadb(text->bytes, text->length, 0, NULL);
}

static enum outcome give_response(struct wanted *wanted, const struct survey_response *response) {
    CLEANUP(text_clear) struct text text = {0};
    response_append_json(&text, response, wanted->app->sentiment);
    struct event_document made = {.data = parse(&text), .sequence = response->revision};
    return give(wanted, EVENT_OF_RESPONSE, response->account_id, &response->id, &made);
}

static enum outcome load_responses_wanted(struct wanted *wanted) {
    CLEANUP(response_page_clear) struct response_page page = {0};
    enum outcome outcome =
        load_responses_with_keys(wanted->connection, wanted->keys, wanted->key_count, &page);
    for (size_t i = 0; outcome == OUTCOME_OK && i < page.count; i++) {
        outcome = give_response(wanted, &page.items[i]);
    }
    return outcome;
}

static enum outcome give_invitation(struct wanted *wanted, const struct invitation *invitation) {
    struct invitation_view view = {
        .verdict = invitation_verdict(invitation, time_now_us()),
        .skip_reason = invitation_skip_reason(invitation),
    };
    CLEANUP(text_clear) struct text text = {0};
    invitation_append_json(&text, invitation, &view);
    struct event_document made = {.data = parse(&text), .sequence = invitation->revision};
    return give(wanted, EVENT_OF_INVITATION, invitation->account_id, &invitation->id, &made);
}

static enum outcome load_invitations_wanted(struct wanted *wanted) {
    CLEANUP(invitation_list_clear) struct invitation_list list = {0};
    enum outcome outcome =
        load_invitations_with_keys(wanted->connection, wanted->keys, wanted->key_count, &list);
    for (size_t i = 0; outcome == OUTCOME_OK && i < list.count; i++) {
        outcome = give_invitation(wanted, &list.invitations[i]);
    }
    return outcome;
}

static enum outcome give_suppression(struct wanted *wanted, const struct suppression *suppression) {
    CLEANUP(text_clear) struct text text = {0};
    suppression_append_json(&text, suppression);
    struct event_document made = {.data = parse(&text), .sequence = 1};
    return give(wanted, EVENT_OF_SUPPRESSION, suppression->account_id, &suppression->id, &made);
}

static enum outcome load_suppressions_wanted(struct wanted *wanted) {
    CLEANUP(suppression_list_clear) struct suppression_list list = {0};
    enum outcome outcome =
        load_suppressions_with_keys(wanted->connection, wanted->keys, wanted->key_count, &list);
    for (size_t i = 0; outcome == OUTCOME_OK && i < list.count; i++) {
        outcome = give_suppression(wanted, &list.suppressions[i]);
    }
    return outcome;
}

static enum outcome give_alert(struct wanted *wanted, const struct alert *alert) {
    struct event_document made = {.data = alert_to_json(wanted->app, alert),
                                  .sequence = alert->revision};
    return give(wanted, EVENT_OF_ALERT, alert->account_id, &alert->id, &made);
}

static enum outcome load_alerts_wanted(struct wanted *wanted) {
    CLEANUP(alert_list_clear) struct alert_list list = {0};
    enum outcome outcome =
        load_alerts_with_keys(wanted->connection, wanted->keys, wanted->key_count, &list);
    for (size_t i = 0; outcome == OUTCOME_OK && i < list.count; i++) {
        outcome = give_alert(wanted, &list.alerts[i]);
    }
    return outcome;
}

static enum outcome give_webhook(struct wanted *wanted, const struct webhook *webhook) {
    struct event_document made = {.data = webhook_to_json(webhook), .sequence = webhook->revision};
    return give(wanted, EVENT_OF_WEBHOOK, webhook->account_id, &webhook->id, &made);
}

static enum outcome load_webhooks_wanted(struct wanted *wanted) {
    CLEANUP(webhook_list_clear) struct webhook_list list = {0};
    enum outcome outcome =
        load_webhooks_with_keys(wanted->connection, wanted->keys, wanted->key_count, &list);
    for (size_t i = 0; outcome == OUTCOME_OK && i < list.count; i++) {
        outcome = give_webhook(wanted, &list.webhooks[i]);
    }
    return outcome;
}

static void collect_keys(struct wanted *wanted, enum event_object kind) {
    wanted->key_count = 0;
    for (size_t i = 0; i < wanted->count; i++) {
        const struct event *event = &wanted->events[i];
        if (event_object_of(event->type) == kind) {
            wanted->keys[wanted->key_count++] =
                (struct object_key){.account_id = event->account_id, .id = event->object_id};
        }
    }
}

static enum outcome load_all_kinds(struct wanted *wanted) {
    static enum outcome (*const loaders[])(struct wanted *) = {
        [EVENT_OF_RESPONSE] = load_responses_wanted,
        [EVENT_OF_INVITATION] = load_invitations_wanted,
        [EVENT_OF_SUPPRESSION] = load_suppressions_wanted,
        [EVENT_OF_ALERT] = load_alerts_wanted,
        [EVENT_OF_WEBHOOK] = load_webhooks_wanted,
    };
    enum outcome outcome = OUTCOME_OK;
    for (size_t kind = 0; outcome == OUTCOME_OK && kind < COUNT(loaders); kind++) {
        collect_keys(wanted, (enum event_object)kind);
        outcome = wanted->key_count ? loaders[kind](wanted) : OUTCOME_OK;
    }
    return outcome;
}

enum outcome load_event_documents(struct app *app, struct db_connection *connection,
                                  const struct event events[], size_t count,
                                  struct event_document documents[]) {
    struct wanted wanted = {.app = app,
                            .connection = connection,
                            .events = events,
                            .documents = documents,
                            .count = count,
                            .keys = calloc(count ? count : 1, sizeof *wanted.keys)};
    for (size_t i = 0; i < count; i++) {
        documents[i] = (struct event_document){.data = NULL};
    }
    enum outcome outcome = wanted.keys ? load_all_kinds(&wanted) : OUTCOME_UNAVAILABLE;
    free(wanted.keys);
    if (outcome != OUTCOME_OK) {
        event_documents_clear(documents, count);
    }
    return outcome;
}
