/* Whatever comes as a webhook: what was not signed is not verified, what was is, a changed byte is
 * seen, and the words never hold the secret. */
#include <sodium.h>
#include <stdio.h>

#include "base/time.h"
#include "domain/webhook_verifier.h"
#include "fuzz.h"

#define NOW         (INT64_C(1795860000) * US_PER_SECOND)
#define SECRET      "c2VjcmV0LW9mLXRoZS1mdXp6ZXI="
#define VALUE_MAX   64
#define DIGITS_SIZE 80

static void take_text(struct fuzz_bytes *bytes, char text[VALUE_MAX + 1]) {
    size_t length = fuzz_take_byte(bytes) % (VALUE_MAX + 1);
    memset(text, 0, VALUE_MAX + 1);
    fuzz_take(bytes, text, length);
}

static struct webhook_verifier take_verifier(struct fuzz_bytes *bytes) {
    struct webhook_verifier verifier = WEBHOOK_VERIFIER_DEFAULT;
    unsigned choice = fuzz_take_byte(bytes);
    verifier.scheme = (enum webhook_scheme)(fuzz_take_byte(bytes) % WEBHOOK_NONE);
    verifier.hash = choice & 1 ? HMAC_SHA1 : HMAC_SHA256;
    verifier.encoding = choice & 2 ? WEBHOOK_HEX : WEBHOOK_BASE64;
    verifier.timestamp_format = choice & 4 ? WEBHOOK_UNIX : WEBHOOK_ISO8601;
    verifier.key = choice & 8 ? WEBHOOK_KEY_UTF8 : WEBHOOK_KEY_BASE64;
    snprintf(verifier.header, sizeof verifier.header, "X-Signature");
    snprintf(verifier.prefix, sizeof verifier.prefix, "%s", choice & 16 ? "v1," : "");
    snprintf(verifier.timestamp_header, sizeof verifier.timestamp_header, "X-Time");
    snprintf(verifier.id_header, sizeof verifier.id_header, "X-Id");
    snprintf(verifier.signed_text, sizeof verifier.signed_text, "%s",
             choice & 32 ? "{id}.{timestamp}.{body}" : "{body}");
    snprintf(verifier.user, sizeof verifier.user, "desk");
    return verifier;
}

static void check_words(const struct webhook_finding *finding) {
    claim(finding->detail[0] != '\0' && strlen(finding->detail) < WEBHOOK_DETAIL_SIZE);
    claim(strstr(finding->detail, SECRET) == NULL);
    for (const char *at = finding->detail; *at; at++) {
        claim(*at >= ' ' && *at < 0x7f);
    }
}

/* The signature that the secret's owner would send over the body alone. */
static void sign_body(const struct webhook_verifier *verifier, const char *body, size_t length,
                      char header[DIGITS_SIZE]) {
    unsigned char key[VALUE_MAX];
    unsigned char mac[HMAC_BYTES_MAX];
    size_t key_length = strlen(SECRET);
    memcpy(key, SECRET, key_length);
    if (verifier->key == WEBHOOK_KEY_BASE64) {
        sodium_base642bin(key, sizeof key, SECRET, strlen(SECRET), NULL, &key_length, NULL,
                          sodium_base64_VARIANT_ORIGINAL);
    }
    const struct hmac_key hmac_key = {verifier->hash, key, key_length};
    claim(hmac_make(&hmac_key, body, length, mac));
    int prefix = snprintf(header, DIGITS_SIZE, "%s", verifier->prefix);
    char *digits = header + prefix;
    size_t room = DIGITS_SIZE - (size_t)prefix;
    if (verifier->encoding == WEBHOOK_HEX) {
        sodium_bin2hex(digits, room, mac, hmac_length(verifier->hash));
    } else {
        sodium_bin2base64(digits, room, mac, hmac_length(verifier->hash),
                          sodium_base64_VARIANT_ORIGINAL);
    }
}

static bool verify(const struct webhook_verifier *verifier, const struct webhook_message *message) {
    const struct webhook_secrets secrets = {.current = SECRET};
    struct webhook_finding finding = {""};
    bool verified = webhook_verify(verifier, &secrets, message, NOW, &finding);
    if (!verified) {
        check_words(&finding);
    }
    return verified;
}

static void check_signed(struct webhook_verifier *verifier, const char *body, size_t length) {
    char signature[DIGITS_SIZE];
    verifier->scheme = WEBHOOK_HMAC;
    snprintf(verifier->signed_text, sizeof verifier->signed_text, "{body}");
    sign_body(verifier, body, length, signature);
    const struct webhook_header header = {"x-signature", signature};
    struct webhook_message message = {&header, 1, body, length, NULL};
    claim(verify(verifier, &message));
    if (length > 0) {
        message.body_length--;
        claim(!verify(verifier, &message));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_bytes bytes = {data, size};
    claim(sodium_init() >= 0);
    struct webhook_verifier verifier = take_verifier(&bytes);
    char values[4][VALUE_MAX + 1];
    for (size_t i = 0; i < 4; i++) {
        take_text(&bytes, values[i]);
    }
    const struct webhook_header headers[] = {
        {"X-Signature", values[0]},
        {"X-Time", values[1]},
        {"X-Id", values[2]},
        {"Authorization", values[3]},
    };
    char *body = fuzz_text(bytes.at, bytes.left);
    const struct webhook_message message = {headers, fuzz_take_byte(&bytes) % 5, body, bytes.left,
                                            values[3]};
    bool knows = strstr(values[0], SECRET) || strstr(values[3], SECRET) ||
                 verifier.scheme == WEBHOOK_BASIC; /* base64 of it */
    claim(!verify(&verifier, &message) || knows);
    check_signed(&verifier, body, bytes.left);
    free(body);
    return 0;
}
