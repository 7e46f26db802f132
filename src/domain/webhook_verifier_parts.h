/* What the files of the webhook verifier share. */
#ifndef DOMAIN_WEBHOOK_VERIFIER_PARTS_H
#define DOMAIN_WEBHOOK_VERIFIER_PARTS_H

#include "domain/webhook_verifier.h"

#define WHSEC                  "whsec_"
#define WEBHOOK_PATH_BYTES_MAX 100
#define URL_SAFE               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

struct webhook_key_bytes {
    unsigned char bytes[WEBHOOK_SECRET_BYTES_MAX];
    size_t length;
};

/* False when secret is not base64 where it should be. */
bool webhook_key_of(const struct webhook_verifier *verifier, const char *secret,
                    struct webhook_key_bytes *key);

/* One request held against one verifier. */
struct webhook_check {
    const struct webhook_verifier *verifier;
    const struct webhook_secrets *secrets;
    const struct webhook_message *message;
    int64_t now_us;
    struct webhook_finding *finding;
};

/* Says in the finding what is to be mended; always false. */
bool webhook_object(const struct webhook_check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* True when the previous secret still counts. */
bool webhook_previous_counts(const struct webhook_check *check);

/* WEBHOOK_HMAC. */
bool webhook_verify_hmac(const struct webhook_check *check);

#endif
