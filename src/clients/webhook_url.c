#include "clients/webhook_url.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "clients/resolver.h"
#include "domain/public_address.h"

#define HTTPS "https://"
#define HTTP  "http://"

/* RFC 3986: unreserved, reserved and %; what is missing has no place in a URL, or is read in
 * several ways. */
static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                              "-._~:/?#[]@!$&'()*+,;=%";

static void release_url(CURLU **url) {
    curl_url_cleanup(*url);
}

static void release_part(char **part) {
    curl_free(*part);
}

static bool begins_with(const char *text, const char *start) {
    return strncasecmp(text, start, strlen(start)) == 0;
}

/* What stands behind the scheme, or NULL when it is none of ours. */
static const char *authority_of(const char *url) {
    if (begins_with(url, HTTPS)) {
        return url + strlen(HTTPS);
    }
    return begins_with(url, HTTP) ? url + strlen(HTTP) : NULL;
}

static bool has_before(const char *text, size_t length, char character) {
    return memchr(text, character, length) != NULL;
}

static const char *form_objection(const char *url) {
    const char *authority = authority_of(url);
    if (!authority) {
        return "must begin with https://";
    }
    if (strlen(url) > WEBHOOK_URL_BYTES_MAX) {
        return "must have at most 2000 bytes";
    }
    if (url[strspn(url, allowed)] != '\0') {
        return "must be written in the characters of URLs: names as xn--.., all else as %XX";
    }
    size_t length = strcspn(authority, "/?#");
    if (has_before(authority, length, '@')) {
        return "must not hold a user or a password; put them into a header";
    }
    if (strchr(url, '#')) {
        return "must not have a fragment: no server is told";
    }
    return length == 0 || has_before(authority, length, '%') ? "must name a host" : NULL;
}

static const char *parse_objection(CURLUcode code) {
    return code == CURLUE_BAD_PORT_NUMBER ? "must have a port from 1 to 65535, or none"
                                          : "is malformed; expected https://host/path";
}

/* Brackets off. */
static bool copy_host(const char *host, char copy[WEBHOOK_HOST_BYTES_MAX + 1]) {
    size_t length = strlen(host);
    bool brackets = host[0] == '[' && length > 2;
    length -= brackets ? 2 : 0;
    if (length == 0 || length > WEBHOOK_HOST_BYTES_MAX) {
        return false;
    }
    memcpy(copy, host + brackets, length);
    copy[length] = '\0';
    return true;
}

static const char *read_parts(CURLU *parsed, struct webhook_url *parts) {
    CLEANUP(release_part) char *host = NULL;
    CLEANUP(release_part) char *port = NULL;
    if (curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
        curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK ||
        !copy_host(host, parts->host)) {
        return "must name a host of at most 253 bytes";
    }
    return strspn(port, "0") == strlen(port) ? parse_objection(CURLUE_BAD_PORT_NUMBER) : NULL;
}

const char *webhook_url_read(const char *url, struct webhook_url *parts) {
    const char *objection = form_objection(url);
    if (objection) {
        return objection;
    }
    CLEANUP(release_url) CURLU *parsed = curl_url();
    CURLUcode code = parsed ? curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER)
                            : CURLUE_OUT_OF_MEMORY;
    parts->encrypted = begins_with(url, HTTPS);
    return code == CURLUE_OK ? read_parts(parsed, parts) : parse_objection(code);
}

/* ---- its host ---- */

static bool all_may_be_called(const struct resolved *resolved, const struct ip_networks *listed,
                              bool encrypted) {
    for (size_t i = 0; i < resolved->count; i++) {
        const struct sockaddr *address = (const struct sockaddr *)&resolved->addresses[i];
        if (!address_may_be_called(address, listed, encrypted)) {
            return false;
        }
    }
    return true;
}

enum webhook_host webhook_host_check(const struct webhook_url *parts,
                                     const struct ip_networks *listed,
                                     char objection[WEBHOOK_OBJECTION_BYTES]) {
    struct resolved resolved;
    switch (resolve_host(parts->host, WEBHOOK_RESOLVE_MS, &resolved)) {
    case RESOLVE_BUSY:
        return WEBHOOK_HOST_UNKNOWN;
    case RESOLVE_LATE:
        snprintf(objection, WEBHOOK_OBJECTION_BYTES,
                 "names a host that has no address: no name server knew one within %d s",
                 WEBHOOK_RESOLVE_MS / 1000);
        return WEBHOOK_HOST_REFUSED;
    case RESOLVE_FAILED:
        snprintf(objection, WEBHOOK_OBJECTION_BYTES, "names a host that has no address: %s",
                 resolved.error);
        return WEBHOOK_HOST_REFUSED;
    case RESOLVED:
        break;
    }
    if (all_may_be_called(&resolved, listed, parts->encrypted)) {
        return WEBHOOK_HOST_GOOD;
    }
    snprintf(objection, WEBHOOK_OBJECTION_BYTES, "%s",
             all_may_be_called(&resolved, listed, true)
                 ? "must begin with https://: plain http is for the networks that the operator "
                   "lists in [webhooks] allow_private"
                 : "leads to a private address; only the operator can allow its network, in "
                   "[webhooks] allow_private");
    return WEBHOOK_HOST_REFUSED;
}
