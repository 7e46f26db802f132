#include "store/lone_response.h"

#include <pthread.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "store/event.h"
#include "store/multi_row.h"
#include "store/response.h"

/* clang-format off */
#define INSERT "WITH new AS (INSERT INTO responses (" NEW_RESPONSE_COLUMNS ") SELECT "

/* The parameters are numbered as NEW_RESPONSE_COLUMNS. */
#define WHEN_NOTHING_IS_IN_ITS_WAY                                                             \
    " FROM accounts WHERE accounts.account_id = $1"                                            \
    " AND EXISTS (SELECT FROM surveys WHERE account_id = $1 AND survey = $3)"                  \
    " AND (SELECT 1 FROM invitations WHERE account_id = $1 AND survey = $3 AND "               \
    ONLY_KEY("contact_ref", "$4") " LIMIT 1) IS NULL"                                          \
    " AND (SELECT 1 FROM contacts WHERE account_id = $1 AND "                                  \
    ONLY_KEY("contact_ref", "$4") " LIMIT 1) IS NULL"                                          \
    " AND (SELECT 1 FROM votes WHERE account_id = $1 AND idempotency_hash = $30 AND "          \
    ONLY_KEY("idempotency_index", "$31") " LIMIT 1) IS NULL"                                   \
    " AND (SELECT 1 FROM responses WHERE account_id = $1 AND idempotency_hash = $30 AND "      \
    ONLY_KEY("idempotency_index", "$31") " LIMIT 1) IS NULL"                                   \
    " ON CONFLICT (account_id, survey, contact_ref) DO NOTHING"                            \
    " RETURNING account_id, id, survey, answered_at, received_at)"

#define EVENT_ID_PARAMETER (NEW_RESPONSE_COLUMN_COUNT + 1)
#define WHO_WANTS_TO_KNOW                                                                      \
    " FROM new JOIN accounts USING (account_id) WHERE " WANTED_EVENTS " & 1 = 1)"
/* clang-format on */
_Static_assert(EVENT_BIT(EVENT_RESPONSE_RECORDED) == 1, "as WHO_WANTS_TO_KNOW");

static char *sql; /* never freed */

static void write_sql(void) {
    CLEANUP(text_clear) struct text text = {0};
    text_append(&text, INSERT);
    append_parameters(&text, 1, NEW_RESPONSE_COLUMN_COUNT);
    text_append_format(&text,
                       WHEN_NOTHING_IS_IN_ITS_WAY
                       ", told AS (INSERT INTO events (" EVENT_COLUMNS ") SELECT account_id,"
                       " $%d::uuid, %d, new.id, new.received_at" WHO_WANTS_TO_KNOW ", counted AS (",
                       EVENT_ID_PARAMETER, EVENT_RESPONSE_RECORDED);
    rollup_append_count_of_new(&text, EVENT_ID_PARAMETER + 1);
    text_append(&text, ") SELECT FROM new");
    sql = text_take(&text);
}

bool is_lone_response(const struct vote *vote) {
    return vote->trust == TRUST_CONFIRMED && !vote->has_invitation &&
           vote->answers.extras.count == 0;
}

enum outcome send_lone_response(struct db_connection *connection, const struct vote *vote,
                                struct rollup_deltas *deltas, int slot, struct params *params) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, write_sql);
    size_t first = params->count;
    struct uuid event_id = uuid_new();
    params_new_response(params, vote);
    params_uuid_binary(params, &event_id);
    params_count_of_new(params, deltas, slot);
    if (!sql || !params_ready(params)) {
        return OUTCOME_UNAVAILABLE;
    }
    return db_pipeline_send(connection, sql, params_from(params, first, params->count - first));
}
