#include "store/webhook_delivery.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "store/array_param.h"
#include "store/params.h"

#define DUE                                                                                        \
    "due_at <= now() AND (claimed_until IS NULL OR claimed_until < now())" /* by its own clock */

/* ---- which webhooks have something to do ---- */

static const char due_sql[] =
    "SELECT webhooks.account_id, webhooks.id FROM webhooks CROSS JOIN LATERAL ("
    "SELECT FROM webhook_deliveries delivery WHERE delivery.account_id = webhooks.account_id"
    " AND delivery.webhook_id = webhooks.id AND " DUE " LIMIT 1) due"
    " WHERE webhooks.active AND (webhooks.paused_until IS NULL OR webhooks.paused_until <= now())";

enum outcome load_due_webhooks(struct db_connection *connection, struct webhook_targets *due) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    *due = (struct webhook_targets){0};
    enum outcome outcome = db_query(connection, &rows, due_sql, DB_NO_PARAMS);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    size_t count = (size_t)PQntuples(rows);
    due->targets = calloc(count ? count : 1, sizeof *due->targets);
    if (!due->targets) {
        return OUTCOME_UNAVAILABLE;
    }
    for (size_t i = 0; i < count; i++) {
        struct webhook_target *target = &due->targets[due->count];
        target->account_id = db_int(rows, (int)i, 0);
        due->count += uuid_parse(PQgetvalue(rows, (int)i, 1), &target->id);
    }
    return OUTCOME_OK;
}

/* ---- claiming ---- */

/* By arrays, and not by joins: those would scan all of an account where PostgreSQL knows nothing of
 * the table yet, and plans are kept. */
static const char claim_sql[] =
    "UPDATE webhook_deliveries SET claim_id = $3,"
    " claimed_until = now() + $4::bigint * interval '1 us', attempts = attempts + 1"
    " WHERE account_id = $1 AND webhook_id = $2 AND event_id = ANY (ARRAY("
    "SELECT event_id FROM webhook_deliveries WHERE account_id = $1 AND webhook_id = $2 AND " DUE
    " ORDER BY due_at LIMIT $5 FOR UPDATE SKIP LOCKED))"
    " RETURNING event_id, type, object_id, " DB_TIME("occurred_at") ", attempts";

static bool delivery_from_row(const PGresult *rows, int row, int64_t account_id,
                              struct claimed_delivery *delivery) {
    *delivery = (struct claimed_delivery){
        .event = {.account_id = account_id,
                  .type = (enum event_type)db_int(rows, row, 1),
                  .occurred_at_us = db_time(rows, row, 3)},
        .attempts = (int)db_int(rows, row, 4),
    };
    return uuid_parse(PQgetvalue(rows, row, 0), &delivery->event.id) &&
           uuid_parse(PQgetvalue(rows, row, 2), &delivery->event.object_id) &&
           (unsigned)delivery->event.type < EVENT_TYPES;
}

/* What this version does not know waits, its lease over, for one that does. */
static void take_rows(const PGresult *rows, int64_t account_id,
                      struct claimed_delivery deliveries[], size_t *count) {
    *count = 0;
    for (int i = 0; i < PQntuples(rows); i++) {
        if (delivery_from_row(rows, i, account_id, &deliveries[*count])) {
            ++*count;
        } else {
            log_error("a delivery in the database is none that this version knows");
        }
    }
}

enum outcome claim_deliveries(struct db_connection *connection, const struct delivery_claim *claim,
                              struct claimed_delivery deliveries[], size_t *count) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, claim->webhook.account_id);
    params_uuid(&params, &claim->webhook.id);
    params_uuid(&params, &claim->id);
    params_int(&params, claim->lease_us);
    params_int(&params, (int64_t)claim->limit);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, claim_sql, params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        take_rows(rows, claim->webhook.account_id, deliveries, count);
    }
    return outcome;
}

/* ---- marking ---- */

/* The element of an array parameter that belongs to the row. */
#define MARK(array) "(" array ")[array_position($3::uuid[], event_id)]"

/* The log keeps the last attempts: replays may add any number. */
/* clang-format off */
static const char mark_sql[] =
    "UPDATE webhook_deliveries SET claim_id = NULL, claimed_until = NULL,"
    " outcome = " MARK("$5::text[]") ","
    " ended_at = CASE WHEN " MARK("$5::text[]") " IS NOT NULL THEN now() END,"
    " due_at = CASE WHEN " MARK("$5::text[]") " IS NULL"
    " THEN COALESCE(now() + " MARK("$6::bigint[]") " * interval '1 us', due_at) END,"
    " attempts = attempts - " MARK("$7::smallint[]") ","
    " attempt_log = CASE WHEN " MARK("$8::jsonb[]") " IS NULL THEN attempt_log"
    " WHEN jsonb_array_length(attempt_log) >= 20 THEN (attempt_log - 0) || " MARK("$8::jsonb[]")
    " ELSE COALESCE(attempt_log, '[]') || " MARK("$8::jsonb[]") " END"
    " WHERE account_id = $1 AND webhook_id = $2 AND event_id = ANY ($3::uuid[])"
    " AND claim_id = " MARK("$4::uuid[]");
