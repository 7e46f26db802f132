#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/etag.h"
#include "api/fields.h"
#include "api/list_cursor.h"
#include "api/webhook_body.h"
#include "api/webhook_json.h"
#include "api/webhook_parts.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/webhook_delivery_list.h"

#define ETAG_BYTES     24 /* of a revision */
#define LOCATION_BYTES 64
#define EMPTY_STEP     2000 /* deliveries, removed by one statement */
#define EMPTY_S        4

enum outcome load_named_webhook(struct db_connection *connection, const struct request *request,
                                struct webhook *webhook) {
    struct uuid id;
    return uuid_parse(request_path_param(request, "id"), &id)
               ? load_webhook(connection, request->principal.account_id, &id, webhook)
               : OUTCOME_NOT_FOUND;
}

static void write_etag(const struct webhook *webhook, char etag[ETAG_BYTES]) {
    snprintf(etag, ETAG_BYTES, "\"%d\"", webhook->revision);
}

struct response respond_webhook(unsigned status, const struct webhook *webhook, bool with_secret) {
    char etag[ETAG_BYTES];
    write_etag(webhook, etag);
    json_t *body = webhook_to_json(webhook);
    if (with_secret) {
        json_object_set_new(body, "secret", json_string(webhook->secret));
    }
    struct response response = respond(status, body);
    response_set_header(&response, "ETag", etag);
    if (with_secret) {
        response_set_header(&response, "Cache-Control", "no-store");
    }
    return response;
}

bool webhook_conditions_hold(const struct request *request, const struct webhook *webhook) {
    char etag[ETAG_BYTES];
    write_etag(webhook, etag);
    return preconditions_hold(request, etag);
}

struct response respond_webhook_outcome(enum outcome outcome) {
    if (outcome == OUTCOME_CONFLICT) {
        return respond_problem(412, "precondition_failed",
                               "the webhook is not as If-Match or If-None-Match wants it, or "
                               "others changed it at the same time; read it again");
    }
    return respond_outcome(outcome, "webhook");
}

struct response get_webhook(struct app *app, const struct request *request) {
    CLEANUP(webhook_clear) struct webhook webhook = {0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome =
        connection ? load_named_webhook(connection, request, &webhook) : OUTCOME_UNAVAILABLE;
    return outcome == OUTCOME_OK ? respond_webhook(200, &webhook, false)
                                 : respond_webhook_outcome(outcome);
}

/* ---- making one ---- */

static struct response respond_created(const struct webhook *webhook) {
    char location[LOCATION_BYTES] = "/v1/webhooks/";
    uuid_format(&webhook->id, location + strlen(location));
    struct response response = respond_webhook(201, webhook, true);
    response_set_header(&response, "Location", location);
    return response;
}

static struct response create(struct app *app, const struct request *request,
                              const struct webhook_body *body, struct mistakes *mistakes) {
    CLEANUP(webhook_clear)
    struct webhook webhook = {.account_id = request->principal.account_id, .id = uuid_new()};
    if (!webhook_body_apply(body, &webhook, mistakes) ||
        !webhook_body_give_secret(body, &webhook)) {
        return mistakes_none(mistakes) ? respond_outcome(OUTCOME_FAILED, "webhook")
                                       : respond_mistakes(mistakes);
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome = connection ? store_webhook(connection, &webhook) : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_CONFLICT) {
        return respond_problem(409, "too_many_webhooks",
                               "an account has at most %d webhooks; delete one that is not needed",
                               WEBHOOKS_MAX);
    }
    return outcome == OUTCOME_OK ? respond_created(&webhook) : respond_outcome(outcome, "webhook");
}

struct response create_webhook(struct app *app, const struct request *request) {
    CLEANUP(webhook_body_clear) struct webhook_body body = {.is_new = true};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    enum outcome outcome = webhook_body_read(app, request, &body, &mistakes);
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "host");
    }
    return mistakes_none(&mistakes) ? create(app, request, &body, &mistakes)
                                    : respond_mistakes(&mistakes);
}

/* ---- changes ---- */

/* A change that is tried until it met no other one. */
struct attempt {
    const struct request *request;
    const struct webhook_body *body;
    struct mistakes *mistakes;
    struct webhook webhook; /* owned; as it is now */
    bool refused; /* by the request's conditions or for a mistake: trying again is of no use */
};

static void attempt_clear(struct attempt *attempt) {
    webhook_clear(&attempt->webhook);
}

/* Loads it anew; OUTCOME_CONFLICT, refused, when the conditions do not hold. */
static enum outcome begin_attempt(struct db_connection *connection, struct attempt *attempt) {
    webhook_clear(&attempt->webhook);
    enum outcome outcome = load_named_webhook(connection, attempt->request, &attempt->webhook);
    if (outcome == OUTCOME_OK) {
        attempt->refused = !webhook_conditions_hold(attempt->request, &attempt->webhook);
    }
    return attempt->refused ? OUTCOME_CONFLICT : outcome;
}

