/* POST /v1/hooks/{account}/{source}: what helpdesks send. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "api/hook_delivery_json.h"
#include "api/hook_reading.h"
#include "api/hook_settling.h"
#include "app.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/time.h"
#include "store/hook_delivery.h"
#include "store/report.h"
#include "store/survey_cache.h"

#define US_PER_HOUR (INT64_C(3600) * US_PER_SECOND)

/* ---- the same once ---- */

static void hash_text(crypto_generichash_state *state, const char *text) {
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

static void hash_number(crypto_generichash_state *state, int64_t number) {
    crypto_generichash_update(state, (const unsigned char *)&number, sizeof number);
}

static void hash_body(crypto_generichash_state *state, const struct hook *hook) {
    crypto_generichash_update(state, (const unsigned char *)hook->message.body,
                              hook->message.body_length);
}

/* The same words of a contact are news once the opposite was heard: who solves a ticket that was
 * reopened sends what was sent at first. */
static enum outcome hash_undated(struct db_connection *connection,
                                 const struct hook_delivery *delivery, const struct hook *hook,
                                 crypto_generichash_state *state) {
    struct uuid opposite = {0};
    const char *event = hook->event == REPORT_SOLVED ? "reopened" : "solved";
    enum outcome outcome =
        find_delivery_event(connection, delivery, hook->contact.contact.ref, event, &opposite);
    hash_text(state, "undated");
    hash_number(state, (int64_t)hook->event);
    crypto_generichash_update(state, opposite.bytes, sizeof opposite.bytes);
    hash_body(state, hook);
    return outcome;
}

/* The sender's own id, else contact, event and time. What names no contact is the same for an
 * hour. */
static enum outcome hash_delivery(struct db_connection *connection, const struct hook *hook,
                                  struct hook_delivery *delivery) {
    enum outcome outcome = OUTCOME_OK;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, DELIVERY_HASH_BYTES);
    if (hook->id) {
        hash_text(&state, "id");
        hash_text(&state, json_string_value(hook->id));
    } else if (!hook->readable) {
        hash_text(&state, "body");
        hash_number(&state, hook->now_us / US_PER_HOUR);
        hash_body(&state, hook);
    } else if (hook->contact.time_us == TIME_NONE) {
        outcome = hash_undated(connection, delivery, hook, &state);
    } else {
        hash_text(&state, "contact");
        hash_text(&state, hook->contact.contact.ref);
        hash_number(&state, (int64_t)hook->event);
        hash_number(&state, hook->contact.time_us);
    }
    crypto_generichash_final(&state, delivery->hash, DELIVERY_HASH_BYTES);
    return outcome;
}

static struct hook_delivery delivery_of(const struct hook *hook) {
    struct hook_delivery delivery = {
        .account_id = hook->source->account_id,
        .id = uuid_new(),
        .received_at_us = hook->now_us,
    };
    snprintf(delivery.source, sizeof delivery.source, "%s", hook->source->name);
    return delivery;
}

/* ---- what is not verified ---- */

static struct response respond_refused(const struct hook *hook,
                                       const struct webhook_finding *finding) {
    bool basic = hook->definition.verifier.scheme == WEBHOOK_BASIC;
    struct response response = respond_problem(401, "webhook_not_verified", "%s", finding->detail);
    response_set_header(&response, "WWW-Authenticate",
                        basic ? "Basic realm=\"understood\"" : "Signature realm=\"understood\"");
    return response;
}

/* The answer does not depend on whether it could be noted. */
static struct response refuse(struct app *app, const struct hook *hook,
                              const struct webhook_finding *finding) {
    CLEANUP(webhook_delivery_clear) struct hook_delivery delivery = delivery_of(hook);
    delivery.detail = json_pack("{s:s, s:O}", "reason", "not_verified", "steps", hook->steps);
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    if (connection) {
        store_refused_delivery(connection, &delivery);
    }
    return respond_refused(hook, finding);
}

/* ---- what is ---- */

