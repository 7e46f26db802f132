/* The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header-07), quoted or bare. */
#ifndef API_IDEMPOTENCY_KEY_H
#define API_IDEMPOTENCY_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/vote.h"
#include "http/request.h"

#define IDEMPOTENCY_KEY_BYTES_MAX 255

/* Reads value ("\"8e03..\"" or bare, 1..255 visible ASCII characters) into key; false when it is
 * neither. */
bool parse_idempotency_key(const char *value, char key[IDEMPOTENCY_KEY_BYTES_MAX + 1]);

/* The request's key and what the request says; given is false without the header. False when the
 * header is malformed. */
bool request_idempotency(const struct request *request, struct idempotency *idempotency);

#endif