static enum outcome put_once(struct db_connection *connection, struct attempt *attempt) {
    enum outcome outcome = begin_attempt(connection, attempt);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (!webhook_body_apply(attempt->body, &attempt->webhook, attempt->mistakes)) {
        return OUTCOME_FAILED;
    }
    return store_webhook(connection, &attempt->webhook);
}

static enum outcome delete_once(struct db_connection *connection, struct attempt *attempt) {
    enum outcome outcome = begin_attempt(connection, attempt);
    return outcome == OUTCOME_OK ? remove_webhook(connection, &attempt->webhook) : outcome;
}

static enum outcome until_done(struct app *app, struct attempt *attempt,
                               enum outcome (*once)(struct db_connection *, struct attempt *)) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome = connection ? OUTCOME_CONFLICT : OUTCOME_UNAVAILABLE;
    for (int i = 0; i < WEBHOOK_RACES_MAX && outcome == OUTCOME_CONFLICT && !attempt->refused;
         i++) {
        outcome = once(connection, attempt);
    }
    return outcome;
}

static struct response put(struct app *app, struct attempt *attempt) {
    enum outcome outcome = until_done(app, attempt, put_once);
    if (!mistakes_none(attempt->mistakes)) {
        return respond_mistakes(attempt->mistakes);
    }
    return outcome == OUTCOME_OK ? respond_webhook(200, &attempt->webhook, false)
                                 : respond_webhook_outcome(outcome);
}

struct response put_webhook(struct app *app, const struct request *request) {
    CLEANUP(webhook_body_clear) struct webhook_body body = {.is_new = false};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    CLEANUP(attempt_clear)
    struct attempt attempt = {.request = request, .body = &body, .mistakes = &mistakes};
    enum outcome outcome = webhook_body_read(app, request, &body, &mistakes);
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "host");
    }
    return mistakes_none(&mistakes) ? put(app, &attempt) : respond_mistakes(&mistakes);
}

/* In steps; what takes too long is left to housekeeping, since nobody sees or sends it any more. */
static void remove_deliveries_of(struct app *app, const struct webhook *webhook) {
    int64_t end_us = time_monotonic_us() + EMPTY_S * US_PER_SECOND;
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    int64_t removed = EMPTY_STEP;
    while (connection && removed == EMPTY_STEP && time_monotonic_us() < end_us &&
           empty_outgoing(connection, webhook->account_id, &webhook->id, EMPTY_STEP, &removed) ==
               OUTCOME_OK) {
    }
}

struct response delete_webhook(struct app *app, const struct request *request) {
    CLEANUP(attempt_clear) struct attempt attempt = {.request = request};
    enum outcome outcome = until_done(app, &attempt, delete_once);
    if (outcome == OUTCOME_OK) {
        remove_deliveries_of(app, &attempt.webhook);
    }
    return outcome == OUTCOME_OK ? respond_empty(204) : respond_webhook_outcome(outcome);
}

/* ---- the list, as they were made ---- */

struct webhook_query {
    int limit;
    char cursor[UUID_TEXT_SIZE]; /* the last id of the page before */
};

static const struct field query_fields[] = {
    LIST_LIMIT_FIELD(struct webhook_query),
    {"cursor", FIELD_NAME, .offset = offsetof(struct webhook_query, cursor), .min = 1,
     .max = UUID_TEXT_SIZE - 1},
};
static const struct field_table query_table = FIELD_TABLE(query_fields);

static struct response respond_page(struct app *app, const struct request *request,
                                    const struct webhook_list *page, size_t limit) {
    char next[UUID_TEXT_SIZE];
    json_t *data = json_array();
    for (size_t i = 0; i < page->count && i < limit; i++) {
        json_array_append_new(data, webhook_to_json(&page->webhooks[i]));
        uuid_format(&page->webhooks[i].id, next);
    }
    return respond_list(app, request, data, page->count > limit ? next : NULL);
}

struct response list_webhooks(struct app *app, const struct request *request) {
    struct webhook_query query = {.limit = LIST_LIMIT_DEFAULT};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {.in_query = true};
    struct uuid after = {.bytes = {0}};
    if (!read_query(request, &query_table, &query, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    if (query.cursor[0] && !uuid_parse(query.cursor, &after)) {
        return respond_bad_cursor(OUTCOME_NOT_FOUND);
    }
    CLEANUP(webhook_list_clear) struct webhook_list page = {0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    size_t limit = (size_t)query.limit; /* one more tells whether there is a next page */
    enum outcome outcome = connection
                               ? list_webhooks_after(connection, request->principal.account_id,
                                                     &after, limit + 1, &page)
                               : OUTCOME_UNAVAILABLE;
    return outcome == OUTCOME_OK ? respond_page(app, request, &page, limit)
                                 : respond_outcome(outcome, "list");
}
