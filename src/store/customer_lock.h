/* Customers, locked while it is decided whether they may be asked, and what their contacts repeat.
 */
#ifndef STORE_CUSTOMER_LOCK_H
#define STORE_CUSTOMER_LOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/report.h"
#include "store/db.h"

/*
 * Keeps others out who report of the same customers - known by address or by reference, as the
 * reports say and as is stored of their contacts - until the caller's transaction ends. Once in a
 * transaction: locks are taken in one order, so that two never wait for each other in a circle.
 */
enum outcome lock_customers(struct db_connection *connection, const struct report reports[],
                            size_t count);

/* Removes at most limit locks that were last taken before before_us: they are made again when they
 * are needed. Those that are taken just now stay. */
enum outcome forget_customer_locks(struct db_connection *connection, int64_t account_id,
                                   int64_t before_us, int limit, int64_t *removed);

#endif
