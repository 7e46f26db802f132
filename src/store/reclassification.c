#include "store/reclassification.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/event.h"
#include "store/params.h"

void reclassifications_clear(struct reclassifications *reclassifications) {
    for (size_t i = 0; i < reclassifications->count; i++) {
        free(reclassifications->items[i].reason);
        free(reclassifications->items[i].made_by);
    }
    free(reclassifications->items);
    *reclassifications = (struct reclassifications){0};
}

static bool reclassification_from_row(const PGresult *rows, int row,
                                      struct reclassification *reclassification) {
    reclassification->reason = strdup(PQgetvalue(rows, row, 4));
    reclassification->made_by = strdup(PQgetvalue(rows, row, 5));
    reclassification->made_at_us = db_time(rows, row, 6);
    return uuid_parse(PQgetvalue(rows, row, 0), &reclassification->id) &&
           uuid_parse(PQgetvalue(rows, row, 1), &reclassification->vote_id) &&
           trust_from_name(PQgetvalue(rows, row, 2), &reclassification->before) &&
           trust_from_name(PQgetvalue(rows, row, 3), &reclassification->after) &&
           reclassification->reason && reclassification->made_by;
}

enum outcome load_reclassifications(struct db_connection *connection, int64_t account_id,
                                    const struct uuid *response_id,
                                    struct reclassifications *reclassifications) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_uuid(&params, response_id);
    params_int(&params, RECLASSIFICATIONS_MAX);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT id, vote_id, trust_before, trust_after, reason, made_by, " DB_TIME(
                     "made_at") " FROM reclassifications WHERE account_id = $1 AND response_id = $2"
                                " ORDER BY made_at, id LIMIT $3",
                 params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    size_t count = (size_t)PQntuples(rows);
    *reclassifications = (struct reclassifications){
        .items = calloc(count ? count : 1, sizeof *reclassifications->items)};
    bool read = reclassifications->items != NULL;
    while (read && reclassifications->count < count) {
        size_t row = reclassifications->count++;
        read = reclassification_from_row(rows, (int)row, &reclassifications->items[row]);
    }
    if (!read) {
        reclassifications_clear(reclassifications);
    }
    return read ? OUTCOME_OK : OUTCOME_FAILED;
}

enum outcome find_earlier_confirmation(struct db_connection *connection, int64_t account_id,
                                       const struct uuid *response_id, bool *found) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_uuid(&params, response_id);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT FROM reclassifications WHERE account_id = $1 AND response_id = $2"
                 " AND trust_before = 'confirmed' LIMIT 1",
                 params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        *found = PQntuples(rows) > 0;
    }
    return outcome;
}

enum outcome tell_reclassified(struct db_connection *connection,
                               const struct survey_response *before,
                               const struct survey_response *after) {
    struct event event = {
        .account_id = after->account_id,
        .type = EVENT_RESPONSE_RECLASSIFIED,
        .object_id = after->id,
        .occurred_at_us = time_now_us(),
    };
    bool recorded = before->trust == TRUST_CONFIRMED || after->trust != TRUST_CONFIRMED;
    enum outcome outcome =
        recorded ? OUTCOME_OK
                 : find_earlier_confirmation(connection, after->account_id, &after->id, &recorded);
    if (!recorded) {
        event.type = EVENT_RESPONSE_RECORDED;
    }
    return outcome == OUTCOME_OK ? store_events(connection, &event, 1) : outcome;
}
