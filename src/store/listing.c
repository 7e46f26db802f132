#include "store/listing.h"

#include <stdlib.h>

#include "base/time.h"
#include "domain/address.h"

void listing_clear(struct listing *listing) {
    text_clear(&listing->sql);
    params_clear(&listing->params);
}

void listing_compare(struct listing *listing, const char *comparison) {
    text_append_format(&listing->sql, "%s$%zu", comparison, listing->params.count);
}

void listing_compare_text(struct listing *listing, const char *comparison, const char *value) {
    if (value) {
        params_text(&listing->params, value);
        listing_compare(listing, comparison);
    }
}

void listing_compare_email(struct listing *listing, const char *comparison, const char *email) {
    char *key = email ? address_key(email) : NULL;
    if (email && !key) {
        listing->params.failed = true;
    } else if (key) {
        params_copy(&listing->params, key);
        listing_compare(listing, comparison);
    }
    free(key);
}

void listing_go_on(struct listing *listing, const char *order, int64_t before_us,
                   const struct uuid *before_id) {
    if (before_us == TIME_NONE) {
        return;
    }
    params_time(&listing->params, before_us);
    text_append_format(&listing->sql, " AND (%s)", order);
    listing_compare(listing, " < (");
    params_uuid(&listing->params, before_id);
    listing_compare(listing, ", ");
    text_append_char(&listing->sql, ')');
}

enum outcome listing_query(struct listing *listing, struct db_connection *connection,
                           const char *descending, size_t limit, PGresult **rows) {
    params_int(&listing->params, (int64_t)limit);
    text_append_format(&listing->sql, " ORDER BY %s", descending);
    listing_compare(listing, " LIMIT ");
    if (listing->sql.failed || !params_ready(&listing->params)) {
        return OUTCOME_FAILED;
    }
    return db_query_once(connection, rows, listing->sql.bytes,
                         params_from(&listing->params, 0, listing->params.count));
}
