/* HMAC (RFC 2104); hmac.c alone knows libcrypto, since libsodium has no SHA-1. */
#ifndef BASE_HMAC_H
#define BASE_HMAC_H

#include <stdbool.h>
#include <stddef.h>

#define HMAC_BYTES_MAX 32

enum hmac_hash {
    HMAC_SHA1,
    HMAC_SHA256,
};

/* 20 or 32. */
size_t hmac_length(enum hmac_hash hash);

struct hmac_key {
    enum hmac_hash hash;
    const void *bytes; /* lent */
    size_t length;
};

/* False only when out of memory, or when the system's policy forbids the hash. */
bool hmac_make(const struct hmac_key *key, const void *bytes, size_t length,
               unsigned char mac[HMAC_BYTES_MAX]);

#endif
