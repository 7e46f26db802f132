/* A delivery as JSON: what its sender is told, and what its reader sees. */
#ifndef API_HOOK_DELIVERY_JSON_H
#define API_HOOK_DELIVERY_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "store/hook_delivery.h"

/* {"delivery", "outcome", "reason", "invitation", "repeats"}: nothing of the customer. NULL when
 * out of memory, as below. */
json_t *delivery_answer(const struct hook_delivery *delivery);

/* All but the body; with the steps, unless it is one of a list. */
json_t *delivery_view(const struct hook_delivery *delivery, bool with_steps);

/* Adds "body", or "body_base64" when it is no UTF-8. */
bool delivery_add_body(json_t *view, const struct hook_delivery *delivery);

#endif
