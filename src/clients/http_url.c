/* What a URL says of whom it calls. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "clients/http_parts.h"

/* FNV-1a: www.isthe.com/chongo/tech/comp/fnv */
#define HASH_BASE  UINT64_C(14695981039346656037)
#define HASH_PRIME UINT64_C(1099511628211)

static void free_text(char **text) {
    curl_free(*text);
}

static void free_url(CURLU **url) {
    curl_url_cleanup(*url);
}

static bool get_part(CURLU *url, CURLUPart part, char **text) {
    return curl_url_get(url, part, text, 0) == CURLUE_OK;
}

bool http_read_url(const char *text, char host[HTTP_HOST_SIZE], bool *encrypted) {
    CLEANUP(free_url) CURLU *url = curl_url();
    CLEANUP(free_text) char *scheme = NULL;
    CLEANUP(free_text) char *name = NULL;
    CLEANUP(free_text) char *port = NULL;
    if (!url || curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK ||
        !get_part(url, CURLUPART_SCHEME, &scheme) || !get_part(url, CURLUPART_HOST, &name)) {
        return false;
    }
    bool named = get_part(url, CURLUPART_PORT, &port);
    snprintf(host, HTTP_HOST_SIZE, "%s%s%s", name, named ? ":" : "", named ? port : "");
    *encrypted = strcmp(scheme, "https") == 0;
    return true;
}

static unsigned char lower(char letter) {
    return (unsigned char)(letter >= 'A' && letter <= 'Z' ? letter + 'a' - 'A' : letter);
}

uint64_t http_host_hash(const char *url) {
    bool encrypted;
    char host[HTTP_HOST_SIZE] = "";
    uint64_t hash = HASH_BASE;
    http_read_url(url, host, &encrypted);
    for (const char *at = host; *at; at++) {
        hash = (hash ^ lower(*at)) * HASH_PRIME;
    }
    return hash;
}
