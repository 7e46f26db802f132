#include "store/hook_delivery.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "store/hook_delivery_row.h"
#include "store/params.h"

static char *write_detail(const struct hook_delivery *delivery) {
    return delivery->detail ? json_dumps(delivery->detail, JSON_COMPACT) : NULL;
}

static void release_text(char **text) {
    free(*text);
}

/* ---- the same once ---- */

static enum outcome insert_claimed(struct db_connection *connection,
                                   const struct hook_delivery *delivery, const char *body,
                                   size_t length, bool *inserted) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, delivery->account_id);
    params_uuid(&params, &delivery->id);
    params_text(&params, delivery->source);
    params_bytes(&params, delivery->hash, sizeof delivery->hash);
    params_time(&params, delivery->received_at_us);
    params_bytes(&params, (const unsigned char *)body, length);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(
        connection, &rows,
        "INSERT INTO deliveries (account_id, id, source, delivery_hash, received_at, body, outcome)"
        " VALUES ($1, $2, $3, $4, $5, $6, 'unmapped')"
        " ON CONFLICT (account_id, source, delivery_hash) WHERE delivery_hash IS NOT NULL"
        " DO NOTHING RETURNING id",
        params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        *inserted = PQntuples(rows) == 1;
    }
    return outcome;
}

static enum outcome count_repeat(struct db_connection *connection, struct hook_delivery *delivery) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, delivery->account_id);
    params_text(&params, delivery->source);
    params_bytes(&params, delivery->hash, sizeof delivery->hash);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "UPDATE deliveries SET repeats = repeats + 1"
                                    " WHERE account_id = $1 AND source = $2 AND delivery_hash = $3"
                                    " RETURNING " DELIVERY_COLUMNS,
                                    params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK || PQntuples(rows) == 0) {
        return outcome == OUTCOME_OK ? OUTCOME_UNAVAILABLE : outcome; /* removed in between */
    }
    struct hook_delivery known;
    outcome = delivery_from_row(rows, 0, &known);
    if (outcome == OUTCOME_OK) {
        webhook_delivery_clear(delivery);
        *delivery = known;
    }
    return outcome;
}

enum outcome claim_delivery(struct db_connection *connection, struct hook_delivery *delivery,
                            const char *body, size_t length, bool *first) {
    enum outcome outcome = insert_claimed(connection, delivery, body, length, first);
    if (outcome != OUTCOME_OK || *first) {
        return outcome;
    }
    outcome = count_repeat(connection, delivery);
    *first = delivery->outcome == DELIVERY_UNMAPPED;
    return outcome;
}

enum outcome find_delivery_event(struct db_connection *connection,
                                 const struct hook_delivery *delivery, const char *contact_ref,
                                 const char *event, struct uuid *id) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, delivery->account_id);
    params_text(&params, contact_ref);
    params_text(&params, delivery->source);
    params_text(&params, event);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(
        connection, &rows,
        "SELECT id FROM deliveries WHERE account_id = $1 AND contact_ref = $2"
        " AND source = $3 AND detail->>'event' = $4 ORDER BY received_at DESC, id DESC LIMIT 1",
        params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK && PQntuples(rows) == 1 && !uuid_parse(db_text(rows, 0, 0), id)) {
        return OUTCOME_FAILED;
    }
    return outcome;
}

enum outcome finish_delivery(struct db_connection *connection,
                             const struct hook_delivery *delivery) {
    CLEANUP(release_text) char *detail = write_detail(delivery);
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, delivery->account_id);
    params_uuid(&params, &delivery->id);
    params_text(&params, delivery_outcome_name(delivery->outcome));
    params_text(&params, detail);
    params_text(&params, delivery->contact_ref);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "UPDATE deliveries SET outcome = $3, detail = $4, contact_ref = $5"
                    " WHERE account_id = $1 AND id = $2",
                    params_from(&params, 0, params.count));
}

enum outcome delivery_knows_contact(struct db_connection *connection, int64_t account_id,
                                    const char *contact_ref, bool *known) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_text(&params, contact_ref);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(
        connection, &rows, "SELECT FROM contacts WHERE account_id = $1 AND contact_ref = $2",
        params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        *known = PQntuples(rows) == 1;
    }
    return outcome;
}

/* ---- those that were not verified ---- */

static enum outcome insert_refused(struct db_connection *connection,
                                   const struct hook_delivery *delivery) {
    CLEANUP(release_text) char *detail = write_detail(delivery);
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, delivery->account_id);
    params_uuid(&params, &delivery->id);
    params_text(&params, delivery->source);
    params_time(&params, delivery->received_at_us);
    params_text(&params, detail);
    params_int(&params, REFUSED_PER_MINUTE);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(
        connection, &rows,
        "INSERT INTO deliveries (account_id, id, source, received_at, detail, outcome)"
        " SELECT $1, $2, $3::text, $4::timestamptz, $5::jsonb, 'refused'"
        " WHERE (SELECT count(*) FROM deliveries WHERE account_id = $1 AND source = $3::text"
        " AND outcome = 'refused' AND received_at > $4::timestamptz - interval '1 minute')"
        " < $6::bigint",
        params_from(&params, 0, params.count));
}

static enum outcome trim_refused(struct db_connection *connection,
                                 const struct hook_delivery *delivery) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, delivery->account_id);
    params_text(&params, delivery->source);
    params_int(&params, REFUSED_KEPT);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "DELETE FROM deliveries WHERE account_id = $1 AND id IN"
                    " (SELECT id FROM deliveries WHERE account_id = $1 AND source = $2"
                    " AND outcome = 'refused' ORDER BY received_at DESC OFFSET $3)",
                    params_from(&params, 0, params.count));
}

enum outcome store_refused_delivery(struct db_connection *connection,
                                    const struct hook_delivery *delivery) {
    enum outcome outcome = insert_refused(connection, delivery);
    return outcome == OUTCOME_OK ? trim_refused(connection, delivery) : outcome;
}
