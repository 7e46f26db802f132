#include "store/api_key.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/array_param.h"

#define ACCOUNT_TEXT_SIZE 24
#define HASH_HEX_SIZE     (API_KEY_HASH_BYTES * 2 + 1)

#define API_KEY_COLUMNS                                                                            \
    "account_id, id, scope, name, " DB_TIME("created_at") ", " DB_TIME("revoked_at")

void api_key_clear(struct api_key *key) {
    free(key->name);
    *key = (struct api_key){0};
}

static bool api_key_from_row(const PGresult *rows, int row, struct api_key *key) {
    char *name = strdup(db_text(rows, row, 3));
    if (!name || !uuid_parse(db_text(rows, row, 1), &key->id)) {
        free(name);
        return false;
    }
    key->account_id = db_int(rows, row, 0);
    snprintf(key->scope, sizeof key->scope, "%s", db_text(rows, row, 2));
    key->name = name;
    key->created_at_us = db_time(rows, row, 4);
    key->revoked_at_us = db_time(rows, row, 5);
    return true;
}

static void account_text(int64_t account_id, char text[ACCOUNT_TEXT_SIZE]) {
    snprintf(text, ACCOUNT_TEXT_SIZE, "%" PRId64, account_id);
}

enum outcome store_api_key(struct db_connection *connection, const struct api_key *key,
                           const unsigned char hash[API_KEY_HASH_BYTES]) {
    char account[ACCOUNT_TEXT_SIZE];
    char id[UUID_TEXT_SIZE];
    char hash_hex[HASH_HEX_SIZE];
    char created_at[TIME_TEXT_SIZE];
    account_text(key->account_id, account);
    uuid_format(&key->id, id);
    sodium_bin2hex(hash_hex, sizeof hash_hex, hash, API_KEY_HASH_BYTES);
    time_format(key->created_at_us, created_at);
    return db_query(connection, NULL,
                    "INSERT INTO api_keys (account_id, id, hash, scope, name, created_at)"
                    " VALUES ($1, $2, decode($3, 'hex'), $4, $5, $6)",
                    DB_PARAMS(account, id, hash_hex, key->scope, key->name, created_at));
}

enum outcome load_api_key(struct db_connection *connection, int64_t account_id,
                          const unsigned char hash[API_KEY_HASH_BYTES], struct api_key *key) {
    char account[ACCOUNT_TEXT_SIZE];
    char hash_hex[HASH_HEX_SIZE];
    account_text(account_id, account);
    sodium_bin2hex(hash_hex, sizeof hash_hex, hash, API_KEY_HASH_BYTES);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT " API_KEY_COLUMNS " FROM api_keys WHERE account_id = $1"
                                    " AND hash = decode($2, 'hex') AND revoked_at IS NULL",
                                    DB_PARAMS(account, hash_hex));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (PQntuples(rows) == 0) {
        return OUTCOME_NOT_FOUND;
    }
    return api_key_from_row(rows, 0, key) ? OUTCOME_OK : OUTCOME_FAILED;
}

enum outcome list_api_keys(struct db_connection *connection, int64_t account_id,
                           void (*each)(const struct api_key *key)) {
    char account[ACCOUNT_TEXT_SIZE];
    account_text(account_id, account);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT " API_KEY_COLUMNS " FROM api_keys WHERE account_id = $1"
                                    " ORDER BY created_at, id",
                                    DB_PARAMS(account));
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(rows); row++) {
        CLEANUP(api_key_clear) struct api_key key = {0};
        if (!api_key_from_row(rows, row, &key)) {
            return OUTCOME_FAILED;
        }
        each(&key);
    }
    return outcome;
}

enum outcome revoke_api_key(struct db_connection *connection, int64_t account_id,
                            const struct uuid *id) {
    char account[ACCOUNT_TEXT_SIZE];
    char id_text[UUID_TEXT_SIZE];
    char now[TIME_TEXT_SIZE];
    account_text(account_id, account);
    uuid_format(id, id_text);
    time_format(time_now_us(), now);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "UPDATE api_keys SET revoked_at = $3 WHERE account_id = $1"
                                    " AND id = $2 AND revoked_at IS NULL",
                                    DB_PARAMS(account, id_text, now));
    if (outcome == OUTCOME_OK && db_affected(rows) == 0) {
        return OUTCOME_NOT_FOUND;
    }
    return outcome;
}

enum outcome load_key_standings(struct db_connection *connection, struct key_standing standings[],
                                size_t count) {
    CLEANUP(text_clear) struct text accounts = {0}, ids = {0};
    CLEANUP(params_clear) struct params params = {0};
    for (size_t i = 0; i < count; i++) {
        array_append_int(&accounts, standings[i].account_id);
        array_append_uuid(&ids, &standings[i].id);
    }
    params_array(&params, &accounts);
    params_array(&params, &ids);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT api_keys.id IS NULL OR api_keys.revoked_at IS NOT NULL"
                 " FROM unnest($1::bigint[], $2::uuid[]) WITH ORDINALITY"
                 " AS asked (account_id, id, number) LEFT JOIN api_keys"
                 " ON api_keys.account_id = asked.account_id AND api_keys.id = asked.id"
                 " ORDER BY asked.number",
                 params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK || (size_t)PQntuples(rows) != count) {
        return outcome == OUTCOME_OK ? OUTCOME_FAILED : outcome;
    }
    for (size_t i = 0; i < count; i++) {
        standings[i].revoked = *db_text(rows, (int)i, 0) == 't';
    }
    return OUTCOME_OK;
}
