#include "domain/webhook_signing.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/hmac.h"
#include "base/text.h"
#include "base/time.h"

#define PREFIX         "whsec_"
#define MADE_KEY_BYTES 32
#define MAC_BYTES      32
#define VERSION        "v1,"
#define ENCODED_SIZE   (sizeof VERSION + 44) /* of one signature, with the NUL */

struct key_bytes {
    unsigned char bytes[SIGNING_KEY_BYTES_MAX];
    size_t length;
};

static void wipe(struct key_bytes *key) {
    sodium_memzero(key, sizeof *key);
}

static bool decode(const char *secret, struct key_bytes *key) {
    size_t prefix = strlen(PREFIX);
    return strncmp(secret, PREFIX, prefix) == 0 &&
           base64_decode(secret + prefix, BASE64_STANDARD, key->bytes, sizeof key->bytes,
                         &key->length) &&
           key->length >= SIGNING_KEY_BYTES_MIN;
}

const char *signing_secret_objection(const char *secret) {
    CLEANUP(wipe) struct key_bytes key;
    return decode(secret, &key) ? NULL
                                : "must be whsec_ and the base64, padded, of 24 to 64 random bytes";
}

void signing_secret_make(char secret[SIGNING_SECRET_SIZE]) {
    unsigned char bytes[MADE_KEY_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    size_t prefix = (size_t)snprintf(secret, SIGNING_SECRET_SIZE, "%s", PREFIX);
    sodium_bin2base64(secret + prefix, SIGNING_SECRET_SIZE - prefix, bytes, sizeof bytes,
                      sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(bytes, sizeof bytes);
}

static bool encode_signature(const char *secret, const struct text *message,
                             char encoded[ENCODED_SIZE]) {
    CLEANUP(wipe) struct key_bytes bytes;
    unsigned char mac[HMAC_BYTES_MAX];
    if (!decode(secret, &bytes)) {
        return false;
    }
    const struct hmac_key key = {HMAC_SHA256, bytes.bytes, bytes.length};
    if (!hmac_make(&key, message->bytes, message->length, mac)) {
        return false;
    }
    size_t prefix = (size_t)snprintf(encoded, ENCODED_SIZE, "%s", VERSION);
    sodium_bin2base64(encoded + prefix, ENCODED_SIZE - prefix, mac, MAC_BYTES,
                      sodium_base64_VARIANT_ORIGINAL);
    return true;
}

static bool sign_message(const struct webhook_secrets *secrets, int64_t now_us,
                         const struct text *message, char signatures[SIGNATURES_SIZE]) {
    char current[ENCODED_SIZE], previous[ENCODED_SIZE] = "";
    bool both = secrets->previous && secrets->previous_valid_until_us > now_us;
    if (!encode_signature(secrets->current, message, current) ||
        (both && !encode_signature(secrets->previous, message, previous))) {
        return false;
    }
    snprintf(signatures, SIGNATURES_SIZE, "%s%s%s", current, both ? " " : "", previous);
    return true;
}

bool webhook_sign(const struct webhook_secrets *secrets, const struct outgoing_webhook *webhook,
                  int64_t now_us, struct webhook_signature *signature) {
    CLEANUP(text_clear) struct text message = {0};
    snprintf(signature->timestamp, sizeof signature->timestamp, "%" PRId64, now_us / US_PER_SECOND);
    text_append_format(&message, "%s.%s.", webhook->id, signature->timestamp);
    text_append_bytes(&message, webhook->body, webhook->body_length);
    return !message.failed && sign_message(secrets, now_us, &message, signature->signatures);
}
