#include "http/problem.h"

#include <stdlib.h>
#include <string.h>

/* Said when there is no memory to say more. */
static const char plain_problem[] =
    "{\"type\":\"about:blank\",\"title\":\"Internal\",\"status\":500,\"code\":\"internal\"}";

/* "edit_window_closed" as "Edit window closed". */
static void append_title(struct text *text, const char *code) {
    text_append_char(text, '"');
    text_append_char(text, (char)(*code - 'a' + 'A'));
    for (const char *word = code + 1; *word;) {
        size_t length = strcspn(word, "_");
        text_append_bytes(text, word, length);
        word += length;
        if (*word == '_') {
            text_append_char(text, ' ');
            word++;
        }
    }
    text_append_char(text, '"');
}

static void append_errors(struct text *text, const json_t *errors) {
    char *rendered = json_dumps(errors, JSON_COMPACT);
    if (!rendered) {
        text->failed = true;
        return;
    }
    text_append(text, ",\"errors\":");
    text_append(text, rendered);
    free(rendered);
}

static void append_problem(struct text *text, const struct response *response, const char *docs_url,
                           const char *request_id) {
    const struct problem *problem = &response->problem;
    text_append_format(text, "{\"type\":\"%s%s\",\"title\":", docs_url, problem->code);
    append_title(text, problem->code);
    text_append_format(text, ",\"status\":%u,\"detail\":", response->status);
    text_append_json(text, problem->detail ? problem->detail : "out of memory");
    text_append_format(text, ",\"code\":\"%s\",\"request_id\":\"%s\"", problem->code, request_id);
    if (problem->errors) {
        append_errors(text, problem->errors);
    }
    if (problem->violated_policy) {
        text_append_format(text, ",\"violated-policies\":[\"%s\"]", problem->violated_policy);
    }
    text_append_char(text, '}');
}

void problem_render(struct response *response, const char *docs_url, const char *request_id) {
    if (!response->problem.code) {
        return;
    }
    struct text text = {0};
    append_problem(&text, response, docs_url, request_id);
    response->content_type = TYPE_PROBLEM;
    response->body_length = text.length;
    response->body = text_take(&text);
    response->problem.code = NULL;
    if (!response->body) {
        text_clear(&text);
        response->body = (char *)plain_problem;
        response->body_length = sizeof plain_problem - 1;
        response->body_is_static = true;
    }
}
