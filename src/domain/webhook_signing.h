/* How webhooks that go out are signed, as Standard Webhooks 1.0.0 has it: HMAC-SHA256 over
 * "{id}.{timestamp}.{body}", with a secret of the endpoint's own. */
#ifndef DOMAIN_WEBHOOK_SIGNING_H
#define DOMAIN_WEBHOOK_SIGNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/webhook_verifier.h"

#define SIGNING_KEY_BYTES_MIN  24
#define SIGNING_KEY_BYTES_MAX  64
#define SIGNING_SECRET_SIZE    95 /* "whsec_", base64 of so many, NUL */
#define SIGNING_TIMESTAMP_SIZE 24
#define SIGNATURES_SIZE        96 /* "v1," and base64, twice with a blank between */

/* Why secret cannot be one, or NULL; the words do not repeat it. */
const char *signing_secret_objection(const char *secret);

/* A new one, of 32 random bytes. */
void signing_secret_make(char secret[SIGNING_SECRET_SIZE]);

/* The values of an attempt's headers. */
struct webhook_signature {
    char timestamp[SIGNING_TIMESTAMP_SIZE]; /* webhook-timestamp: of the attempt, in seconds */
    char signatures[SIGNATURES_SIZE];       /* webhook-signature: of both secrets, while the
                                               previous one counts */
};

/* What is signed, beside the time; all of it lent. */
struct outgoing_webhook {
    const char *id; /* webhook-id, without a dot */
    const char *body;
    size_t body_length;
};

/* Signs webhook as sent at now_us. False when out of memory, or when a secret is none. */
bool webhook_sign(const struct webhook_secrets *secrets, const struct outgoing_webhook *webhook,
                  int64_t now_us, struct webhook_signature *signature);

#endif
