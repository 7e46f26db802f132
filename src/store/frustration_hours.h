/* The frustration_hours table: frustrated answers of each team by the hour, and team "" for the
 * whole account. Made from responses, of hours that are closed. */
#ifndef STORE_FRUSTRATION_HOURS_H
#define STORE_FRUSTRATION_HOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "store/db.h"

/* The first instant of an hour that is still open: it, and what is later, is in no baseline. */
int64_t frustration_hours_end(int64_t now_us);

/* The first instant that baselines go back to. */
int64_t frustration_hours_begin(int64_t now_us);

/*
 * Counts the next closed hours that are not counted yet, a few at a time, and removes those that
 * are too old for any baseline, in one transaction; of two who do it at once one does nothing.
 * *finished when there is no more to count, or another is at it.
 */
enum outcome fill_frustration_hours(struct db_connection *connection, int64_t account_id,
                                    int64_t now_us, bool *finished);

/* The accounts that have closed hours to count; *ids is the caller's to free. */
enum outcome load_uncounted_accounts(struct db_connection *connection, int64_t now_us,
                                     int64_t **ids, size_t *count);

/*
 * To be called, in the same transaction or after it, by who stores or changes answers that may have
 * been given in closed hours: these and all later ones are counted anew. Cheap where from_us is in
 * an open hour.
 */
enum outcome forget_frustration_hours(struct db_connection *connection, int64_t account_id,
                                      int64_t from_us);

#endif
