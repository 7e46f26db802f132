/* Whatever comes as a webhook's URL and, after a line break, as its secret: a URL that is taken
 * names a host, and the same one to everybody; an IPv4 address is judged alike in every form; a
 * secret that is taken signs. */
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "clients/webhook_url.h"
#include "domain/public_address.h"
#include "domain/webhook_signing.h"
#include "fuzz.h"

#define V4_AT  12
#define NOW_US INT64_C(1795312000000000)

static void check_url(const char *url) {
    struct webhook_url parts;
    if (webhook_url_read(url, &parts)) {
        return;
    }
    const char *authority = strstr(url, "://") + 3;
    size_t length = strcspn(authority, "/?#");
    claim(strlen(url) <= WEBHOOK_URL_BYTES_MAX && strchr(url, '#') == NULL);
    claim(memchr(authority, '@', length) == NULL && memchr(authority, '%', length) == NULL);
    claim(parts.host[0] != '\0' && strpbrk(parts.host, "/?#@%[]\\ \t\r\n") == NULL);
    claim(parts.encrypted == (strncasecmp(url, "https", 5) == 0));
    for (const char *at = url; *at; at++) {
        claim(*at > ' ' && *at <= '~' && *at != '\\');
    }
}

static bool v6_is_public(const unsigned char bytes[16]) {
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    memcpy(&six.sin6_addr, bytes, sizeof six.sin6_addr);
    return address_is_public((const struct sockaddr *)&six);
}

/* The input's first four bytes as an address. */
static void check_address(const uint8_t *data, size_t size) {
    static const unsigned char forms[][V4_AT] = {
        {[10] = 0xff, 0xff},          /* mapped */
        {0},                          /* compatible */
        {[8] = 0xff, 0xff},           /* translated */
        {0x00, 0x64, 0xff, 0x9b},     /* NAT64 */
        {0x2a, 0, [10] = 0x5e, 0xfe}, /* ISATAP */
    };
    struct fuzz_bytes bytes = {data, size};
    struct sockaddr_in four = {.sin_family = AF_INET};
    fuzz_take(&bytes, &four.sin_addr, sizeof four.sin_addr);
    bool is_public = address_is_public((const struct sockaddr *)&four);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        unsigned char six[16];
        memcpy(six, forms[i], V4_AT);
        memcpy(six + V4_AT, &four.sin_addr, sizeof four.sin_addr);
        claim(v6_is_public(six) == is_public);
    }
    unsigned char six[16];
    fuzz_take(&bytes, six, sizeof six);
    claim(!v6_is_public(six) || (six[0] & 0xe0) == 0x20 || six[0] == 0);
}

static void check_secret(const char *secret) {
    struct webhook_signature signature;
    const struct webhook_secrets secrets = {
        .current = secret, .previous = secret, .previous_valid_until_us = NOW_US + 1};
    const struct outgoing_webhook webhook = {"id", "{}", 2};
    bool good = signing_secret_objection(secret) == NULL;
    claim(webhook_sign(&secrets, &webhook, NOW_US, &signature) == good);
    claim(!good || strlen(signature.signatures) == 2 * strlen("v1,") + 2 * 44 + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = fuzz_text(data, size);
    char *secret = strchr(text, '\n');
    if (secret) {
        *secret++ = '\0';
        check_secret(secret);
    }
    check_url(text);
    check_address(data, size);
    free(text);
    return 0;
}
