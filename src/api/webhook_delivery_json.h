/* Deliveries of webhooks as the API returns them. */
#ifndef API_WEBHOOK_DELIVERY_JSON_H
#define API_WEBHOOK_DELIVERY_JSON_H

#include <jansson.h>

#include "store/webhook_delivery_list.h"

/* With what its attempts' log holds. NULL when out of memory. */
json_t *outgoing_delivery_to_json(const struct outgoing_delivery *delivery);

#endif
