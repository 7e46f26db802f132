#include "api/webhook_headers.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "api/field_value.h"
#include "api/json_pointer.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "clients/webhook_call.h"

#define NAME_BYTES_MAX 64

/* RFC 9110 5.6.2 */
static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* What is the message's, the connection's or ours. Those that end in - are beginnings. */
static const char *const taken[] = {
    "accept-encoding",   "connection", "content-", "cookie",  "expect",      "host",
    "keep-alive",        "proxy-",     "te",       "trailer", "traceparent", "tracestate",
    "transfer-encoding", "upgrade",    "webhook-",
};

static bool is_taken(const char *name) {
    for (size_t i = 0; i < COUNT(taken); i++) {
        size_t length = strlen(taken[i]);
        bool beginning = taken[i][length - 1] == '-';
        if (beginning ? strncasecmp(name, taken[i], length) == 0
                      : strcasecmp(name, taken[i]) == 0) {
            return true;
        }
    }
    return false;
}

static const char *name_objection(const char *name) {
    size_t length = strlen(name);
    if (length == 0 || length > NAME_BYTES_MAX || strspn(name, token) != length) {
        return "a header's name has 1 to 64 letters, digits and -";
    }
    return is_taken(name)
               ? "is set by us; Host, Cookie, Content-*, webhook-* and what concerns the "
                 "connection cannot be added"
               : NULL;
}

/* Visible ASCII and blanks between: no line break, no second header. */
static const char *value_objection(const json_t *value) {
    const char *text = json_string_value(value);
    if (!text || json_string_length(value) > WEBHOOK_HEADER_VALUE_BYTES_MAX) {
        return "must be a text of at most 1000 bytes";
    }
    for (const char *at = text; *at; at++) {
        if (*at < ' ' || *at > '~') {
            return "must be printable ASCII";
        }
    }
    bool blank = text[0] == ' ' || text[strlen(text) - (*text != '\0')] == ' ';
    return blank ? "must not begin or end with a blank: no header would bring it" : NULL;
}

static bool given_before(const json_t *headers, const char *name) {
    const char *other;
    json_t *value;
    json_object_foreach((json_t *)headers, other, value) {
        if (strcasecmp(other, name) == 0) {
            return strcmp(other, name) != 0;
        }
    }
    return false;
}

static void check_header(const json_t *headers, const char *name, const json_t *value,
                         struct mistakes *mistakes) {
    CLEANUP(text_clear) struct text pointer = {0};
    text_append(&pointer, "/headers");
    pointer_enter(&pointer, name);
    const char *objection = name_objection(name);
    objection = objection ? objection : value_objection(value);
    if (objection) {
        pointer_mistake(mistakes, &pointer, "%s", objection);
    } else if (given_before(headers, name)) {
        pointer_mistake(mistakes, &pointer, "given more than once");
    }
}

void check_webhook_headers(const json_t *headers, struct mistakes *mistakes) {
    const char *name;
    json_t *value;
    if (!json_is_object(headers)) {
        mistakes_add(mistakes, "/headers", "must be an object of texts by name");
        return;
    }
    if (json_object_size(headers) > WEBHOOK_HEADERS_OWN) {
        mistakes_add(mistakes, "/headers", "must have at most %d members", WEBHOOK_HEADERS_OWN);
        return;
    }
    json_object_foreach((json_t *)headers, name, value) {
        check_header(headers, name, value, mistakes);
    }
}
