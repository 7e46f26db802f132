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

/* False only when out of memory, or when the system's policy forbids the hash. */
bool hmac_make(enum hmac_hash hash, const void *key, size_t key_length, const void *bytes,
               size_t length, unsigned char mac[HMAC_BYTES_MAX]);

#endif
