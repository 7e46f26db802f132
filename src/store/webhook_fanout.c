/* Deliveries are made of the feed's events, account by account. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/account.h"
#include "store/array_param.h"
#include "store/event.h"
#include "store/params.h"
#include "store/webhook.h"
#include "store/webhook_delivery.h"

#define ACCOUNT_SIZE 24
/* Due deliveries that are plenty, also for one that fails: what is further back waits in the feed,
 * where it costs nothing. */
#define PLENTY             "1000"
#define PLENTY_FOR_FAILING "100"

void webhook_targets_clear(struct webhook_targets *targets) {
    free(targets->targets);
    *targets = (struct webhook_targets){0};
}

/* LIMIT keeps PostgreSQL from joining whole tables: the feed of each account is asked by index. */
static const char accounts_sql[] =
    "SELECT accounts.account_id FROM accounts"
    " LEFT JOIN event_positions position ON position.account_id = accounts.account_id"
    " AND position.reader = 'webhooks'"
    " CROSS JOIN LATERAL (SELECT FROM events WHERE events.account_id = accounts.account_id"
    " AND (events.transaction, events.id) > (COALESCE(position.transaction, '0'),"
    " COALESCE(position.id, '00000000-0000-0000-0000-000000000000'))"
    " AND events.transaction < pg_snapshot_xmin(pg_current_snapshot()) LIMIT 1) more"
    " WHERE accounts.event_mask <> 0";

enum outcome load_accounts_with_events(struct db_connection *connection, int64_t **ids,
                                       size_t *count) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows, accounts_sql, DB_NO_PARAMS);
    return outcome == OUTCOME_OK ? account_ids_from_rows(rows, ids, count) : outcome;
}

/* ---- the position ---- */

static enum outcome begin_position(struct db_connection *connection, const char *account) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "INSERT INTO event_positions (account_id, reader, transaction, id)"
                    " VALUES ($1, 'webhooks', '0', '00000000-0000-0000-0000-000000000000')"
                    " ON CONFLICT DO NOTHING",
                    DB_PARAMS(account));
}

/* OUTCOME_NOT_FOUND: somebody else holds it. */
static enum outcome lock_position(struct db_connection *connection, const char *account,
                                  struct feed_position *position) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT transaction, id FROM event_positions WHERE account_id = $1"
                 " AND reader = 'webhooks' FOR UPDATE SKIP LOCKED",
                 DB_PARAMS(account));
    if (outcome != OUTCOME_OK || PQntuples(rows) == 0) {
        return outcome == OUTCOME_OK ? OUTCOME_NOT_FOUND : outcome;
    }
    position->transaction = strtoull(PQgetvalue(rows, 0, 0), NULL, 10);
    return uuid_parse(PQgetvalue(rows, 0, 1), &position->id) ? OUTCOME_OK : OUTCOME_FAILED;
}

static enum outcome move_position(struct db_connection *connection, const char *account,
                                  const struct feed_position *position) {
    char transaction[ACCOUNT_SIZE], id[UUID_TEXT_SIZE];
    snprintf(transaction, sizeof transaction, "%" PRIu64, position->transaction);
    uuid_format(&position->id, id);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "UPDATE event_positions SET transaction = $2::xid8, id = $3"
                    " WHERE account_id = $1 AND reader = 'webhooks'",
                    DB_PARAMS(account, transaction, id));
}

/* OUTCOME_NOT_FOUND: all webhooks of the account have plenty to do. Without any there is no use in
 * waiting. */
static enum outcome check_appetite(struct db_connection *connection, const char *account) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(
        connection, &rows,
        "SELECT COALESCE(bool_and(due.plenty), false) FROM webhooks CROSS JOIN LATERAL ("
        "SELECT count(*) >= CASE WHEN failing_since IS NULL THEN " PLENTY
        " ELSE " PLENTY_FOR_FAILING " END AS plenty FROM (SELECT FROM webhook_deliveries delivery"
        " WHERE delivery.account_id = webhooks.account_id AND delivery.webhook_id = webhooks.id"
        " AND delivery.due_at <= now() LIMIT " PLENTY ") counted) due"
        " WHERE webhooks.account_id = $1 AND webhooks.active",
        DB_PARAMS(account));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    return PQntuples(rows) > 0 && *PQgetvalue(rows, 0, 0) == 't' ? OUTCOME_NOT_FOUND : OUTCOME_OK;
}

/* ---- the deliveries ---- */

