/* What PUT /v1/sources/{source} asks for: a definition, and what becomes of the secret. */
#ifndef API_SOURCE_PUT_H
#define API_SOURCE_PUT_H

#include <stdbool.h>

#include "api/mistakes.h"
#include "api/source_definition.h"
#include "app.h"
#include "http/request.h"
#include "store/source.h"

#define PREVIOUS_VALID_S_DEFAULT 86400
#define PREVIOUS_VALID_S_MAX     (30L * 86400)

struct source_put {
    struct source_definition definition;
    char *secret;         /* owned; NULL: keep the one there is, or make one */
    bool rotate_secret;   /* make another one */
    int previous_valid_s; /* a secret that is replaced counts so long */
};

/* Reads the request's body, {"preset", "secret", "rotate_secret", "previous_valid_s"} and the
 * members of a definition. The caller clears *put either way. May block. */
enum outcome source_put_read(struct app *app, const struct request *request, struct source_put *put,
                             struct mistakes *mistakes);

/* Gives source, as it is there or new, the definition and its secrets; *made: its secret was made
 * here, and is to be shown this once. False when out of memory. */
bool source_put_apply(const struct source_put *put, struct source *source, bool *made);

void source_put_clear(struct source_put *put);

#endif
