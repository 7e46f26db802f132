/* POST /v1/sources/{source}/test: what a webhook would do, step by step; it does nothing. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/fields.h"
#include "api/hook_reading.h"
#include "api/hook_settling.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/report.h"
#include "store/survey_cache.h"

struct sample {
    const json_t *headers; /* lent */
    const json_t *body;    /* lent */
    bool verify;
    char *path_secret; /* owned */
    struct text bytes; /* owned; the body as it would come */
    struct webhook_header list[WEBHOOK_HEADERS_MAX];
    size_t header_count;
};

static const struct field fields[] = {
    {.name = "headers", .kind = FIELD_VALUE, .offset = offsetof(struct sample, headers)},
    {.name = "body",
     .kind = FIELD_VALUE,
     .required = true,
     .offset = offsetof(struct sample, body)},
    {.name = "verify", .kind = FIELD_BOOL, .offset = offsetof(struct sample, verify)},
    {.name = "path_secret",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct sample, path_secret),
     .min = 1,
     .max = WEBHOOK_SECRET_BYTES_MAX},
};
static const struct field_table table = FIELD_TABLE(fields);

static void sample_clear(struct sample *sample) {
    free(sample->path_secret);
    text_clear(&sample->bytes);
}

static void read_headers(struct sample *sample, struct mistakes *mistakes) {
    const char *name;
    json_t *value;
    size_t count = 0;
    if (sample->headers && !json_is_object(sample->headers)) {
        mistakes_add(mistakes, "/headers", "must be an object of texts");
        return;
    }
    json_object_foreach((json_t *)sample->headers, name, value) {
        if (!json_is_string(value) || count == WEBHOOK_HEADERS_MAX) {
            mistakes_add(mistakes, "/headers", "must be at most 64 texts by name");
            return;
        }
        sample->list[count++] = (struct webhook_header){name, json_string_value(value)};
    }
    sample->header_count = count;
}

static int append_dumped(const char *bytes, size_t length, void *text) {
    text_append_bytes(text, bytes, length);
    return 0;
}

/* A text is what would come byte by byte; any other value is written as JSON. */
static void read_body(struct sample *sample, struct mistakes *mistakes) {
    struct text *bytes = &sample->bytes;
    text_append(bytes, "");
    if (json_is_string(sample->body)) {
        text_append(bytes, json_string_value(sample->body));
    } else {
        json_dump_callback(sample->body, append_dumped, bytes, JSON_COMPACT | JSON_ENCODE_ANY);
    }
    mistakes->out_of_memory |= bytes->failed;
    if (bytes->length > RAW_BYTES_MAX) {
        mistakes_add(mistakes, "/body", "has more than the 256 KiB that a webhook may have");
    }
}

static bool read_sample(const struct request *request, struct sample *sample,
                        struct mistakes *mistakes) {
    if (read_fields(request->json, &table, "", sample, mistakes)) {
        read_headers(sample, mistakes);
        read_body(sample, mistakes);
    }
    return mistakes_none(mistakes);
}

/* Settles and takes it back. */
static enum outcome rehearse(struct app *app, struct hook *hook, struct hook_result *result) {
    const struct survey *survey = NULL;
    if (!hook_read(hook)) {
        return OUTCOME_FAILED;
    }
    enum outcome outcome = hook_find_survey(app, hook, &survey);
    CLEANUP(db_release)
    struct db_connection *connection = outcome == OUTCOME_OK ? db_acquire(app->db) : NULL;
    if (outcome == OUTCOME_OK) {
        outcome = connection ? db_execute(connection, REPORT_BEGIN) : OUTCOME_UNAVAILABLE;
    }
    if (outcome == OUTCOME_OK) {
        outcome = hook_settle(connection, hook, survey, result);
    }
    if (survey) {
        survey_cache_release(&survey);
    }
    return outcome == OUTCOME_OK ? db_execute(connection, "ROLLBACK") : outcome;
}

static struct response respond_rehearsed(const struct hook *hook,
                                         const struct hook_result *result) {
    json_t *answer = json_pack("{s:s, s:O}", "outcome", delivery_outcome_name(result->outcome),
                               "steps", hook->steps);
    if (answer && result->detail) {
        json_object_update_missing(answer, result->detail);
        json_object_del(answer, "invitation"); /* there is none */
    }
    return respond(200, answer);
}

static struct response test_with(struct app *app, const struct source *source,
                                 const struct sample *sample) {
    CLEANUP(hook_clear) struct hook hook;
    CLEANUP(hook_result_clear) struct hook_result result = {.outcome = DELIVERY_REFUSED};
    struct webhook_finding finding;
    const struct webhook_message message = {sample->list, sample->header_count, sample->bytes.bytes,
                                            sample->bytes.length, sample->path_secret};
    if (!hook_begin(&hook, source, &message, time_now_us())) {
        return respond_outcome(OUTCOME_FAILED, "source");
    }
    hook.tells_values = true;
    enum outcome outcome = OUTCOME_OK;
    if (!sample->verify || hook_verify(&hook, &finding)) {
        outcome = rehearse(app, &hook, &result);
    }
    return outcome == OUTCOME_OK ? respond_rehearsed(&hook, &result)
                                 : respond_outcome(outcome, "source");
}

struct response test_source(struct app *app, const struct request *request) {
    CLEANUP(source_clear) struct source source = {0};
    CLEANUP(sample_clear) struct sample sample = {0};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    enum outcome outcome = OUTCOME_UNAVAILABLE;
    {
        CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
        if (connection) {
            outcome = load_source(connection, request->principal.account_id,
                                  request_path_param(request, "source"), &source);
        }
    }
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "source");
    }
    return read_sample(request, &sample, &mistakes) ? test_with(app, &source, &sample)
                                                    : respond_mistakes(&mistakes);
}
