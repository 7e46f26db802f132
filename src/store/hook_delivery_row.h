/* A delivery as the deliveries table has it, without its body. */
#ifndef STORE_HOOK_DELIVERY_ROW_H
#define STORE_HOOK_DELIVERY_ROW_H

#include "store/hook_delivery.h"

/* The columns delivery_from_row reads, in its order. */
#define DELIVERY_COLUMNS                                                                           \
    "account_id, id, source, " DB_TIME("received_at") ", outcome, detail, contact_ref, repeats"
#define DELIVERY_COLUMN_COUNT 8

enum outcome delivery_from_row(const PGresult *rows, int row, struct hook_delivery *delivery);

#endif