static const char insert_sql[] =
    "WITH made AS (INSERT INTO webhook_deliveries"
    " (account_id, webhook_id, event_id, type, object_id, occurred_at, due_at)"
    " SELECT webhooks.account_id, webhooks.id, event.id, event.type, event.object_id,"
    " event.occurred_at, now()"
    " FROM webhooks CROSS JOIN"
    " unnest($2::uuid[], $3::smallint[], $4::uuid[], $5::timestamptz[])"
    " AS event (id, type, object_id, occurred_at)"
    " WHERE webhooks.account_id = $1 AND webhooks.active"
    " AND (webhooks.event_mask >> event.type) & 1 = 1 AND event.occurred_at >= webhooks.created_at"
    " ON CONFLICT DO NOTHING RETURNING webhook_id)"
    " SELECT DISTINCT webhook_id FROM made";

static void params_page(struct params *params, const struct feed_page *page) {
    CLEANUP(text_clear) struct text ids = {0};
    CLEANUP(text_clear) struct text types = {0};
    CLEANUP(text_clear) struct text objects = {0};
    CLEANUP(text_clear) struct text times = {0};
    for (size_t i = 0; i < page->count; i++) {
        const struct event *event = &page->entries[i].event;
        array_append_uuid(&ids, &event->id);
        array_append_int(&types, event->type);
        array_append_uuid(&objects, &event->object_id);
        array_append_time(&times, event->occurred_at_us);
    }
    params_array(params, &ids);
    params_array(params, &types);
    params_array(params, &objects);
    params_array(params, &times);
}

static enum outcome targets_from_rows(const PGresult *rows, int64_t account_id,
                                      struct webhook_targets *targets) {
    size_t count = (size_t)PQntuples(rows);
    struct webhook_target *list = calloc(count ? count : 1, sizeof *list);
    if (!list) {
        return OUTCOME_UNAVAILABLE;
    }
    targets->targets = list;
    for (size_t i = 0; i < count; i++) {
        list[i].account_id = account_id;
        targets->count += uuid_parse(PQgetvalue(rows, (int)i, 0), &list[targets->count].id);
    }
    return OUTCOME_OK;
}

static enum outcome insert_deliveries(struct db_connection *connection, int64_t account_id,
                                      const struct feed_page *page, struct webhook_targets *made) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_page(&params, page);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, insert_sql, params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? targets_from_rows(rows, account_id, made) : outcome;
}

/* ---- the step ---- */

struct fan_out {
    int64_t account_id;
    char account[ACCOUNT_SIZE];
    size_t limit;
    struct feed_position position;
};

static enum outcome fan_out_page(struct db_connection *connection, const struct fan_out *step,
                                 struct webhook_targets *made, bool *more) {
    CLEANUP(feed_page_clear) struct feed_page page = {0};
    enum outcome outcome =
        load_feed(connection, step->account_id, &step->position, step->limit, &page);
    if (outcome != OUTCOME_OK || page.count == 0) {
        return outcome;
    }
    outcome = insert_deliveries(connection, step->account_id, &page, made);
    if (outcome == OUTCOME_OK) {
        outcome = move_position(connection, step->account, &page.entries[page.count - 1].position);
    }
    *more = page.count == step->limit;
    return outcome;
}

static enum outcome fan_out_locked(struct db_connection *connection, struct fan_out *step,
                                   struct webhook_targets *made, bool *more) {
    enum outcome outcome = begin_position(connection, step->account);
    outcome =
        outcome == OUTCOME_OK ? lock_position(connection, step->account, &step->position) : outcome;
    outcome = outcome == OUTCOME_OK ? check_appetite(connection, step->account) : outcome;
    return outcome == OUTCOME_OK ? fan_out_page(connection, step, made, more) : outcome;
}

enum outcome fan_out_events(struct db_connection *connection, int64_t account_id, size_t limit,
                            struct webhook_targets *made, bool *more) {
    struct fan_out step = {.account_id = account_id, .limit = limit};
    snprintf(step.account, sizeof step.account, "%" PRId64, account_id);
    *made = (struct webhook_targets){0};
    *more = false;
    enum outcome outcome = db_execute(connection, "BEGIN");
    outcome = outcome == OUTCOME_OK ? fan_out_locked(connection, &step, made, more) : outcome;
    if (outcome == OUTCOME_OK) {
        return db_execute(connection, "COMMIT");
    }
    enum outcome undone = db_execute(connection, "ROLLBACK");
    return outcome == OUTCOME_NOT_FOUND ? undone : outcome;
}
