#include "store/page_view.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "domain/trust.h"
#include "store/multi_row.h"
#include "store/params.h"

#define COLUMNS 5

static struct multi_row insert = {
    .head =
        "INSERT INTO page_views (account_id, invitation_id, id, viewed_at, preselected) VALUES ",
    .tail = " ON CONFLICT DO NOTHING",
    .columns = COLUMNS,
};

static void params_page_view(struct params *params, const struct page_view *view) {
    params_int(params, view->account_id);
    params_uuid(params, &view->invitation_id);
    params_uuid(params, &view->id);
    params_time(params, view->viewed_at_us);
    params_text(params, view->preselected[0] ? view->preselected : NULL);
}

enum outcome store_page_views(struct db_connection *connection, const struct page_view views[],
                              size_t count) {
    CLEANUP(params_clear) struct params params = {0};
    for (size_t i = 0; i < count; i++) {
        params_page_view(&params, &views[i]);
    }
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    for (size_t done = 0, rows_done = 0; done < count; done += rows_done) {
        const char *sql = multi_row_sql(&insert, count - done, &rows_done);
        CLEANUP(db_rows_free) PGresult *rows = NULL;
        enum outcome outcome =
            sql ? db_query(connection, &rows, sql,
                           params_from(&params, done * COLUMNS, rows_done * COLUMNS))
                : OUTCOME_UNAVAILABLE;
        if (outcome != OUTCOME_OK) {
            return outcome;
        }
    }
    return OUTCOME_OK;
}

enum outcome load_view_summary(struct db_connection *connection, int64_t account_id,
                               const struct uuid *invitation_id, int64_t around_us,
                               struct view_summary *summary) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_uuid(&params, invitation_id);
    params_time(&params, around_us - BURST_WINDOW_US);
    params_time(&params, around_us + BURST_WINDOW_US);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(
        connection, &rows,
        "SELECT " DB_TIME(
            "min(viewed_at)") ", count(DISTINCT preselected)"
                              " FILTER (WHERE viewed_at BETWEEN $3::timestamptz AND "
                              "$4::timestamptz)"
                              " FROM page_views WHERE account_id = $1 AND invitation_id = $2",
        params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        summary->first_viewed_at_us = db_time(rows, 0, 0);
        summary->burst_values = (int)db_int(rows, 0, 1);
    }
    return outcome;
}

enum outcome remove_page_views(struct db_connection *connection, int64_t account_id,
                               int64_t before_us, int limit, int64_t *removed) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_time(&params, before_us);
    params_int(&params, limit);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(
        connection, &rows,
        "DELETE FROM page_views USING (SELECT id AS old_id, invitation_id AS old_invitation"
        " FROM page_views WHERE account_id = $1 AND viewed_at < $2"
        " ORDER BY viewed_at LIMIT $3) AS old"
        " WHERE account_id = $1 AND invitation_id = old_invitation AND id = old_id",
        params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        *removed = db_affected(rows);
    }
    return outcome;
}
