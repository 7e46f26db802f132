/* The headers that a webhook's owner adds to what is sent. Their values are as secret as passwords.
 */
#ifndef API_WEBHOOK_HEADERS_H
#define API_WEBHOOK_HEADERS_H

#include <jansson.h>

#include "api/mistakes.h"

#define WEBHOOK_HEADER_VALUE_BYTES_MAX 1000

/* Notes what is wrong with headers, which stand at /headers, without repeating values. */
void check_webhook_headers(const json_t *headers, struct mistakes *mistakes);

#endif
