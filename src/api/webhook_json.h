/* A webhook as the API returns it. */
#ifndef API_WEBHOOK_JSON_H
#define API_WEBHOOK_JSON_H

#include <jansson.h>

#include "store/webhook.h"

/* Without its secrets: of headers, which may hold some, the names alone. NULL when out of memory.
 */
json_t *webhook_to_json(const struct webhook *webhook);

#endif
