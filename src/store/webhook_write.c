/* Webhooks made, changed, disabled and removed; what their account wants to be told follows. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/event.h"
#include "store/params.h"
#include "store/webhook_row.h"

#define MAX_TEXT(number)   MAX_DIGITS(number)
#define MAX_DIGITS(number) #number

/* ---- the account's mask ---- */

/* Whoever changes one of its webhooks waits here for whoever changes another. */
static enum outcome begin_change(struct db_connection *connection, const char *account) {
    enum outcome outcome = db_execute(connection, "BEGIN");
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "SELECT FROM accounts WHERE account_id = $1 FOR NO KEY UPDATE",
                    DB_PARAMS(account));
}

/* The first active webhook of an account: what its feed holds by now is for nobody. */
static enum outcome begin_feed(struct db_connection *connection, const char *account) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(
        connection, &rows,
        "INSERT INTO event_positions (account_id, reader, transaction, id)"
        " SELECT account_id, 'webhooks', pg_snapshot_xmin(pg_current_snapshot()),"
        " '00000000-0000-0000-0000-000000000000' FROM accounts"
        " WHERE account_id = $1 AND event_mask = 0 AND EXISTS (SELECT FROM webhooks"
        " WHERE account_id = $1 AND active)"
        " ON CONFLICT (account_id, reader) DO UPDATE SET transaction = EXCLUDED.transaction,"
        " id = EXCLUDED.id",
        DB_PARAMS(account));
}

static enum outcome refresh_mask(struct db_connection *connection, const char *account) {
    enum outcome outcome = begin_feed(connection, account);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "UPDATE accounts SET event_mask = (SELECT COALESCE(bit_or(event_mask), 0)"
                    " FROM webhooks WHERE account_id = $1 AND active) WHERE account_id = $1",
                    DB_PARAMS(account));
}

/* A connection that is released in a transaction rolls it back. */
static enum outcome end_change(struct db_connection *connection, const char *account) {
    enum outcome outcome = refresh_mask(connection, account);
    return outcome == OUTCOME_OK ? db_execute(connection, "COMMIT") : outcome;
}

static enum outcome give_up_change(struct db_connection *connection, enum outcome why) {
    enum outcome outcome = db_execute(connection, "ROLLBACK");
    return outcome == OUTCOME_OK ? why : outcome;
}

/* ---- storing ---- */

/* No row comes back when there are too many. */
static enum outcome insert_webhook(struct db_connection *connection, struct db_params params,
                                   PGresult **rows) {
    return db_query(connection, rows,
                    "INSERT INTO webhooks (account_id, id, url, description, event_mask, headers,"
                    " active, secret, previous_secret, previous_valid_until, created_at,"
                    " updated_at, disabled_at) SELECT $1::bigint, $2::uuid, $3::text, $4::text,"
                    " $5::int, $6::jsonb, $7::boolean, $8::text, $9::text, $10::timestamptz,"
                    " $11::timestamptz, $11, CASE WHEN NOT $7 THEN $11 END"
                    " WHERE (SELECT count(*) FROM webhooks WHERE account_id = $1) < " MAX_TEXT(
                        WEBHOOKS_MAX) " RETURNING " WEBHOOK_COLUMNS,
                    params);
}

/* No row comes back when it is not the revision it should be. */
static enum outcome update_webhook(struct db_connection *connection, struct db_params params,
                                   PGresult **rows) {
    return db_query(
        connection, rows,
        "UPDATE webhooks SET url = $3, description = $4, event_mask = $5, headers = $6,"
        " active = $7, secret = $8, previous_secret = $9, previous_valid_until = $10,"
        " updated_at = $11, revision = revision + 1,"
        " disabled_at = CASE WHEN $7 THEN NULL WHEN active THEN $11 ELSE disabled_at END,"
        " disabled_reason = CASE WHEN NOT $7 THEN disabled_reason END,"
        " failing_since = CASE WHEN active AND url = $3 THEN failing_since END,"
        " paused_until = CASE WHEN active AND url = $3 THEN paused_until END"
        " WHERE account_id = $1 AND id = $2 AND revision = $12 RETURNING " WEBHOOK_COLUMNS,
        params);
}

