/* Suppressions that are read many at once. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "store/listing.h"
#include "store/suppression.h"
#include "store/suppression_row.h"

static enum outcome query_before(struct db_connection *connection,
                                 const struct suppression_filter *filter, size_t limit,
                                 PGresult **rows) {
    CLEANUP(listing_clear) struct listing listing = {.sql = {0}};
    params_int(&listing.params, filter->account_id);
    text_append(&listing.sql,
                "SELECT " SUPPRESSION_COLUMNS " FROM suppressions WHERE account_id = $1");
    listing_compare_email(&listing, " AND address = ", filter->email);
    listing_compare_text(&listing, " AND reason = ", filter->reason);
    listing_go_on(&listing, "created_at, id", filter->before_us, &filter->before_id);
    return listing_query(&listing, connection, "created_at DESC, id DESC", limit, rows);
}

void suppression_list_clear(struct suppression_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        suppression_clear(&list->suppressions[i]);
    }
    free(list->suppressions);
    *list = (struct suppression_list){0};
}

static enum outcome read_list(const PGresult *rows, struct suppression_list *list) {
    size_t count = (size_t)PQntuples(rows);
    list->suppressions = calloc(count + 1, sizeof *list->suppressions);
    enum outcome outcome = list->suppressions ? OUTCOME_OK : OUTCOME_FAILED;
    while (outcome == OUTCOME_OK && list->count < count) {
        outcome = suppression_from_row(rows, (int)list->count, &list->suppressions[list->count]);
        list->count += outcome == OUTCOME_OK;
    }
    return outcome;
}

enum outcome list_suppressions_before(struct db_connection *connection,
                                      const struct suppression_filter *filter, size_t limit,
                                      struct suppression_list *list) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_before(connection, filter, limit, &rows);
    return outcome == OUTCOME_OK ? read_list(rows, list) : outcome;
}

enum outcome load_suppressions_with_keys(struct db_connection *connection,
                                         const struct object_key keys[], size_t count,
                                         struct suppression_list *list) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_objects(
        connection, "SELECT " SUPPRESSION_COLUMNS FROM_OBJECTS("suppressions"), keys, count, &rows);
    return outcome == OUTCOME_OK ? read_list(rows, list) : outcome;
}
