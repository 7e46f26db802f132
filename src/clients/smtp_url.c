/* Where the mail server is: smtp(s)://host[:port][/the name to say in EHLO]. */
#include <string.h>

#include "base/array.h"
#include "base/parse.h"
#include "clients/smtp.h"

#define PORT_MAX       65535
#define PORT_DIGITS    5
#define HOST_BYTES_MAX 253

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

/* What stands behind the scheme, or NULL when it is none of ours. */
static const char *authority_of(const char *url) {
    static const char *const schemes[] = {"smtp://", "smtps://"};
    for (size_t i = 0; i < COUNT(schemes); i++) {
        if (strncmp(url, schemes[i], strlen(schemes[i])) == 0) {
            return url + strlen(schemes[i]);
        }
    }
    return NULL;
}

/* How many bytes of authority are the host, brackets included; 0 when there is none. */
static size_t host_length(const char *authority) {
    if (*authority != '[') {
        return strspn(authority, letters);
    }
    size_t inside = strspn(authority + 1, "0123456789abcdefABCDEF:.");
    return inside > 0 && authority[1 + inside] == ']' ? inside + 2 : 0;
}

static bool port_is_sound(const char *text, size_t length) {
    char digits[PORT_DIGITS + 1] = "";
    int64_t port;
    if (length == 0 || length > PORT_DIGITS) {
        return false;
    }
    memcpy(digits, text, length);
    return parse_int(digits, 1, PORT_MAX, &port);
}

const char *smtp_url_objection(const char *url) {
    const char *at = authority_of(url);
    if (!at) {
        return "begins with smtp:// or smtps://";
    }
    if (strchr(at, '@')) {
        return "holds no user and no password: they have keys of their own";
    }
    size_t host = host_length(at);
    if (host == 0 || host > HOST_BYTES_MAX) {
        return "names a host, such as smtp://mail.example:587";
    }
    at += host;
    if (*at == ':') {
        size_t digits = strcspn(at + 1, "/");
        if (!port_is_sound(at + 1, digits)) {
            return "has a port from 1 to 65535, such as smtp://mail.example:587";
        }
        at += 1 + digits;
    }
    if (*at == '/') {
        at += 1 + strspn(at + 1, letters);
    }
    return *at ? "ends after host and port, or a / and the name to say in EHLO" : NULL;
}

static bool host_is(const char *authority, size_t length, const char *host) {
    return strlen(host) == length && strncmp(authority, host, length) == 0;
}

bool smtp_url_is_loopback(const char *url) {
    const char *authority = authority_of(url);
    size_t length = authority ? host_length(authority) : 0;
    if (!authority) {
        return false;
    }
    /* Nothing but digits: 127.example is somebody's domain. */
    bool numeric = strspn(authority, "0123456789.") == length;
    return host_is(authority, length, "localhost") || host_is(authority, length, "[::1]") ||
           (numeric && strncmp(authority, "127.", 4) == 0);
}

bool smtp_url_is_tls(const char *url) {
    return strncmp(url, "smtps:", 6) == 0;
}
