#include "store/suppression.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time.h"
#include "domain/address.h"
#include "store/array_param.h"
#include "store/event.h"
#include "store/params.h"
#include "store/suppression_row.h"

static void free_key(char **key) {
    free(*key);
}

static char *copy_text(const char *text) {
    return text ? strdup(text) : NULL;
}

enum outcome suppression_from_row(const PGresult *rows, int row, struct suppression *suppression) {
    const char *note = db_text(rows, row, 4);
    const char *invitation = db_text(rows, row, 5);
    struct suppression read = {
        .account_id = db_int(rows, row, 0),
        .email = copy_text(db_text(rows, row, 2)),
        .note = copy_text(note),
        .has_invitation = invitation != NULL,
        .created_at_us = db_time(rows, row, 6),
    };
    if (!read.email || (note && !read.note) || !uuid_parse(db_text(rows, row, 1), &read.id) ||
        !suppression_reason_from_name(db_text(rows, row, 3), &read.reason) ||
        (invitation && !uuid_parse(invitation, &read.invitation_id))) {
        log_error("could not read a row of suppressions");
        suppression_clear(&read);
        return OUTCOME_FAILED;
    }
    *suppression = read;
    return OUTCOME_OK;
}

/* ---- storing ---- */

/* The columns of a batch, as arrays. */
struct columns {
    struct text keys;
    struct text ids;
    struct text emails;
    struct text reasons;
    struct text notes;
    struct text invitations;
    struct text times;
    struct text events;
};

static void columns_clear(struct columns *columns) {
    text_clear(&columns->keys);
    text_clear(&columns->ids);
    text_clear(&columns->emails);
    text_clear(&columns->reasons);
    text_clear(&columns->notes);
    text_clear(&columns->invitations);
    text_clear(&columns->times);
    text_clear(&columns->events);
}

static void add_row(struct columns *columns, const struct suppression *suppression) {
    CLEANUP(free_key) char *key = address_key(suppression->email);
    columns->keys.failed |= key == NULL;
    array_append_text(&columns->keys, key);
    array_append_uuid(&columns->ids, &suppression->id);
    array_append_text(&columns->emails, suppression->email);
    array_append_text(&columns->reasons, suppression_reason_name(suppression->reason));
    array_append_text(&columns->notes, suppression->note);
    array_append_uuid(&columns->invitations,
                      suppression->has_invitation ? &suppression->invitation_id : NULL);
    array_append_time(&columns->times, suppression->created_at_us);
    struct uuid event_id = uuid_new();
    array_append_uuid(&columns->events, &event_id);
}

/* A mailbox may come back: what people asked for must outlast that its bounce is lifted. */
#define GIVES_WAY "'bounced'"

#define CREATED_TYPE "6"
_Static_assert(EVENT_SUPPRESSION_CREATED == 6, "as CREATED_TYPE");

#define GIVEN                                                                                      \
    "unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[],"               \
    " $8::timestamptz[], $9::uuid[]) WITH ORDINALITY AS given (address, id, email, reason, note,"  \
    " invitation_id, created_at, event_id, place)"

/* In the order of their keys, so that two batches never wait for each other in a circle; of each
 * key one, as no statement changes a row twice. */
static enum outcome insert(struct db_connection *connection, struct params *params) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "WITH stored AS (INSERT INTO suppressions AS kept (account_id, address, id,"
                    " email, reason, note, invitation_id, created_at)"
                    " SELECT DISTINCT ON (address COLLATE \"C\") $1, address, id, email, reason,"
                    " note, invitation_id, created_at FROM " GIVEN
                    " ORDER BY address COLLATE \"C\", reason = " GIVES_WAY ", place"
                    " ON CONFLICT (account_id, address) DO UPDATE SET id = EXCLUDED.id,"
                    " email = EXCLUDED.email, reason = EXCLUDED.reason, note = EXCLUDED.note,"
                    " invitation_id = EXCLUDED.invitation_id, created_at = EXCLUDED.created_at"
                    " WHERE kept.reason = " GIVES_WAY " AND EXCLUDED.reason <> " GIVES_WAY
                    " RETURNING id) INSERT INTO events (" EVENT_COLUMNS ")"
                    " SELECT accounts.account_id, given.event_id, " CREATED_TYPE ", id,"
                    " $10::timestamptz FROM stored JOIN " GIVEN " USING (id)"
                    " JOIN accounts ON accounts.account_id = $1"
                    " WHERE (" WANTED_EVENTS " >> " CREATED_TYPE ") & 1 = 1",
                    params_from(params, 0, params->count));
}

