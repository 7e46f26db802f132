#include "base/hmac.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const EVP_MD *hash_of(enum hmac_hash hash) {
    return hash == HMAC_SHA1 ? EVP_sha1() : EVP_sha256();
}

size_t hmac_length(enum hmac_hash hash) {
    return hash == HMAC_SHA1 ? 20 : 32;
}

bool hmac_make(const struct hmac_key *key, const void *bytes, size_t length,
               unsigned char mac[HMAC_BYTES_MAX]) {
    unsigned made = 0;
    return key->length <= INT_MAX &&
           HMAC(hash_of(key->hash), key->bytes, (int)key->length, bytes, length, mac, &made) &&
           made == hmac_length(key->hash);
}
