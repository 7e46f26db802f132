#include "api/list_cursor.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/time.h"
#include "store/signing_key.h"

enum outcome list_cursor_write(struct app *app, const char *filter, const struct cursor *last,
                               char text[CURSOR_TEXT_SIZE]) {
    struct signing_key key;
    struct cursor cursor = *last;
    if (!signing_keys_current(app->signing_keys, &key)) {
        return OUTCOME_UNAVAILABLE;
    }
    cursor_filter_hash(filter, cursor.filter_hash);
    cursor_format(&cursor, &key, text);
    return OUTCOME_OK;
}

enum outcome list_cursor_read(struct app *app, int64_t account_id, const char *filter,
                              const char *text, struct cursor *cursor) {
    struct signing_key key;
    struct cursor read;
    unsigned char filter_hash[CURSOR_FILTER_BYTES];
    if (!signing_keys_current(app->signing_keys, &key)) {
        return OUTCOME_UNAVAILABLE;
    }
    int key_id = cursor_key_id(text);
    if (key_id < 0 || !signing_keys_find(app->signing_keys, key_id, &key) ||
        !cursor_parse(text, &key, &read)) {
        return OUTCOME_NOT_FOUND;
    }
    cursor_filter_hash(filter, filter_hash);
    if (read.account_id != account_id ||
        memcmp(read.filter_hash, filter_hash, CURSOR_FILTER_BYTES) != 0) {
        return OUTCOME_NOT_FOUND;
    }
    *cursor = read;
    return OUTCOME_OK;
}

enum outcome list_cursor_start(struct app *app, const struct request *request,
                               const struct text *filter, const char *given,
                               struct cursor *cursor) {
    *cursor = (struct cursor){.time_us = TIME_NONE};
    if (filter->failed) {
        return OUTCOME_FAILED;
    }
    return given
               ? list_cursor_read(app, request->principal.account_id, filter->bytes, given, cursor)
               : OUTCOME_OK;
}

struct response respond_bad_cursor(enum outcome outcome) {
    if (outcome != OUTCOME_NOT_FOUND) {
        return respond_outcome(outcome, "signing key");
    }
    return respond_problem(400, "invalid_cursor",
                           "the cursor was not made for this list with these filters; start again "
                           "without it, or repeat the filters of the request that gave it");
}

void list_set_next_link(struct response *response, const struct app *app,
                        const struct request *request, const char *cursor) {
    CLEANUP(text_clear) struct text link = {0};
    text_append_format(&link, "<%s%s?", app->public_url, request->path);
    for (size_t i = 0; i < request->query_count; i++) {
        if (strcmp(request->query[i].name, "cursor") == 0) {
            continue;
        }
        text_append_percent_encoded(&link, request->query[i].name);
        text_append_char(&link, '=');
        text_append_percent_encoded(&link, request->query[i].value);
        text_append_char(&link, '&');
    }
    text_append_format(&link, "cursor=%s>; rel=\"next\"", cursor);
    if (!link.failed) {
        response_set_header(response, "Link", link.bytes);
    }
}

struct response respond_list(const struct app *app, const struct request *request, json_t *data,
                             const char *next) {
    struct response response = respond(
        200, json_pack("{s:o, s:b, s:s?}", "data", data, "has_more", next != NULL, "next", next));
    if (next) {
        list_set_next_link(&response, app, request, next);
    }
    return response;
}

struct response respond_list_until(struct app *app, const struct request *request, json_t *data,
                                   const char *filter, const struct cursor *last) {
    char next[CURSOR_TEXT_SIZE];
    enum outcome outcome = last ? list_cursor_write(app, filter, last, next) : OUTCOME_OK;
    if (outcome != OUTCOME_OK) {
        json_decref(data);
        return respond_outcome(outcome, "signing key");
    }
    return respond_list(app, request, data, last ? next : NULL);
}