/* clang-format on */

static const char *outcome_name(enum delivery_mark_kind kind) {
    static const char *const names[] = {
        [DELIVERY_DELIVERED] = "delivered",
        [DELIVERY_FAILED] = "failed",
        [DELIVERY_GONE] = "gone",
        [DELIVERY_LET_GO] = NULL,
    };
    return names[kind];
}

static void append_null(struct text *array) {
    text_append(array, array->length ? ",NULL" : "{NULL");
}

struct mark_arrays {
    struct text events, claims, outcomes, waits, taken_back, attempts;
};

static void mark_arrays_clear(struct mark_arrays *arrays) {
    text_clear(&arrays->events);
    text_clear(&arrays->claims);
    text_clear(&arrays->outcomes);
    text_clear(&arrays->waits);
    text_clear(&arrays->taken_back);
    text_clear(&arrays->attempts);
}

static void append_mark(struct mark_arrays *arrays, const struct delivery_mark *mark) {
    array_append_uuid(&arrays->events, &mark->event_id);
    array_append_uuid(&arrays->claims, &mark->claim_id);
    array_append_text(&arrays->outcomes, outcome_name(mark->kind));
    if (mark->kind == DELIVERY_PUT_OFF) {
        array_append_int(&arrays->waits, mark->wait_us);
    } else {
        append_null(&arrays->waits);
    }
    array_append_int(&arrays->taken_back, mark->kind == DELIVERY_LET_GO);
    array_append_text(&arrays->attempts, mark->attempt);
}

static void params_marks(struct params *params, const struct delivery_mark marks[], size_t count) {
    CLEANUP(mark_arrays_clear) struct mark_arrays arrays = {.events = {0}};
    for (size_t i = 0; i < count; i++) {
        append_mark(&arrays, &marks[i]);
    }
    params_int(params, marks[0].webhook.account_id);
    params_uuid(params, &marks[0].webhook.id);
    params_array(params, &arrays.events);
    params_array(params, &arrays.claims);
    params_array(params, &arrays.outcomes);
    params_array(params, &arrays.waits);
    params_array(params, &arrays.taken_back);
    params_array(params, &arrays.attempts);
}

enum outcome mark_deliveries(struct db_connection *connection, const struct delivery_mark marks[],
                             size_t count) {
    CLEANUP(params_clear) struct params params = {0};
    if (count == 0) {
        return OUTCOME_OK;
    }
    params_marks(&params, marks, count);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows, mark_sql, params_from(&params, 0, params.count));
}

/* ---- what is known of a webhook ---- */

enum outcome note_webhook_succeeding(struct db_connection *connection,
                                     const struct webhook_target *webhook) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, webhook->account_id);
    params_uuid(&params, &webhook->id);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "UPDATE webhooks SET failing_since = NULL,"
                    " paused_until = CASE WHEN paused_until > now() THEN paused_until END"
                    " WHERE account_id = $1 AND id = $2 AND failing_since IS NOT NULL",
                    params_from(&params, 0, params.count));
}

enum outcome note_webhook_failing(struct db_connection *connection,
                                  const struct webhook_target *webhook, int64_t pause_us) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, webhook->account_id);
    params_uuid(&params, &webhook->id);
    params_int_unless(&params, pause_us, 0);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "UPDATE webhooks SET failing_since = COALESCE(failing_since, now()),"
                    " paused_until = GREATEST(paused_until, now() + $3::bigint * interval '1 us')"
                    " WHERE account_id = $1 AND id = $2 AND active"
                    " AND (failing_since IS NULL OR $3::bigint IS NOT NULL)",
                    params_from(&params, 0, params.count));
}

enum outcome count_pending_deliveries(struct db_connection *connection, int64_t *pending,
                                      int64_t *failing) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT (SELECT count(*) FROM (SELECT FROM webhook_deliveries"
                 " WHERE due_at IS NOT NULL LIMIT 1000000) counted),"
                 " (SELECT count(*) FROM webhooks WHERE active AND failing_since IS NOT NULL)",
                 DB_NO_PARAMS);
    if (outcome == OUTCOME_OK) {
        *pending = db_int(rows, 0, 0);
        *failing = db_int(rows, 0, 1);
    }
    return outcome;
}
