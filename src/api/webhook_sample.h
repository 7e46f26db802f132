/* What a webhook of each type looks like, without anything that happened. */
#ifndef API_WEBHOOK_SAMPLE_H
#define API_WEBHOOK_SAMPLE_H

#include <jansson.h>
#include <stdint.h>

#include "domain/event.h"

/* The example of openapi.json, with that time and "test": true. NULL when out of memory, or when
 * there is none. */
json_t *webhook_sample(enum event_type type, int64_t now_us);

#endif
