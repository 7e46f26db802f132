#include "domain/link.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_PREFIX   "uls_"
#define SECRET_BYTES    32
#define SECRET_ENCODING sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define HASH_SIZE       crypto_auth_hmacsha256_BYTES

_Static_assert(sodium_base64_ENCODED_LEN(SECRET_BYTES, SECRET_ENCODING) + sizeof SECRET_PREFIX -
                       1 ==
                   LINK_SECRET_SIZE,
               "one length");
_Static_assert(HASH_SIZE * 2 == LINK_SIGNATURE_LENGTH, "two digits a byte");

static int compare_params(const void *one, const void *other) {
    const struct link_param *first = one;
    const struct link_param *second = other;
    int order = strcmp(first->name, second->name);
    return order ? order : strcmp(first->value, second->value);
}

/* RFC 3986 2.3; not isalnum, which may know more letters. */
static bool is_unreserved(char character) {
    static const char others[] = "0123456789-._~";
    char lower = (char)(character | 0x20);
    return (lower >= 'a' && lower <= 'z') ||
           (character && memchr(others, character, sizeof others - 1));
}

static void append_encoded(struct text *text, const char *value) {
    for (; *value; value++) {
        if (is_unreserved(*value)) {
            text_append_char(text, *value);
        } else {
            text_append_format(text, "%%%02X", (unsigned)(unsigned char)*value);
        }
    }
}

void link_append_params(const struct link_param params[], size_t count, struct text *text) {
    for (size_t i = 0; i < count; i++) {
        text_append(text, i ? "&" : "");
        append_encoded(text, params[i].name);
        text_append_char(text, '=');
        append_encoded(text, params[i].value);
    }
}

void link_append_canonical(const struct link_address *address, struct text *text) {
    struct link_param sorted[LINK_PARAMS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < address->count && count < LINK_PARAMS_MAX; i++) {
        if (strcmp(address->params[i].name, LINK_SIGNATURE_NAME) != 0) {
            sorted[count++] = address->params[i];
        }
    }
    if (count > 1) {
        qsort(sorted, count, sizeof sorted[0], compare_params);
    }
    text_append_format(text, "/l/%lld/%s?", (long long)address->account_id, address->survey);
    link_append_params(sorted, count, text);
}

static void make_hash(const char *canonical, const char *secret, unsigned char hash[HASH_SIZE]) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret, strlen(secret));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)canonical, strlen(canonical));
    crypto_auth_hmacsha256_final(&state, hash);
    sodium_memzero(&state, sizeof state);
}

void link_sign(const char *canonical, const char *secret, char signature[LINK_SIGNATURE_SIZE]) {
    unsigned char hash[HASH_SIZE];
    make_hash(canonical, secret, hash);
    sodium_bin2hex(signature, LINK_SIGNATURE_SIZE, hash, sizeof hash);
}

bool link_signed_with(const char *canonical, const char *secret, const char *signature) {
    unsigned char hash[HASH_SIZE];
    unsigned char claimed[HASH_SIZE];
    size_t length = 0;
    if (strlen(signature) != LINK_SIGNATURE_LENGTH ||
        sodium_hex2bin(claimed, sizeof claimed, signature, LINK_SIGNATURE_LENGTH, NULL, &length,
                       NULL) != 0 ||
        length != sizeof claimed) {
        return false;
    }
    make_hash(canonical, secret, hash);
    return sodium_memcmp(hash, claimed, sizeof hash) == 0;
}

void link_secret_make(char secret[LINK_SECRET_SIZE]) {
    unsigned char bytes[SECRET_BYTES];
    size_t prefix = sizeof SECRET_PREFIX - 1;
    randombytes_buf(bytes, sizeof bytes);
    memcpy(secret, SECRET_PREFIX, prefix);
    sodium_bin2base64(secret + prefix, LINK_SECRET_SIZE - prefix, bytes, sizeof bytes,
                      SECRET_ENCODING);
    sodium_memzero(bytes, sizeof bytes);
}
