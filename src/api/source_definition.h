/* How a source's webhooks are verified and read, as JSON: what PUT /v1/sources/{source} takes, what
 * the sources table keeps. */
#ifndef API_SOURCE_DEFINITION_H
#define API_SOURCE_DEFINITION_H

#include <jansson.h>
#include <stdbool.h>

#include "api/mistakes.h"
#include "domain/survey.h"
#include "domain/webhook_verifier.h"

#define PROVIDER_BYTES_MAX 32

struct source_definition {
    char provider[PROVIDER_BYTES_MAX + 1]; /* a preset's name, or a word of the user's own */
    struct webhook_verifier verifier;
    char survey[SURVEY_NAME_BYTES_MAX + 1]; /* "": contacts are recorded, nobody is asked */
    bool send;
    const json_t *verify; /* lent by json, as those below */
    const json_t *delivery_id;
    const json_t *solved; /* see hook_conditions.h */
    const json_t *reopened;
    const json_t *fields; /* see hook_fields.h */
    json_t *json;         /* owned; all of it, with its defaults */
};

/* Reads json, whose values are shared and must not change any more; every mistake is added with its
 * pointer, and the answer is then false. The caller clears *definition either way. */
bool source_definition_read(const json_t *json, struct source_definition *definition,
                            struct mistakes *mistakes);

void source_definition_clear(struct source_definition *definition);

/* What names this delivery, in a header or in the body: a new text, or NULL when nothing does. */
json_t *source_delivery_id(const struct source_definition *definition,
                           const struct webhook_message *message, const json_t *body);

#endif
