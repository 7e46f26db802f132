#include "store/webhook.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "store/params.h"
#include "store/webhook_row.h"

static void free_secret(char *secret) {
    if (secret) {
        sodium_memzero(secret, strlen(secret));
        free(secret);
    }
}

void webhook_clear(struct webhook *webhook) {
    free(webhook->url);
    free(webhook->description);
    json_decref(webhook->headers);
    free_secret(webhook->secret);
    free_secret(webhook->previous_secret);
    free(webhook->disabled_reason);
    *webhook = (struct webhook){.account_id = 0};
}

static bool copy_column(const PGresult *rows, int row, int column, char **copy) {
    *copy = db_null(rows, row, column) ? NULL : strdup(db_text(rows, row, column));
    return *copy || db_null(rows, row, column);
}

static bool copy_texts(const PGresult *rows, int row, struct webhook *webhook) {
    bool whole = copy_column(rows, row, 2, &webhook->url);
    whole &= copy_column(rows, row, 3, &webhook->description);
    whole &= copy_column(rows, row, 7, &webhook->secret);
    whole &= copy_column(rows, row, 8, &webhook->previous_secret);
    return whole & copy_column(rows, row, 14, &webhook->disabled_reason);
}

enum outcome webhook_from_row(const PGresult *rows, int row, struct webhook *webhook) {
    *webhook = (struct webhook){
        .account_id = db_int(rows, row, 0),
        .event_mask = (unsigned)db_int(rows, row, 4),
        .headers = json_loads(db_text(rows, row, 5), 0, NULL),
        .active = strcmp(db_text(rows, row, 6), "t") == 0,
        .previous_valid_until_us = db_time(rows, row, 9),
        .revision = (int)db_int(rows, row, 10),
        .created_at_us = db_time(rows, row, 11),
        .updated_at_us = db_time(rows, row, 12),
        .disabled_at_us = db_time(rows, row, 13),
        .failing_since_us = db_time(rows, row, 15),
        .paused_until_us = db_time(rows, row, 16),
    };
    if (!uuid_parse(db_text(rows, row, 1), &webhook->id) || !webhook->headers ||
        !copy_texts(rows, row, webhook)) {
        log_error("could not read a row of webhooks");
        webhook_clear(webhook);
        return OUTCOME_FAILED;
    }
    return OUTCOME_OK;
}

enum outcome load_webhook(struct db_connection *connection, int64_t account_id,
                          const struct uuid *id, struct webhook *webhook) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_uuid(&params, id);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT " WEBHOOK_COLUMNS " FROM webhooks WHERE account_id = $1 AND id = $2",
                 params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    return PQntuples(rows) == 0 ? OUTCOME_NOT_FOUND : webhook_from_row(rows, 0, webhook);
}

/* ---- the list ---- */

void webhook_list_clear(struct webhook_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        webhook_clear(&list->webhooks[i]);
    }
    free(list->webhooks);
    *list = (struct webhook_list){0};
}

static enum outcome query_after(struct db_connection *connection, int64_t account_id,
                                const struct uuid *after, size_t limit, PGresult **rows) {
    static const struct uuid first;
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_uuid(&params, after ? after : &first);
    params_int(&params, (int64_t)limit);
    return params_ready(&params)
               ? db_query(connection, rows,
                          "SELECT " WEBHOOK_COLUMNS " FROM webhooks WHERE account_id = $1"
                          " AND id > $2 ORDER BY id LIMIT $3",
                          params_from(&params, 0, params.count))
               : OUTCOME_FAILED;
}

static enum outcome read_list(const PGresult *rows, struct webhook_list *list) {
    size_t count = (size_t)PQntuples(rows);
    enum outcome outcome = OUTCOME_OK;
    list->webhooks = calloc(count + 1, sizeof *list->webhooks);
    while (list->webhooks && outcome == OUTCOME_OK && list->count < count) {
        outcome = webhook_from_row(rows, (int)list->count, &list->webhooks[list->count]);
        list->count += outcome == OUTCOME_OK;
    }
    return list->webhooks ? outcome : OUTCOME_FAILED;
}

enum outcome list_webhooks_after(struct db_connection *connection, int64_t account_id,
                                 const struct uuid *after, size_t limit,
                                 struct webhook_list *list) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_after(connection, account_id, after, limit, &rows);
    return outcome == OUTCOME_OK ? read_list(rows, list) : outcome;
}

enum outcome load_webhooks_with_keys(struct db_connection *connection,
                                     const struct object_key keys[], size_t count,
                                     struct webhook_list *list) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_objects(
        connection, "SELECT " WEBHOOK_COLUMNS FROM_OBJECTS("webhooks"), keys, count, &rows);
    return outcome == OUTCOME_OK ? read_list(rows, list) : outcome;
}
