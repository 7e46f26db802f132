#include "api/etag.h"

#include <sodium.h>
#include <string.h>

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

bool etag_matches(const char *if_none_match, const char *etag) {
    const char *at = if_none_match ? if_none_match : "";
    if (strcmp(at + strspn(at, " \t"), "*") == 0) {
        return true;
    }
    while (*at) {
        at += strspn(at, " \t,");
        at += strncmp(at, "W/", 2) == 0 ? 2 : 0;
        size_t length = tag_length(at);
        if (length == strlen(etag) && memcmp(at, etag, length) == 0) {
            return true;
        }
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return false;
}