/* One that was removed again meanwhile stays as it was given. */
static enum outcome read_stored(const PGresult *rows, struct suppression list[], bool created[]) {
    for (int row = 0; row < PQntuples(rows); row++) {
        size_t place = (size_t)db_int(rows, row, SUPPRESSION_COLUMN_COUNT) - 1;
        struct suppression stored;
        enum outcome outcome = suppression_from_row(rows, row, &stored);
        if (outcome != OUTCOME_OK) {
            return outcome;
        }
        created[place] = memcmp(&stored.id, &list[place].id, sizeof stored.id) == 0;
        suppression_clear(&list[place]);
        list[place] = stored;
    }
    return OUTCOME_OK;
}

static enum outcome load_stored(struct db_connection *connection, struct params *params,
                                struct suppression list[], bool created[]) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT " SUPPRESSION_COLUMNS ", place FROM unnest($2::text[]) WITH ORDINALITY"
                 " AS given (address, place) JOIN suppressions USING (address)"
                 " WHERE suppressions.account_id = $1",
                 params_from(params, 0, 2));
    return outcome == OUTCOME_OK ? read_stored(rows, list, created) : outcome;
}

static bool prepare(struct suppression list[], size_t count, struct params *params) {
    CLEANUP(columns_clear) struct columns columns = {0};
    for (size_t i = 0; i < count; i++) {
        list[i].id = uuid_new();
        add_row(&columns, &list[i]);
    }
    params_int(params, list[0].account_id);
    params_array(params, &columns.keys);
    params_array(params, &columns.ids);
    params_array(params, &columns.emails);
    params_array(params, &columns.reasons);
    params_array(params, &columns.notes);
    params_array(params, &columns.invitations);
    params_array(params, &columns.times);
    params_array(params, &columns.events);
    params_time(params, time_now_us());
    return params_ready(params);
}

enum outcome store_suppressions(struct db_connection *connection, struct suppression list[],
                                size_t count, bool created[]) {
    CLEANUP(params_clear) struct params params = {0};
    memset(created, 0, count * sizeof *created);
    if (count == 0) {
        return OUTCOME_OK;
    }
    if (!prepare(list, count, &params)) {
        return OUTCOME_FAILED;
    }
    enum outcome outcome = insert(connection, &params);
    return outcome == OUTCOME_OK ? load_stored(connection, &params, list, created) : outcome;
}

/* ---- one address ---- */

/* Runs sql with the account and the address's key. */
static enum outcome query_address(struct db_connection *connection, const char *sql,
                                  int64_t account_id, const char *email, PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    CLEANUP(free_key) char *key = address_key(email);
    params_int(&params, account_id);
    params_text(&params, key);
    if (!key || !params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    return db_query(connection, rows, sql, params_from(&params, 0, params.count));
}

enum outcome load_suppression(struct db_connection *connection, int64_t account_id,
                              const char *email, struct suppression *suppression) {
    static const char sql[] =
        "SELECT " SUPPRESSION_COLUMNS " FROM suppressions WHERE account_id = $1 AND address = $2";
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_address(connection, sql, account_id, email, &rows);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    return PQntuples(rows) == 0 ? OUTCOME_NOT_FOUND : suppression_from_row(rows, 0, suppression);
}

static enum outcome delete_where(struct db_connection *connection, const char *sql,
                                 int64_t account_id, const char *email, bool *removed) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_address(connection, sql, account_id, email, &rows);
    *removed = outcome == OUTCOME_OK && db_affected(rows) > 0;
    return outcome;
}

enum outcome remove_suppression(struct db_connection *connection, int64_t account_id,
                                const char *email, bool *removed) {
    static const char sql[] = "DELETE FROM suppressions WHERE account_id = $1 AND address = $2";
    return delete_where(connection, sql, account_id, email, removed);
}

enum outcome remove_unsubscription(struct db_connection *connection, int64_t account_id,
                                   const char *email, bool *removed) {
    static const char sql[] = "DELETE FROM suppressions WHERE account_id = $1 AND address = $2"
                              " AND reason = 'unsubscribed'";
    return delete_where(connection, sql, account_id, email, removed);
}
