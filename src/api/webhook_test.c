/* POST /v1/webhooks/{id}/test: sends one webhook at once, and says what came of it. */
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/fields.h"
#include "api/webhook_json.h"
#include "api/webhook_parts.h"
#include "api/webhook_sample.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/ip_network.h"
#include "base/time.h"
#include "clients/webhook_call.h"
#include "config.h"
#include "domain/event.h"

#define TYPE_BYTES_MAX 40
#define TIMEOUT_MS_MIN 500
#define MARGIN_MS      1500 /* before this request itself is answered with 503 */

struct test {
    char type[TYPE_BYTES_MAX + 1];
    struct webhook webhook; /* owned */
    struct uuid id;         /* webhook-id */
    char *payload;          /* owned */
};

static const char *type_objection(const char *text) {
    enum event_type type;
    return event_type_from_name(text, &type) ? NULL
                                             : "expected webhook.test or an event's type, such as "
                                               "response.recorded";
}

static const struct field fields[] = {
    {.name = "type",
     .kind = FIELD_NAME,
     .offset = offsetof(struct test, type),
     .min = 1,
     .max = TYPE_BYTES_MAX,
     .objection = type_objection},
};
static const struct field_table table = FIELD_TABLE(fields);

static void test_clear(struct test *test) {
    webhook_clear(&test->webhook);
    free(test->payload);
}

/* ---- what is sent ---- */

static json_t *own_payload(const struct webhook *webhook, int64_t now_us) {
    char timestamp[TIME_TEXT_SIZE];
    time_format(now_us, timestamp);
    return json_pack("{s:s, s:s, s:i, s:o}", "type", event_type_name(EVENT_WEBHOOK_TEST),
                     "timestamp", timestamp, "sequence", webhook->revision, "data",
                     webhook_to_json(webhook));
}

static bool write_payload(struct test *test) {
    enum event_type type = EVENT_WEBHOOK_TEST;
    int64_t now_us = time_now_us();
    event_type_from_name(test->type, &type);
    CLEANUP(json_decrefp)
    json_t *payload = type == EVENT_WEBHOOK_TEST ? own_payload(&test->webhook, now_us)
                                                 : webhook_sample(type, now_us);
    test->id = uuid_new();
    test->payload = payload ? json_dumps(payload, JSON_COMPACT) : NULL;
    return test->payload != NULL;
}

/* ---- sending ---- */

static int64_t timeout_ms(const struct config *config) {
    int64_t patience = config_number(&config->http.answer_deadline_ms) - MARGIN_MS;
    int64_t timeout = config->webhooks.timeout_ms;
    timeout = timeout < patience ? timeout : patience;
    return timeout > TIMEOUT_MS_MIN ? timeout : TIMEOUT_MS_MIN;
}

static enum outcome call(const struct app *app, const struct test *test,
                         struct http_result *result) {
    struct ip_networks listed;
    struct webhook_call prepared;
    const struct webhook *webhook = &test->webhook;
    const struct webhook_attempt attempt = {
        .url = webhook->url,
        .headers = webhook->headers,
        .secrets = {.current = webhook->secret,
                    .previous = webhook->previous_secret,
                    .previous_valid_until_us = webhook->previous_valid_until_us},
        .id = &test->id,
        .body = test->payload,
        .body_length = strlen(test->payload),
    };
    if (!ip_networks_parse(app->config->webhooks.allow_private, &listed) ||
        !webhook_call_prepare(&prepared, &attempt, time_now_us())) {
        return OUTCOME_FAILED;
    }
    http_client_call(&(struct http_client_options){.listed = &listed,
                                                   .ca_file = app->config->webhooks.ca_file,
                                                   .timeout_ms = timeout_ms(app->config),
                                                   .connections_max = 1,
                                                   .host_connections_max = 1},
                     &prepared.call, result);
    return OUTCOME_OK;
}

/* Receivers take their time: some workers are left to all other requests. */
static enum outcome send_test(const struct app *app, const struct test *test,
                              struct http_result *result) {
    static atomic_int under_way;
    bool may = atomic_fetch_add(&under_way, 1) < (app->config->http.workers + 1) / 2;
    enum outcome outcome = may ? call(app, test, result) : OUTCOME_UNAVAILABLE;
    atomic_fetch_sub(&under_way, 1);
    return outcome;
}

static struct response respond_result(const struct test *test, const struct http_result *result) {
    char id[UUID_TEXT_SIZE];
    uuid_format(&test->id, id);
    bool delivered = result->status >= 200 && result->status < 300;
    return respond(200, json_pack("{s:b, s:s, s:o*, s:I, s:s*, s:s*, s:o}", "delivered",
                                  (int)delivered, "webhook_id", id, "status",
                                  result->status ? json_integer(result->status) : NULL,
                                  "latency_ms", (json_int_t)result->latency_ms, "error",
                                  *result->error ? result->error : NULL, "answer",
                                  *result->answer ? result->answer : NULL, "payload",
                                  json_loads(test->payload, 0, NULL)));
}

/* No connection to the database is held while the receiver is waited for. */
static enum outcome load_tested(struct app *app, const struct request *request, struct test *test) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    return connection ? load_named_webhook(connection, request, &test->webhook)
                      : OUTCOME_UNAVAILABLE;
}

struct response test_webhook(struct app *app, const struct request *request) {
    CLEANUP(test_clear) struct test test = {.type = "webhook.test"};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    struct http_result result;
    if (!read_fields(request->json, &table, "", &test, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    enum outcome outcome = load_tested(app, request, &test);
    if (outcome == OUTCOME_OK && !write_payload(&test)) {
        outcome = OUTCOME_FAILED;
    }
    outcome = outcome == OUTCOME_OK ? send_test(app, &test, &result) : outcome;
    return outcome == OUTCOME_OK ? respond_result(&test, &result)
                                 : respond_outcome(outcome, "webhook");
}
