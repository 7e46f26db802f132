#include "api/array_result.h"

#include <jansson.h>
#include <stdlib.h>

static void append_errors(struct text *text, const json_t *errors) {
    char *dumped = errors ? json_dumps(errors, JSON_COMPACT) : NULL;
    if (dumped) {
        text_append(text, ",\"errors\":");
        text_append(text, dumped);
    }
    free(dumped);
}

void append_array_result(struct text *text, const char *name, struct response response) {
    text_append(text, "{\"status\":");
    text_append_int(text, response.status);
    if (response.problem.code) {
        text_append(text, ",\"problem\":{\"code\":");
        text_append_json(text, response.problem.code);
        text_append(text, ",\"detail\":");
        text_append_json(text, response.problem.detail);
        append_errors(text, response.problem.errors);
    } else {
        text_append_format(text, ",\"%s\":", name);
        text_append_bytes(text, response.body, response.body_length);
    }
    text_append(text, response.problem.code ? "}}" : "}");
    response_clear(&response);
}
