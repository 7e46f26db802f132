#ifndef STORE_WEBHOOK_DELIVERY_EXPIRY_H
#define STORE_WEBHOOK_DELIVERY_EXPIRY_H

#include <stdint.h>

#include "base/outcome.h"
#include "store/db.h"

/* Removes at most limit of an account's webhook deliveries: those that ended before before_us,
 * those of older events that wait for an inactive webhook, and those of webhooks that are gone.
 * *removed says how many. */
enum outcome remove_ended_deliveries(struct db_connection *connection, int64_t account_id,
                                     int64_t before_us, int limit, int64_t *removed);

#endif
