#include "api/mistakes.h"

#include <stdarg.h>
#include <stdio.h>

#define DETAIL_BYTES_MAX 400

void mistakes_clear(struct mistakes *mistakes) {
    json_decref(mistakes->list);
    *mistakes = (struct mistakes){.in_query = mistakes->in_query};
}

bool mistakes_none(const struct mistakes *mistakes) {
    return mistakes->count == 0 && !mistakes->out_of_memory;
}

static bool append(struct mistakes *mistakes, const char *where, const char *detail) {
    if (!mistakes->list && !(mistakes->list = json_array())) {
        return false;
    }
    const char *key = mistakes->in_query ? "parameter" : "pointer";
    return json_array_append_new(mistakes->list,
                                 json_pack("{s:s, s:s}", key, where, "detail", detail)) == 0;
}

void mistakes_add(struct mistakes *mistakes, const char *where, const char *detail, ...) {
    if (mistakes->count++ >= MISTAKES_MAX) {
        return;
    }
    char text[DETAIL_BYTES_MAX];
    va_list args;
    va_start(args, detail);
    vsnprintf(text, sizeof text, detail, args);
    va_end(args);
    if (!append(mistakes, where, text)) {
        mistakes->out_of_memory = true;
    }
}

struct response respond_mistakes(struct mistakes *mistakes) {
    struct response response;
    if (mistakes->out_of_memory) {
        response = respond_problem(500, "internal", "The service ran out of memory.");
    } else if (mistakes->in_query) {
        response =
            respond_problem(422, "invalid_query",
                            "%zu query parameter(s) cannot be used; see errors.", mistakes->count);
        response.problem.errors = mistakes->list;
        mistakes->list = NULL;
    } else {
        response = respond_invalid(mistakes->list);
        mistakes->list = NULL;
    }
    mistakes_clear(mistakes);
    return response;
}
