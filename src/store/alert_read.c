/* Alerts as they are read: one, those that go on, and by pages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "store/alert.h"
#include "store/alert_row.h"
#include "store/listing.h"
#include "store/params.h"

#define UUID_LENGTH (UUID_TEXT_SIZE - 1)

/* ---- rows ---- */

/* {id,id,..}; those beyond what an alert names are left out. */
static bool read_ids(const char *array, struct alert *alert) {
    const char *at = array + 1;
    while (*at && *at != '}' && alert->response_count < ALERT_RESPONSES_MAX) {
        char id[UUID_TEXT_SIZE];
        snprintf(id, sizeof id, "%.*s", UUID_LENGTH, at);
        if (!uuid_parse(id, &alert->response_ids[alert->response_count++])) {
            return false;
        }
        at += UUID_LENGTH;
        at += *at == ',';
    }
    return true;
}

/* False when out of memory. */
static bool copy_column(const PGresult *rows, int row, int column, char **text) {
    const char *value = db_text(rows, row, column);
    *text = value ? strdup(value) : NULL;
    return !value || *text;
}

static bool read_deeds(const PGresult *rows, int row, struct alert *alert) {
    alert->acknowledged_at_us = db_time(rows, row, 14);
    alert->resolved_at_us = db_time(rows, row, 16);
    alert->revision = (int)db_int(rows, row, 19);
    return copy_column(rows, row, 15, &alert->acknowledged_by) &&
           copy_column(rows, row, 17, &alert->resolved_by) &&
           copy_column(rows, row, 18, &alert->note);
}

static void read_figures(const PGresult *rows, int row, struct alert *alert) {
    alert->frustrated = (int)db_int(rows, row, 4);
    alert->n = (int)db_int(rows, row, 5);
    alert->window_from_us = db_time(rows, row, 6);
    alert->baseline_frustrated = (int)db_int(rows, row, 7);
    alert->baseline_n = (int)db_int(rows, row, 8);
    alert->p = strtod(db_text(rows, row, 9), NULL);
    alert->alpha = strtod(db_text(rows, row, 10), NULL);
}

enum outcome alert_from_row(const PGresult *rows, int row, struct alert *alert) {
    struct alert read = ALERT_NONE;
    read.account_id = db_int(rows, row, 0);
    read.raised_at_us = db_time(rows, row, 3);
    read.exceeded_at_us = db_time(rows, row, 12);
    snprintf(read.team, sizeof read.team, "%s", db_text(rows, row, 2));
    read_figures(rows, row, &read);
    if (!read_deeds(rows, row, &read) || !uuid_parse(db_text(rows, row, 1), &read.id) ||
        !read_ids(db_text(rows, row, 11), &read) ||
        !alert_status_from_name(db_text(rows, row, 13), &read.status)) {
        log_error("could not read a row of alerts");
        alert_clear(&read);
        return OUTCOME_FAILED;
    }
    *alert = read;
    return OUTCOME_OK;
}

enum outcome alerts_from_rows(const PGresult *rows, struct alert_list *list) {
    size_t count = (size_t)PQntuples(rows);
    list->alerts = calloc(count + 1, sizeof *list->alerts);
    enum outcome outcome = list->alerts ? OUTCOME_OK : OUTCOME_FAILED;
    while (outcome == OUTCOME_OK && list->count < count) {
        outcome = alert_from_row(rows, (int)list->count, &list->alerts[list->count]);
        list->count += outcome == OUTCOME_OK;
    }
    return outcome;
}

void alert_list_clear(struct alert_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        alert_clear(&list->alerts[i]);
    }
    free(list->alerts);
    *list = (struct alert_list){0};
}

/* ---- queries ---- */

enum outcome load_alert(struct db_connection *connection, int64_t account_id, const struct uuid *id,
                        struct alert *alert) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_uuid(&params, id);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(
        connection, &rows, "SELECT " ALERT_COLUMNS " FROM alerts WHERE account_id = $1 AND id = $2",
        params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    return PQntuples(rows) == 0 ? OUTCOME_NOT_FOUND : alert_from_row(rows, 0, alert);
}

enum outcome load_unresolved_alerts(struct db_connection *connection, int64_t account_id,
                                    size_t limit, struct alert_list *list) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_int(&params, (int64_t)limit);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT " ALERT_COLUMNS " FROM alerts"
                                    " WHERE ($1::bigint = 0 OR account_id = $1)"
                                    " AND status <> 'resolved' ORDER BY raised_at, id LIMIT $2",
                                    params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? alerts_from_rows(rows, list) : outcome;
}

enum outcome load_alerts_with_keys(struct db_connection *connection, const struct object_key keys[],
                                   size_t count, struct alert_list *list) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_objects(connection, "SELECT " ALERT_COLUMNS FROM_OBJECTS("alerts"),
                                         keys, count, &rows);
    return outcome == OUTCOME_OK ? alerts_from_rows(rows, list) : outcome;
}

enum outcome list_alerts_before(struct db_connection *connection, const struct alert_filter *filter,
                                size_t limit, struct alert_list *list) {
    CLEANUP(listing_clear) struct listing listing = {.sql = {0}};
    params_int(&listing.params, filter->account_id);
    text_append(&listing.sql, "SELECT " ALERT_COLUMNS " FROM alerts WHERE account_id = $1");
    listing_compare_text(&listing, " AND status = ", filter->status);
    text_append(&listing.sql, filter->unresolved ? " AND status <> 'resolved'" : "");
    listing_compare_text(&listing, " AND team = ", filter->team);
    listing_go_on(&listing, "raised_at, id", filter->before_us, &filter->before_id);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        listing_query(&listing, connection, "raised_at DESC, id DESC", limit, &rows);
    return outcome == OUTCOME_OK ? alerts_from_rows(rows, list) : outcome;
}
