#include "http/guard.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"

static const struct refusal bad_version = {505, "http_version_not_supported",
                                           "this service speaks HTTP/1.1"};
static const struct refusal bad_method = {400, "invalid_request", "the method is not a token"};
static const struct refusal no_target = {400, "invalid_request", "the request has no target"};
static const struct refusal long_target = {414, "uri_too_long",
                                           "the request target exceeds 4096 bytes"};
static const struct refusal bad_target = {
    400, "invalid_request",
    "the request target must be a path, percent-encoded, without NUL and fragment"};
static const struct refusal many_headers = {431, "headers_too_large",
                                            "the request has more than 64 headers"};
static const struct refusal bad_header = {
    400, "invalid_request", "a header has a malformed name or control bytes in its value"};
static const struct refusal repeated_header = {
    400, "invalid_request", "a header that may occur once only was sent more than once"};
static const struct refusal bad_host = {400, "invalid_request",
                                        "the Host header is missing or malformed"};
static const struct refusal bad_length = {400, "invalid_request",
                                          "Content-Length must be a decimal number"};
static const struct refusal both_lengths = {
    400, "invalid_request", "Content-Length and Transfer-Encoding exclude each other"};
static const struct refusal bad_coding = {501, "not_implemented",
                                          "the only Transfer-Encoding is chunked"};
static const struct refusal old_coding = {400, "invalid_request",
                                          "HTTP/1.0 has no Transfer-Encoding"};
static const struct refusal bad_expectation = {417, "expectation_failed",
                                               "the only expectation is 100-continue"};

static bool token_character(unsigned char character) {
    return isalnum(character) || (character && strchr("!#$%&'*+-.^_`|~", character));
}

static bool is_token(const char *text) {
    size_t length = 0;
    while (token_character((unsigned char)text[length])) {
        length++;
    }
    return length > 0 && text[length] == '\0';
}

static bool is_value(const char *text) {
    for (; *text; text++) {
        unsigned char character = (unsigned char)*text;
        if ((character < 0x20 && character != '\t') || character == 0x7f) {
            return false;
        }
    }
    return true;
}

/* The only value of a header; *count says how often it was sent. */
static const char *find(const struct head *head, const char *name, size_t *count) {
    const char *value = NULL;
    *count = 0;
    for (size_t i = 0; i < head->header_count; i++) {
        if (strcasecmp(head->headers[i].name, name) == 0) {
            value = head->headers[i].value;
            ++*count;
        }
    }
    return value;
}

static const struct refusal *version_objection(const struct head *head) {
    const char *version = head->version;
    bool known = strncmp(version, "HTTP/1.", 7) == 0 && isdigit((unsigned char)version[7]) &&
                 version[8] == '\0';
    if (!known) {
        return &bad_version;
    }
    return is_token(head->method) ? NULL : &bad_method;
}

static bool percent_is_sound(const char *at) {
    return isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2]) &&
           !(at[1] == '0' && at[2] == '0');
}

/* Browsers leave more characters bare in a query than in a path. */
static bool target_bytes_are_sound(const char *target) {
    const char *refused = "#<>\"\\^`{|}";
    for (const char *at = target; *at; at++) {
        unsigned char character = (unsigned char)*at;
        if (character <= 0x20 || character >= 0x7f || strchr(refused, *at)) {
            return false;
        }
        if (*at == '?') {
            refused = "#<>\"";
        }
        if (*at == '%' && !percent_is_sound(at)) {
            return false;
        }
    }
    return true;
}

const char *target_origin_form(const char *target) {
    size_t scheme = strncasecmp(target, "http://", 7) == 0    ? 7
                    : strncasecmp(target, "https://", 8) == 0 ? 8
                                                              : 0;
    if (scheme == 0) {
        return target;
    }
    const char *path = target + scheme + strcspn(target + scheme, "/?");
    return *path == '/' ? path : "/";
}

static const struct refusal *target_objection(const struct head *head) {
    if (!head->target || !*head->target) {
        return &no_target;
    }
    if (strlen(head->target) > TARGET_BYTES_MAX) {
        return &long_target;
    }
    bool asterisk = strcmp(head->target, "*") == 0 && strcmp(head->method, "OPTIONS") == 0;
    bool path = *target_origin_form(head->target) == '/';
    return (asterisk || path) && target_bytes_are_sound(head->target) ? NULL : &bad_target;
}

static const struct refusal *headers_objection(const struct head *head) {
    static const char *const single[] = {
        "Host",          "Content-Length", "Transfer-Encoding", "Content-Type", "Content-Encoding",
        "Authorization", "Expect",         "Idempotency-Key",
    };
    if (head->header_count > HEADERS_MAX) {
        return &many_headers;
    }
    for (size_t i = 0; i < head->header_count; i++) {
        if (!is_token(head->headers[i].name) || !is_value(head->headers[i].value)) {
            return &bad_header;
        }
    }
    for (size_t i = 0; i < COUNT(single); i++) {
        size_t count;
        find(head, single[i], &count);
        if (count > 1) {
            return &repeated_header;
        }
    }
    return NULL;
}

static bool host_is_sound(const char *host) {
    size_t name = 0;
    if (host[0] == '[') {
        name = 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
        if (host[name++] != ']') {
            return false;
        }
    } else {
        while (isalnum((unsigned char)host[name]) ||
               (host[name] && strchr("-._~!$&'()*+,;=%", host[name]))) {
            name++;
        }
    }
    if (name == 0 || host[name] == '\0') {
        return name > 0;
    }
    size_t digits = strspn(host + name + 1, "0123456789");
    return host[name] == ':' && digits <= 5 && host[name + 1 + digits] == '\0';
}

static const struct refusal *host_objection(const struct head *head) {
    size_t count;
    const char *host = find(head, "Host", &count);
    if (!host) {
        return strcmp(head->version, "HTTP/1.0") == 0 ? NULL : &bad_host;
    }
    return host_is_sound(host) ? NULL : &bad_host;
}

static const struct refusal *framing_objection(const struct head *head) {
    size_t count;
    const char *length = find(head, "Content-Length", &count);
    const char *coding = find(head, "Transfer-Encoding", &count);
    if (length && coding) {
        return &both_lengths;
    }
    if (length && (!*length || strspn(length, "0123456789") != strlen(length))) {
        return &bad_length;
    }
    if (coding && strcmp(head->version, "HTTP/1.0") == 0) {
        return &old_coding;
    }
    return coding && strcasecmp(coding, "chunked") != 0 ? &bad_coding : NULL;
}

static const struct refusal *expectation_objection(const struct head *head) {
    size_t count;
    const char *expectation = find(head, "Expect", &count);
    return expectation && strcasecmp(expectation, "100-continue") != 0 ? &bad_expectation : NULL;
}

const struct refusal *guard_objection(const struct head *head) {
    static const struct refusal *(*const checks[])(const struct head *) = {
        version_objection, target_objection,  headers_objection,
        host_objection,    framing_objection, expectation_objection,
    };
    for (size_t i = 0; i < COUNT(checks); i++) {
        const struct refusal *refusal = checks[i](head);
        if (refusal) {
            return refusal;
        }
    }
    return NULL;
}
