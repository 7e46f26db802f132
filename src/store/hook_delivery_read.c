#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/hook_delivery.h"
#include "store/hook_delivery_row.h"
#include "store/params.h"

void webhook_delivery_clear(struct hook_delivery *delivery) {
    json_decref(delivery->detail);
    free(delivery->contact_ref);
    free(delivery->body);
    *delivery = (struct hook_delivery){0};
}

static char *copy_column(const PGresult *rows, int row, int column) {
    return db_null(rows, row, column) ? NULL : strdup(db_text(rows, row, column));
}

enum outcome delivery_from_row(const PGresult *rows, int row, struct hook_delivery *delivery) {
    *delivery = (struct hook_delivery){
        .account_id = db_int(rows, row, 0),
        .received_at_us = db_time(rows, row, 3),
        .detail = db_null(rows, row, 5) ? NULL : json_loads(db_text(rows, row, 5), 0, NULL),
        .contact_ref = copy_column(rows, row, 6),
        .repeats = (int)db_int(rows, row, 7),
    };
    snprintf(delivery->source, sizeof delivery->source, "%s", db_text(rows, row, 2));
    if (!uuid_parse(db_text(rows, row, 1), &delivery->id) ||
        !delivery_outcome_from_name(db_text(rows, row, 4), &delivery->outcome)) {
        webhook_delivery_clear(delivery);
        return OUTCOME_FAILED;
    }
    return OUTCOME_OK;
}

/* libpq's memory becomes ours. */
static bool read_body(const PGresult *rows, struct hook_delivery *delivery) {
    const char *text = db_text(rows, 0, DELIVERY_COLUMN_COUNT);
    if (!text) {
        return true;
    }
    unsigned char *bytes = PQunescapeBytea((const unsigned char *)text, &delivery->body_length);
    delivery->body = bytes ? malloc(delivery->body_length + 1) : NULL;
    if (delivery->body) {
        memcpy(delivery->body, bytes, delivery->body_length);
        delivery->body[delivery->body_length] = '\0';
    }
    PQfreemem(bytes);
    return delivery->body != NULL;
}

enum outcome load_delivery(struct db_connection *connection, int64_t account_id, const char *source,
                           const struct uuid *id, struct hook_delivery *delivery) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_text(&params, source);
    params_uuid(&params, id);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT " DELIVERY_COLUMNS ", body FROM deliveries"
                                    " WHERE account_id = $1 AND source = $2 AND id = $3",
                                    params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK || PQntuples(rows) == 0) {
        return outcome == OUTCOME_OK ? OUTCOME_NOT_FOUND : outcome;
    }
    outcome = delivery_from_row(rows, 0, delivery);
    return outcome == OUTCOME_OK && !read_body(rows, delivery) ? OUTCOME_FAILED : outcome;
}

void delivery_list_clear(struct delivery_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        webhook_delivery_clear(&list->deliveries[i]);
    }
    free(list->deliveries);
    *list = (struct delivery_list){0};
}

static enum outcome query_before(struct db_connection *connection,
                                 const struct delivery_filter *filter, size_t limit,
                                 PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, filter->account_id);
    params_text(&params, filter->source);
    params_text(&params, filter->outcome);
    params_text(&params, filter->contact_ref);
    params_time(&params, filter->before_us);
    params_uuid(&params, &filter->before_id);
    params_int(&params, (int64_t)limit);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    return db_query(connection, rows,
                    "SELECT " DELIVERY_COLUMNS " FROM deliveries"
                    " WHERE account_id = $1 AND source = $2"
                    " AND ($3::text IS NULL OR outcome = $3)"
                    " AND ($4::text IS NULL OR contact_ref = $4)"
                    " AND ($5::timestamptz IS NULL OR (received_at, id) < ($5, $6::uuid))"
                    " ORDER BY received_at DESC, id DESC LIMIT $7",
                    params_from(&params, 0, params.count));
}

enum outcome list_deliveries_before(struct db_connection *connection,
                                    const struct delivery_filter *filter, size_t limit,
                                    struct delivery_list *list) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_before(connection, filter, limit, &rows);
    size_t count = outcome == OUTCOME_OK ? (size_t)PQntuples(rows) : 0;
    list->deliveries = calloc(count + 1, sizeof *list->deliveries);
    outcome = outcome == OUTCOME_OK && !list->deliveries ? OUTCOME_FAILED : outcome;
    while (outcome == OUTCOME_OK && list->count < count) {
        outcome = delivery_from_row(rows, (int)list->count, &list->deliveries[list->count]);
        list->count += outcome == OUTCOME_OK;
    }
    return outcome;
}