static void params_webhook(struct params *params, const struct webhook *webhook,
                           const char *headers) {
    params_int(params, webhook->account_id);
    params_uuid(params, &webhook->id);
    params_text(params, webhook->url);
    params_text(params, webhook->description);
    params_int(params, webhook->event_mask);
    params_text(params, headers);
    params_text(params, webhook->active ? "true" : "false");
    params_text(params, webhook->secret);
    params_text(params, webhook->previous_secret);
    params_time(params, webhook->previous_secret ? webhook->previous_valid_until_us : TIME_NONE);
    params_time(params, time_now_us());
    if (webhook->revision != WEBHOOK_REVISION_NONE) {
        params_int(params, webhook->revision);
    }
}

static enum outcome write_webhook(struct db_connection *connection, const struct params *params,
                                  bool is_new, PGresult **rows) {
    struct db_params all = params_from(params, 0, params->count);
    enum outcome outcome = begin_change(connection, params->values[0]);
    if (outcome == OUTCOME_OK) {
        outcome =
            is_new ? insert_webhook(connection, all, rows) : update_webhook(connection, all, rows);
    }
    if (outcome == OUTCOME_OK && PQntuples(*rows) == 0) {
        return give_up_change(connection, OUTCOME_CONFLICT);
    }
    return outcome == OUTCOME_OK ? end_change(connection, params->values[0]) : outcome;
}

static void release_text(char **text) {
    if (*text) {
        sodium_memzero(*text, strlen(*text));
        free(*text);
    }
}

enum outcome store_webhook(struct db_connection *connection, struct webhook *webhook) {
    CLEANUP(release_text) char *headers = json_dumps(webhook->headers, JSON_COMPACT);
    CLEANUP(params_clear) struct params params = {0};
    params_webhook(&params, webhook, headers);
    if (!headers || !params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    struct webhook stored;
    enum outcome outcome =
        write_webhook(connection, &params, webhook->revision == WEBHOOK_REVISION_NONE, &rows);
    outcome = outcome == OUTCOME_OK ? webhook_from_row(rows, 0, &stored) : outcome;
    if (outcome == OUTCOME_OK) {
        webhook_clear(webhook);
        *webhook = stored;
    }
    return outcome;
}

enum outcome remove_webhook(struct db_connection *connection, const struct webhook *webhook) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, webhook->account_id);
    params_uuid(&params, &webhook->id);
    params_int(&params, webhook->revision);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = begin_change(connection, params.values[0]);
    if (outcome == OUTCOME_OK) {
        outcome = db_query(connection, &rows,
                           "DELETE FROM webhooks WHERE account_id = $1 AND id = $2"
                           " AND revision = $3",
                           params_from(&params, 0, params.count));
    }
    if (outcome == OUTCOME_OK && db_affected(rows) == 0) {
        return give_up_change(connection, OUTCOME_CONFLICT);
    }
    return outcome == OUTCOME_OK ? end_change(connection, params.values[0]) : outcome;
}

/* ---- disabling ---- */

static enum outcome write_disabled(struct db_connection *connection, const struct params *params) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "UPDATE webhooks SET active = false, disabled_reason = $3, disabled_at = $4,"
                 " updated_at = $4, revision = revision + 1"
                 " WHERE account_id = $1 AND id = $2 AND active AND revision = $5",
                 params_from(params, 0, params->count));
    return outcome == OUTCOME_OK && db_affected(rows) == 0 ? OUTCOME_NOT_FOUND : outcome;
}

/* Its own bits are out of the mask by then: it is not told itself. */
static enum outcome tell_disabled(struct db_connection *connection, int64_t account_id,
                                  const struct uuid *id, int64_t now_us) {
    struct event event = {.account_id = account_id,
                          .type = EVENT_WEBHOOK_DISABLED,
                          .object_id = *id,
                          .occurred_at_us = now_us};
    return store_events(connection, &event, 1);
}

enum outcome disable_webhook(struct db_connection *connection, int64_t account_id,
                             const struct uuid *id, int revision, const char *reason) {
    CLEANUP(params_clear) struct params params = {0};
    int64_t now_us = time_now_us();
    params_int(&params, account_id);
    params_uuid(&params, id);
    params_text(&params, reason);
    params_time(&params, now_us);
    params_int(&params, revision);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    enum outcome outcome = begin_change(connection, params.values[0]);
    outcome = outcome == OUTCOME_OK ? write_disabled(connection, &params) : outcome;
    if (outcome == OUTCOME_NOT_FOUND) {
        return give_up_change(connection, outcome);
    }
    outcome = outcome == OUTCOME_OK ? refresh_mask(connection, params.values[0]) : outcome;
    outcome = outcome == OUTCOME_OK ? tell_disabled(connection, account_id, id, now_us) : outcome;
    return outcome == OUTCOME_OK ? db_execute(connection, "COMMIT") : outcome;
}
