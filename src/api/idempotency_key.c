#include "api/idempotency_key.h"

#include <sodium.h>
#include <string.h>

/* The inside of an RFC 8941 string: only \" and \\ are escapes. Returns its end, or NULL. */
static const char *read_quoted(const char *at, char *key, size_t *length) {
    while (*at && *at != '"') {
        if (*at == '\\' && (at[1] == '"' || at[1] == '\\')) {
            at++;
        } else if (*at == '\\') {
            return NULL;
        }
        if (*length == IDEMPOTENCY_KEY_BYTES_MAX) {
            return NULL;
        }
        key[(*length)++] = *at++;
    }
    return *at == '"' ? at + 1 : NULL;
}

bool parse_idempotency_key(const char *value, char key[IDEMPOTENCY_KEY_BYTES_MAX + 1]) {
    size_t length = 0;
    for (const char *at = value; *at; at++) {
        if (*at < 0x20 || *at > 0x7e) {
            return false;
        }
    }
    if (*value == '"') {
        const char *end = read_quoted(value + 1, key, &length);
        if (!end || *end) {
            return false;
        }
    } else {
        length = strlen(value);
        if (length > IDEMPOTENCY_KEY_BYTES_MAX || strpbrk(value, " \"\\")) {
            return false;
        }
        memcpy(key, value, length);
    }
    key[length] = '\0';
    return length > 0;
}

static void hash_request(const struct request *request, unsigned char hash[HASH_BYTES]) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    const char *parts[] = {request->method, request->path};
    for (size_t i = 0; i < 2; i++) {
        crypto_generichash_update(&state, (const unsigned char *)parts[i], strlen(parts[i]) + 1);
    }
    crypto_generichash_update(&state, (const unsigned char *)request->body, request->body_length);
    crypto_generichash_final(&state, hash, HASH_BYTES);
}

bool request_idempotency(const struct request *request, struct idempotency *idempotency) {
    *idempotency = (struct idempotency){0};
    const char *value = request_header(request, "Idempotency-Key");
    if (!value) {
        return true;
    }
    char key[IDEMPOTENCY_KEY_BYTES_MAX + 1];
    if (!parse_idempotency_key(value, key)) {
        return false;
    }
    idempotency->given = true;
    crypto_generichash(idempotency->key_hash, HASH_BYTES, (const unsigned char *)key, strlen(key),
                       NULL, 0);
    hash_request(request, idempotency->body_hash);
    return true;
}
