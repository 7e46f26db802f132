#include "api/webhook_body.h"

#include <sodium.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "api/fields.h"
#include "api/json_pointer.h"
#include "api/webhook_events.h"
#include "api/webhook_headers.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "config.h"
#include "domain/webhook_signing.h"

#define DESCRIPTION_CHARACTERS_MAX 500

static const struct field fields[] = {
    {.name = "url",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = offsetof(struct webhook_body, url),
     .min = 1,
     .max = WEBHOOK_URL_BYTES_MAX},
    {.name = "events",
     .kind = FIELD_VALUE,
     .required = true,
     .offset = offsetof(struct webhook_body, events)},
    {.name = "headers", .kind = FIELD_VALUE, .offset = offsetof(struct webhook_body, headers)},
    {.name = "description",
     .kind = FIELD_LONG_TEXT,
     .offset = offsetof(struct webhook_body, description),
     .max = DESCRIPTION_CHARACTERS_MAX},
    {.name = "active", .kind = FIELD_BOOL, .offset = offsetof(struct webhook_body, active)},
    {.name = "secret",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct webhook_body, secret),
     .max = WEBHOOK_SECRET_BYTES_MAX},
};
static const struct field_table table = FIELD_TABLE(fields);

/* Shown, so that what was read can be changed and put back. */
static const char *const read_only[] = {
    "id",
    "revision",
    "created_at",
    "updated_at",
    "previous_secret_valid_until",
    "disabled_at",
    "disabled_reason",
    "failing_since",
    "paused_until",
};

void free_secret_text(char *secret) {
    if (secret) {
        sodium_memzero(secret, strlen(secret));
        free(secret);
    }
}

void webhook_body_clear(struct webhook_body *body) {
    free(body->url);
    free(body->description);
    free_secret_text(body->secret);
    *body = (struct webhook_body){.url = NULL};
}

void take_secret_that_is_no_text(json_t *body, struct mistakes *mistakes) {
    const json_t *secret = json_object_get(body, "secret");
    if (secret && !json_is_string(secret) && !json_is_null(secret)) {
        mistakes_add(mistakes, "/secret", "must be a text");
        json_object_del(body, "secret");
    }
}

/* ---- all of it ---- */

static void check_secret(const struct webhook_body *body, struct mistakes *mistakes) {
    const char *objection = body->secret ? signing_secret_objection(body->secret) : NULL;
    if (body->secret && !body->is_new) {
        objection = "is changed by POST /v1/webhooks/{id}/rotate-secret";
    }
    if (objection) {
        mistakes_add(mistakes, "/secret", "%s", objection);
    }
}

static void check_texts(struct webhook_body *body, struct mistakes *mistakes) {
    const char *objection = body->url ? webhook_url_read(body->url, &body->parts) : NULL;
    if (objection) {
        mistakes_add(mistakes, "/url", "%s", objection);
    }
    if (body->events) {
        body->event_mask = read_event_names(body->events, "/events", mistakes);
    }
    if (body->headers) {
        check_webhook_headers(body->headers, mistakes);
    }
    check_secret(body, mistakes);
}

/* Last, since it may take long; one that is switched off may be out of reach. */
static enum outcome check_host(struct app *app, const struct webhook_body *body,
                               struct mistakes *mistakes) {
    struct ip_networks listed;
    char objection[WEBHOOK_OBJECTION_BYTES];
    if (!ip_networks_parse(app->config->webhooks.allow_private, &listed)) {
        return OUTCOME_FAILED;
    }
    switch (webhook_host_check(&body->parts, &listed, objection)) {
    case WEBHOOK_HOST_GOOD:
        return OUTCOME_OK;
    case WEBHOOK_HOST_REFUSED:
        mistakes_add(mistakes, "/url", "%s", objection);
        return OUTCOME_OK;
    case WEBHOOK_HOST_UNKNOWN:
        break;
    }
    return OUTCOME_UNAVAILABLE;
}

enum outcome webhook_body_read(struct app *app, const struct request *request,
                               struct webhook_body *body, struct mistakes *mistakes) {
    CLEANUP(json_decrefp) json_t *json = json_copy((json_t *)request->json);
    for (size_t i = 0; i < COUNT(read_only) && !body->is_new; i++) {
        json_object_del(json, read_only[i]);
    }
    take_secret_that_is_no_text(json, mistakes);
    body->active = true;
    read_fields(json, &table, "", body, mistakes);
    check_texts(body, mistakes);
    return mistakes_none(mistakes) && (body->is_new || body->active)
               ? check_host(app, body, mistakes)
               : OUTCOME_OK;
}

/* ---- into a webhook ---- */

static bool replace_text(char **text, const char *with) {
    char *copy = with ? strdup(with) : NULL;
    free(*text);
    *text = copy;
    return copy || !with;
}

/* The value that is to be kept, or NULL. */
static json_t *kept_value(const struct webhook *webhook, const char *name,
                          struct mistakes *mistakes) {
    json_t *kept = json_object_get(webhook->headers, name);
    if (!kept) {
        CLEANUP(text_clear) struct text pointer = {0};
        text_append(&pointer, "/headers");
        pointer_enter(&pointer, name);
        pointer_mistake(mistakes, &pointer,
                        WEBHOOK_HEADER_KEPT " keeps the value there is, and there is none");
    }
    return kept;
}

static bool replace_headers(const json_t *with, struct webhook *webhook,
                            struct mistakes *mistakes) {
    json_t *headers = json_object();
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)with, name, value) {
        bool kept = strcmp(json_string_value(value), WEBHOOK_HEADER_KEPT) == 0;
        json_t *found = kept ? kept_value(webhook, name, mistakes) : value;
        json_object_set(headers, name, found);
    }
    json_decref(webhook->headers);
    webhook->headers = headers;
    return headers != NULL;
}

bool webhook_body_apply(const struct webhook_body *body, struct webhook *webhook,
                        struct mistakes *mistakes) {
    webhook->event_mask = body->event_mask;
    webhook->active = body->active;
    bool whole = replace_text(&webhook->url, body->url);
    whole &= replace_text(&webhook->description, body->description);
    whole &= replace_headers(body->headers, webhook, mistakes);
    return whole && mistakes_none(mistakes);
}

bool webhook_body_give_secret(const struct webhook_body *body, struct webhook *webhook) {
    char made[SIGNING_SECRET_SIZE];
    signing_secret_make(made);
    free_secret_text(webhook->secret);
    webhook->secret = strdup(body->secret ? body->secret : made);
    sodium_memzero(made, sizeof made);
    return webhook->secret != NULL;
}