/* Claimed, settled and noted, in the transaction that the caller ends. */
static enum outcome settle_claimed(struct db_connection *connection, struct hook *hook,
                                   const struct survey *survey, struct hook_delivery *delivery) {
    CLEANUP(hook_result_clear) struct hook_result result = {0};
    const char *ref = hook->contact.contact.ref;
    json_t *contact_ref = ref ? json_string(ref) : NULL;
    enum outcome outcome = hook_settle(connection, hook, survey, &result);
    if (outcome == OUTCOME_OK) {
        delivery->outcome = result.outcome;
        json_decref(delivery->detail);
        delivery->detail = json_incref(result.detail);
        json_object_set(delivery->detail, "steps", hook->steps);
        delivery->contact_ref = ref ? strdup(json_string_value(contact_ref)) : NULL;
        outcome = finish_delivery(connection, delivery);
    }
    json_decref(contact_ref);
    return outcome;
}

static enum outcome settle_delivery(struct app *app, struct hook *hook, const struct survey *survey,
                                    struct hook_delivery *delivery) {
    const struct webhook_message *message = &hook->message;
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    bool first = false;
    enum outcome outcome = connection ? db_execute(connection, REPORT_BEGIN) : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_OK) {
        outcome = hash_delivery(connection, hook, delivery);
    }
    if (outcome == OUTCOME_OK) {
        outcome = claim_delivery(connection, delivery, message->body, message->body_length, &first);
    }
    if (outcome == OUTCOME_OK && first) {
        outcome = settle_claimed(connection, hook, survey, delivery);
    }
    return outcome == OUTCOME_OK ? db_execute(connection, "COMMIT") : outcome;
}

static struct response accept(struct app *app, struct hook *hook) {
    const struct survey *survey = NULL;
    CLEANUP(webhook_delivery_clear) struct hook_delivery delivery = delivery_of(hook);
    if (!hook_read(hook)) {
        return respond_outcome(OUTCOME_FAILED, "webhook");
    }
    enum outcome outcome = hook_find_survey(app, hook, &survey);
    if (outcome == OUTCOME_OK) {
        outcome = settle_delivery(app, hook, survey, &delivery);
    }
    if (survey) {
        survey_cache_release(&survey);
    }
    if (outcome == OUTCOME_NOT_FOUND) { /* deleted a moment ago: the sender tries again */
        survey_cache_drop(app->survey_cache, hook->source->account_id, hook->definition.survey);
        outcome = OUTCOME_UNAVAILABLE;
    }
    return outcome == OUTCOME_OK ? respond(200, delivery_answer(&delivery))
                                 : respond_outcome(outcome, "webhook");
}

/* ---- the request ---- */

static enum outcome find_source(struct app *app, const struct request *request,
                                struct source *source) {
    int64_t account_id;
    if (!parse_int(request_path_param(request, "account"), 1, INT64_MAX, &account_id)) {
        return OUTCOME_NOT_FOUND;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    return connection
               ? load_source(connection, account_id, request_path_param(request, "source"), source)
               : OUTCOME_UNAVAILABLE;
}

static struct response receive(struct app *app, const struct request *request,
                               const char *path_secret) {
    CLEANUP(source_clear) struct source source = {0};
    enum outcome outcome = find_source(app, request, &source);
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "source");
    }
    struct webhook_header headers[WEBHOOK_HEADERS_MAX];
    size_t count = 0;
    for (; count < request->header_count && count < WEBHOOK_HEADERS_MAX; count++) {
        headers[count] =
            (struct webhook_header){request->headers[count].name, request->headers[count].value};
    }
    const struct webhook_message message = {headers, count, request->body, request->body_length,
                                            path_secret};
    struct webhook_finding finding;
    CLEANUP(hook_clear) struct hook hook;
    if (!hook_begin(&hook, &source, &message, time_now_us())) {
        return respond_outcome(OUTCOME_FAILED, "source");
    }
    return hook_verify(&hook, &finding) ? accept(app, &hook) : refuse(app, &hook, &finding);
}

struct response receive_hook(struct app *app, const struct request *request) {
    return receive(app, request, NULL);
}

struct response receive_secret_hook(struct app *app, const struct request *request) {
    return receive(app, request, request_path_param(request, "secret"));
}
