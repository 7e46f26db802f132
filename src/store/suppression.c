#include "store/suppression.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/address.h"
#include "store/array_param.h"
#include "store/listing.h"
#include "store/params.h"

/* clang-format off */
#define COLUMNS "suppressions.account_id, suppressions.id, suppressions.email, suppressions.reason," \
                " suppressions.note, suppressions.invitation_id, " DB_TIME("suppressions.created_at")
#define COLUMN_COUNT 7
/* clang-format on */

static void free_key(char **key) {
    free(*key);
}

static char *copy_text(const char *text) {
    return text ? strdup(text) : NULL;
}

static enum outcome suppression_from_row(const PGresult *rows, int row,
                                         struct suppression *suppression) {
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
};

static void columns_clear(struct columns *columns) {
    text_clear(&columns->keys);
    text_clear(&columns->ids);
    text_clear(&columns->emails);
    text_clear(&columns->reasons);
    text_clear(&columns->notes);
    text_clear(&columns->invitations);
    text_clear(&columns->times);
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
}

/* A mailbox may come back: what people asked for must outlast that its bounce is lifted. */
#define GIVES_WAY "'bounced'"

/* In the order of their keys, so that two batches never wait for each other in a circle; of each
 * key one, as no statement changes a row twice. */
static enum outcome insert(struct db_connection *connection, struct params *params) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "INSERT INTO suppressions AS kept (account_id, address, id, email, reason,"
                    " note, invitation_id, created_at)"
                    " SELECT DISTINCT ON (address COLLATE \"C\") $1, address, id, email, reason,"
                    " note, invitation_id, created_at FROM"
                    " unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[],"
                    " $7::uuid[], $8::timestamptz[]) WITH ORDINALITY AS given (address, id, email,"
                    " reason, note, invitation_id, created_at, place)"
                    " ORDER BY address COLLATE \"C\", reason = " GIVES_WAY ", place"
                    " ON CONFLICT (account_id, address) DO UPDATE SET id = EXCLUDED.id,"
                    " email = EXCLUDED.email, reason = EXCLUDED.reason, note = EXCLUDED.note,"
                    " invitation_id = EXCLUDED.invitation_id, created_at = EXCLUDED.created_at"
                    " WHERE kept.reason = " GIVES_WAY " AND EXCLUDED.reason <> " GIVES_WAY,
                    params_from(params, 0, params->count));
}

/* One that was removed again meanwhile stays as it was given. */
static enum outcome read_stored(const PGresult *rows, struct suppression list[], bool created[]) {
    for (int row = 0; row < PQntuples(rows); row++) {
        size_t place = (size_t)db_int(rows, row, COLUMN_COUNT) - 1;
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
                 "SELECT " COLUMNS ", place FROM unnest($2::text[]) WITH ORDINALITY"
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
        "SELECT " COLUMNS " FROM suppressions WHERE account_id = $1 AND address = $2";
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

/* ---- lists ---- */

static enum outcome query_before(struct db_connection *connection,
                                 const struct suppression_filter *filter, size_t limit,
                                 PGresult **rows) {
    CLEANUP(listing_clear) struct listing listing = {.sql = {0}};
    params_int(&listing.params, filter->account_id);
    text_append(&listing.sql, "SELECT " COLUMNS " FROM suppressions WHERE account_id = $1");
    listing_compare_email(&listing, " AND address = ", filter->email);
    listing_compare_text(&listing, " AND reason = ", filter->reason);
    listing_go_on(&listing, "created_at, id", filter->before_us, &filter->before_id);
    return listing_query(&listing, connection, "created_at DESC, id DESC", limit, rows);
}

void suppression_list_clear(struct suppression_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        suppression_clear(&list->suppressions[i]);
    }
    free(list->suppressions);
    *list = (struct suppression_list){0};
}

static enum outcome read_list(const PGresult *rows, struct suppression_list *list) {
    size_t count = (size_t)PQntuples(rows);
    list->suppressions = calloc(count + 1, sizeof *list->suppressions);
    enum outcome outcome = list->suppressions ? OUTCOME_OK : OUTCOME_FAILED;
    while (outcome == OUTCOME_OK && list->count < count) {
        outcome = suppression_from_row(rows, (int)list->count, &list->suppressions[list->count]);
        list->count += outcome == OUTCOME_OK;
    }
    return outcome;
}

enum outcome list_suppressions_before(struct db_connection *connection,
                                      const struct suppression_filter *filter, size_t limit,
                                      struct suppression_list *list) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = query_before(connection, filter, limit, &rows);
    return outcome == OUTCOME_OK ? read_list(rows, list) : outcome;
}

enum outcome load_suppressions_with_keys(struct db_connection *connection,
                                         const struct object_key keys[], size_t count,
                                         struct suppression_list *list) {
    CLEANUP(params_clear) struct params params = {0};
    params_object_keys(&params, keys, count);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows, "SELECT " COLUMNS FROM_OBJECTS("suppressions"),
                 params_from(&params, 0, params.count));
    return outcome == OUTCOME_OK ? read_list(rows, list) : outcome;
}
