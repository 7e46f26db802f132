/* The statement of a list, put together as its filter asks for it: each way to ask has its index
 * then, whatever was asked before. */
#ifndef STORE_LISTING_H
#define STORE_LISTING_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/text.h"
#include "base/uuid.h"
#include "store/db.h"
#include "store/params.h"

struct listing {
    struct text sql; /* up to its WHERE, with the account as $1, when the conditions are appended */
    struct params params;
};

void listing_clear(struct listing *listing);

/* Appends what is compared, and a $ with the number of the parameter appended last. */
void listing_compare(struct listing *listing, const char *comparison);

/* The same with value as that parameter; nothing when it is NULL. */
void listing_compare_text(struct listing *listing, const char *comparison, const char *value);

/* The same with how an email address compares (domain/address.h). */
void listing_compare_email(struct listing *listing, const char *comparison, const char *email);

/* Where the page before ended: order is the time's and the id's columns; TIME_NONE: at the start.
 */
void listing_go_on(struct listing *listing, const char *order, int64_t before_us,
                   const struct uuid *before_id);

/* Asks for at most limit rows; descending is the ORDER BY. */
enum outcome listing_query(struct listing *listing, struct db_connection *connection,
                           const char *descending, size_t limit, PGresult **rows);

#endif
