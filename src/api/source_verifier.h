/* A source's verifier as JSON: "verify" in its definition. */
#ifndef API_SOURCE_VERIFIER_H
#define API_SOURCE_VERIFIER_H

#include <jansson.h>

#include "api/mistakes.h"
#include "domain/webhook_verifier.h"

/* Reads {"scheme": "hmac" | "header" | "basic" | "path" | "none"} and what belongs to the scheme;
 * adds every mistake, below /verify. */
void source_verifier_read(const json_t *verify, struct webhook_verifier *verifier,
                          struct mistakes *mistakes);

/* The same with its defaults; NULL when out of memory. The caller owns it. */
json_t *source_verifier_to_json(const struct webhook_verifier *verifier);

/* In words: "hmac: sha256, base64, over {timestamp}{body}". The caller owns it. */
json_t *source_verifier_words(const struct webhook_verifier *verifier);

/* Why text is no header's name, or NULL. */
const char *header_name_objection(const char *text);

#endif
