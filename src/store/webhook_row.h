/* A webhook as the webhooks table has it. */
#ifndef STORE_WEBHOOK_ROW_H
#define STORE_WEBHOOK_ROW_H

#include "store/webhook.h"

/* The columns webhook_from_row reads, in its order. */
/* clang-format off */
#define WEBHOOK_COLUMNS                                                                                    \
    "webhooks.account_id, webhooks.id, url, description, event_mask, headers, active, secret, previous_secret, "     \
    DB_TIME("previous_valid_until") ", revision, " DB_TIME("created_at") ", "                      \
    DB_TIME("updated_at") ", " DB_TIME("disabled_at") ", disabled_reason, "                        \
    DB_TIME("failing_since") ", " DB_TIME("paused_until")
/* clang-format on */

/* Fills *webhook, unless it fails. */
enum outcome webhook_from_row(const PGresult *rows, int row, struct webhook *webhook);

#endif
