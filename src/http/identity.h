/* How a request is found again in logs: X-Request-Id and traceparent. */
#ifndef HTTP_IDENTITY_H
#define HTTP_IDENTITY_H

#include <stdbool.h>

#include "http/request.h"

struct exchange;

/* True for 1..64 characters of letters, digits and ._- */
bool request_id_is_sane(const char *id);

/* Reads the trace id of a W3C traceparent (level 1); false when it is invalid. */
bool trace_id_from(const char *traceparent, char trace_id[33]);

/* Fills request_id and trace_id from the headers, or a new id. */
void identify(struct exchange *exchange);

#endif
