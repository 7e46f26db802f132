#include "api/etag.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

void etag_of(const void *bytes, size_t length, char etag[ETAG_SIZE]) {
    unsigned char hash[(ETAG_SIZE - 3) / 2];
    crypto_generichash(hash, sizeof hash, bytes, length, NULL, 0);
    etag[0] = '"';
    sodium_bin2hex(etag + 1, ETAG_SIZE - 2, hash, sizeof hash);
    memcpy(etag + ETAG_SIZE - 2, "\"", 2);
}

/* The length of the entity-tag at text, without W/, or 0 when there is none. */
static size_t tag_length(const char *text) {
    const char *end = *text == '"' ? strchr(text + 1, '"') : NULL;
    return end ? (size_t)(end - text) + 1 : 0;
}

/* True when list names etag or is *; weakly: W/ or not makes no difference. */
static bool list_names(const char *list, const char *etag, bool weakly) {
    const char *at = list + strspn(list, " \t");
    if (*at == '*' && at[1 + strspn(at + 1, " \t")] == '\0') {
        return true;
    }
    while (*at) {
        at += strspn(at, " \t,");
        bool weak = strncmp(at, "W/", 2) == 0;
        at += weak ? 2 : 0;
        size_t length = tag_length(at);
        if (length == strlen(etag) && memcmp(at, etag, length) == 0 && (weakly || !weak)) {
            return true;
        }
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return false;
}

bool etag_matches(const char *if_none_match, const char *etag) {
    return if_none_match && list_names(if_none_match, etag, true);
}

/* A list may come in several lines (RFC 9110 5.3). *given: there is one at all. */
static bool lines_name(const struct request *request, const char *name, const char *etag,
                       bool weakly, bool *given) {
    bool named = false;
    *given = false;
    for (size_t i = 0; i < request->header_count; i++) {
        const struct request_header *header = &request->headers[i];
        if (strcasecmp(header->name, name) == 0) {
            *given = true;
            named |= etag && list_names(header->value, etag, weakly);
        }
    }
    return named;
}

bool preconditions_hold(const struct request *request, const char *etag) {
    bool given;
    bool matched = lines_name(request, "If-Match", etag, false, &given);
    if (given && !matched) {
        return false;
    }
    return !lines_name(request, "If-None-Match", etag, true, &given);
}

bool has_preconditions(const struct request *request) {
    return request_header(request, "If-Match") || request_header(request, "If-None-Match");
}
