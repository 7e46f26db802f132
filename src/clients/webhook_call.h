/* One attempt to tell a webhook something: the call with its headers, signed now. */
#ifndef CLIENTS_WEBHOOK_CALL_H
#define CLIENTS_WEBHOOK_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"
#include "clients/http_client.h"
#include "domain/webhook_signing.h"

#define WEBHOOK_HEADERS_OWN 16 /* of a webhook at most, beside those that sign */

/* All of it is lent. */
struct webhook_attempt {
    const char *url;
    const json_t *headers; /* the webhook's own: an object of texts */
    struct webhook_secrets secrets;
    const struct uuid *id; /* webhook-id: the same at every attempt */
    const char *body;
    size_t body_length;
};

struct webhook_call {
    struct http_call call; /* borrows what follows, and the attempt's url, headers and body */
    struct http_header headers[WEBHOOK_HEADERS_OWN + 3];
    char id[UUID_TEXT_SIZE];
    struct webhook_signature signature;
};

/* Fills *call, which must not move afterwards. False when out of memory, or when a secret is none.
 */
bool webhook_call_prepare(struct webhook_call *call, const struct webhook_attempt *attempt,
                          int64_t now_us);

#endif
