#include "store/webhook_delivery_expiry.h"

#include "base/cleanup.h"
#include "base/uuid.h"
#include "store/params.h"

/* Each webhook that has deliveries, by the primary key; it may be gone itself, or inactive, and
 * then nothing is sent. */
#define EACH_WEBHOOK                                                                               \
    "WITH RECURSIVE each_id AS ((SELECT webhook_id AS id FROM webhook_deliveries"                  \
    " WHERE account_id = $1 ORDER BY webhook_id LIMIT 1)"                                          \
    " UNION ALL SELECT (SELECT webhook_id FROM webhook_deliveries WHERE account_id = $1"           \
    " AND webhook_id > each_id.id ORDER BY webhook_id LIMIT 1)"                                    \
    " FROM each_id WHERE each_id.id IS NOT NULL),"                                                 \
    " each_webhook AS (SELECT each_id.id, webhooks.id IS NULL AS gone,"                            \
    " COALESCE(active, false) AS sends FROM each_id LEFT JOIN webhooks"                            \
    " ON webhooks.account_id = $1 AND webhooks.id = each_id.id WHERE each_id.id IS NOT NULL)"

/* Events' ids begin with the time at which they were made, and no delivery ends before that: the
 * primary key finds the old ones. */
static const char remove_sql[] = EACH_WEBHOOK
    " DELETE FROM webhook_deliveries WHERE account_id = $1"
    " AND (due_at IS NULL OR webhook_id IN (SELECT id FROM each_webhook WHERE NOT sends))"
    " AND (webhook_id, event_id) IN (SELECT old.webhook_id, old.event_id FROM each_webhook"
    " CROSS JOIN LATERAL (SELECT webhook_id, event_id FROM webhook_deliveries"
    " WHERE account_id = $1 AND webhook_id = each_webhook.id"
    " AND event_id < CASE WHEN gone THEN 'ffffffff-ffff-ffff-ffff-ffffffffffff' ELSE $2::uuid END"
    " AND (NOT sends OR due_at IS NULL AND ended_at < $3::timestamptz)"
    " ORDER BY event_id LIMIT $4) AS old LIMIT $4)";

enum outcome remove_ended_deliveries(struct db_connection *connection, int64_t account_id,
                                     int64_t before_us, int limit, int64_t *removed) {
    static const unsigned char zeros[UUID_BYTES];
    struct uuid before = uuid_at(before_us, zeros);
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_uuid(&params, &before);
    params_time(&params, before_us);
    params_int(&params, limit);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, remove_sql, params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        *removed = db_affected(rows);
    }
    return outcome;
}
