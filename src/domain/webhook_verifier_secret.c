/* The secrets of webhook_verifier.h: what they look like, and new ones. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "domain/webhook_verifier_parts.h"

#define MADE_KEY_BYTES  24 /* what Standard Webhooks asks for: 192 bits */
#define MADE_CHARACTERS 40 /* Help Scout takes no more */

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool webhook_key_of(const struct webhook_verifier *verifier, const char *secret,
                    struct webhook_key_bytes *key) {
    if (verifier->key == WEBHOOK_KEY_BASE64) {
        size_t prefix = strlen(WHSEC);
        const char *digits = strncmp(secret, WHSEC, prefix) == 0 ? secret + prefix : secret;
        return base64_decode(digits, BASE64_STANDARD, key->bytes, sizeof key->bytes, &key->length);
    }
    key->length = strnlen(secret, sizeof key->bytes);
    memcpy(key->bytes, secret, key->length);
    return true;
}

static const char *base64_objection(const struct webhook_verifier *verifier, const char *secret) {
    struct webhook_key_bytes key;
    bool good = webhook_key_of(verifier, secret, &key) && key.length >= WEBHOOK_KEY_BYTES_MIN;
    sodium_memzero(&key, sizeof key);
    return good ? NULL : "must be base64 of at least 16 bytes, after whsec_ or not";
}

const char *webhook_secret_objection(const struct webhook_verifier *verifier, const char *secret) {
    size_t length = strlen(secret);
    if (length < WEBHOOK_SECRET_BYTES_MIN || length > WEBHOOK_SECRET_BYTES_MAX) {
        return "must have 8 to 200 bytes";
    }
    if (text_has_control(secret, false)) {
        return "must not contain control characters";
    }
    if (secret[0] == ' ' || secret[length - 1] == ' ') {
        return "must not begin or end with a blank: no header brings one, and few were meant";
    }
    if (verifier->scheme == WEBHOOK_PATH &&
        (length > WEBHOOK_PATH_BYTES_MAX || strspn(secret, URL_SAFE) != length)) {
        return "must have at most 100 characters, each a letter, a digit or one of - . _ ~, since "
               "it "
               "is a part of the URL";
    }
    bool decoded = verifier->scheme == WEBHOOK_HMAC && verifier->key == WEBHOOK_KEY_BASE64;
    return decoded ? base64_objection(verifier, secret) : NULL;
}

void webhook_make_secret(const struct webhook_verifier *verifier,
                         char secret[WEBHOOK_SECRET_SIZE]) {
    if (verifier->scheme == WEBHOOK_HMAC && verifier->key == WEBHOOK_KEY_BASE64) {
        unsigned char bytes[MADE_KEY_BYTES];
        randombytes_buf(bytes, sizeof bytes);
        size_t prefix = (size_t)snprintf(secret, WEBHOOK_SECRET_SIZE, "%s", WHSEC);
        sodium_bin2base64(secret + prefix, WEBHOOK_SECRET_SIZE - prefix, bytes, sizeof bytes,
                          sodium_base64_VARIANT_ORIGINAL);
        sodium_memzero(bytes, sizeof bytes);
        return;
    }
    for (size_t i = 0; i < MADE_CHARACTERS; i++) {
        secret[i] = alphabet[randombytes_uniform(sizeof alphabet - 1)];
    }
    secret[MADE_CHARACTERS] = '\0';
}
