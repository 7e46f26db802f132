#include "api/source_put.h"

#include <sodium.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "api/fields.h"
#include "api/source_preset.h"
#include "api/source_view.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/survey_cache.h"

static const struct field fields[] = {
    {.name = "secret",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct source_put, secret),
     .min = WEBHOOK_SECRET_BYTES_MIN,
     .max = WEBHOOK_SECRET_BYTES_MAX},
    {.name = "rotate_secret",
     .kind = FIELD_BOOL,
     .offset = offsetof(struct source_put, rotate_secret)},
    {.name = "previous_valid_s",
     .kind = FIELD_INT,
     .offset = offsetof(struct source_put, previous_valid_s),
     .min = 0,
     .max = PREVIOUS_VALID_S_MAX},
};
static const struct field_table table = FIELD_TABLE(fields);

void source_put_clear(struct source_put *put) {
    source_definition_clear(&put->definition);
    if (put->secret) {
        sodium_memzero(put->secret, strlen(put->secret));
        free(put->secret);
    }
    sodium_memzero(put, sizeof *put);
}

/* Moves the members of table out of body. */
static json_t *take_own(json_t *body) {
    json_t *own = json_object();
    for (size_t i = 0; i < COUNT(fields); i++) {
        json_t *value = json_object_get(body, fields[i].name);
        if (value) {
            json_object_set(own, fields[i].name, value);
            json_object_del(body, fields[i].name);
        }
    }
    for (size_t i = 0; i < source_read_only_count; i++) {
        json_object_del(body, source_read_only[i]);
    }
    return own;
}

/* The table's words would quote it. */
static void take_secret_that_is_no_text(json_t *own, struct mistakes *mistakes) {
    const json_t *secret = json_object_get(own, "secret");
    if (secret && !json_is_string(secret) && !json_is_null(secret)) {
        mistakes_add(mistakes, "/secret", "must be a text of 8 to 200 bytes");
        json_object_del(own, "secret");
    }
}

static void check_secret(const struct source_put *put, struct mistakes *mistakes) {
    const struct webhook_verifier *verifier = &put->definition.verifier;
    if (!put->secret) {
        return;
    }
    const char *objection = verifier->scheme == WEBHOOK_NONE
                                ? "means nothing with the scheme none"
                                : webhook_secret_objection(verifier, put->secret);
    if (objection) {
        mistakes_add(mistakes, "/secret", "%s", objection);
    }
    if (put->rotate_secret) {
        mistakes_add(mistakes, "/rotate_secret", "makes a secret, and you give one; leave one out");
    }
}

static enum outcome check_survey(struct app *app, int64_t account_id, const char *name,
                                 struct mistakes *mistakes) {
    const struct survey *survey = NULL;
    if (!*name) {
        return OUTCOME_OK;
    }
    enum outcome outcome = survey_cache_get(app->survey_cache, account_id, name, true, &survey);
    if (outcome == OUTCOME_NOT_FOUND) {
        mistakes_add(mistakes, "/survey",
                     "names a survey that does not exist; see GET /v1/surveys");
        return OUTCOME_OK;
    }
    if (outcome == OUTCOME_OK) {
        survey_cache_release(&survey);
    }
    return outcome;
}

enum outcome source_put_read(struct app *app, const struct request *request, struct source_put *put,
                             struct mistakes *mistakes) {
    CLEANUP(json_decrefp) json_t *body = json_copy((json_t *)request->json);
    CLEANUP(json_decrefp) json_t *own = take_own(body);
    put->previous_valid_s = PREVIOUS_VALID_S_DEFAULT;
    take_secret_that_is_no_text(own, mistakes);
    read_fields(own, &table, "", put, mistakes);
    CLEANUP(json_decrefp) json_t *definition = source_with_preset(body, mistakes);
    if (!definition) {
        return mistakes_none(mistakes) ? OUTCOME_FAILED : OUTCOME_OK;
    }
    source_definition_read(definition, &put->definition, mistakes);
    check_secret(put, mistakes);
    return check_survey(app, request->principal.account_id, put->definition.survey, mistakes);
}

/* ---- the secret ---- */

static void replace_secret(const struct source_put *put, struct source *source, char *secret) {
    if (source->secret) {
        free(source->previous_secret);
        source->previous_secret = source->secret;
        source->previous_valid_until_us = time_now_us() + put->previous_valid_s * US_PER_SECOND;
    }
    source->secret = secret;
}

static void drop_secrets(struct source *source) {
    free(source->secret);
    free(source->previous_secret);
    source->secret = NULL;
    source->previous_secret = NULL;
}

static bool keeps_secret(const struct source_put *put, const struct source *source) {
    if (!source->secret || put->rotate_secret) {
        return false;
    }
    return put->secret ? strcmp(put->secret, source->secret) == 0
                       : !webhook_secret_objection(&put->definition.verifier, source->secret);
}

static bool apply_secret(const struct source_put *put, struct source *source, bool *made) {
    char fresh[WEBHOOK_SECRET_SIZE];
    if (put->definition.verifier.scheme == WEBHOOK_NONE) {
        drop_secrets(source);
        return true;
    }
    if (keeps_secret(put, source)) {
        return true;
    }
    *made = !put->secret;
    webhook_make_secret(&put->definition.verifier, fresh);
    char *secret = strdup(put->secret ? put->secret : fresh);
    sodium_memzero(fresh, sizeof fresh);
    if (secret) {
        replace_secret(put, source, secret);
    }
    return secret != NULL;
}

bool source_put_apply(const struct source_put *put, struct source *source, bool *made) {
    *made = false;
    json_decref(source->definition);
    source->definition = json_incref(put->definition.json);
    return apply_secret(put, source, made);
}
