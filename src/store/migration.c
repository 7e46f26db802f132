#include "store/migration.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/embedded.h"
#include "base/log.h"

#define FOLDER         "migrations/"
#define HASH_TEXT_SIZE (crypto_hash_sha256_BYTES * 2 + 1)
#define KEY_BYTES      32

/* Any number, but the same for ever and in every program of ours. */
#define TAKE_MIGRATION_LOCK "SELECT pg_advisory_xact_lock(8102119532)"

static bool is_migration(const struct embedded_file *file) {
    return strncmp(file->name, FOLDER, strlen(FOLDER)) == 0;
}

/* migrations/0001_foundation.sql -> 1 */
static int64_t version_of(const struct embedded_file *file) {
    return strtoll(file->name + strlen(FOLDER), NULL, 10);
}

static int64_t newest_version(void) {
    int64_t newest = 0;
    for (unsigned long i = 0; i < embedded_file_count; i++) {
        if (is_migration(&embedded_files[i]) && version_of(&embedded_files[i]) > newest) {
            newest = version_of(&embedded_files[i]);
        }
    }
    return newest;
}

static void hash_of(const struct embedded_file *file, char text[HASH_TEXT_SIZE]) {
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)file->bytes, file->length);
    sodium_bin2hex(text, HASH_TEXT_SIZE, hash, sizeof hash);
}

/* Rows (version, hash) of what was applied; no rows before the first migration. */
static enum outcome load_applied(struct db_connection *connection, PGresult **rows) {
    enum outcome outcome = db_query(
        connection, rows, "SELECT to_regclass('schema_migrations') IS NOT NULL", DB_NO_PARAMS);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (strcmp(db_text(*rows, 0, 0), "t") != 0) {
        return db_query(connection, rows, "SELECT 0, '' WHERE false", DB_NO_PARAMS);
    }
    return db_query(connection, rows, "SELECT version, hash FROM schema_migrations", DB_NO_PARAMS);
}

static enum outcome refuse_newer(const PGresult *applied) {
    for (int row = 0; row < PQntuples(applied); row++) {
        if (db_int(applied, row, 0) > newest_version()) {
            log_error("the database's schema is newer (migration %" PRId64
                      ") than this program (%" PRId64
                      "): start the newer program, or restore the backup made before the upgrade",
                      db_int(applied, row, 0), newest_version());
            return OUTCOME_CONFLICT;
        }
    }
    return OUTCOME_OK;
}

static const char *applied_hash(const PGresult *applied, int64_t version) {
    for (int row = 0; row < PQntuples(applied); row++) {
        if (db_int(applied, row, 0) == version) {
            return db_text(applied, row, 1);
        }
    }
    return NULL;
}

/* Counts file as missing when it was not applied; refuses it when another text of it was. */
static enum outcome compare(const PGresult *applied, const struct embedded_file *file,
                            unsigned *missing) {
    char hash[HASH_TEXT_SIZE];
    hash_of(file, hash);
    const char *recorded = applied_hash(applied, version_of(file));
    if (!recorded) {
        *missing += 1;
        return OUTCOME_OK;
    }
    if (strcmp(recorded, hash) == 0) {
        return OUTCOME_OK;
    }
    log_error("migration %s differs from the one this database was made with (%.12s, not %.12s): "
              "use the program that made it, or move the data into a new database",
              file->name, recorded, hash);
    return OUTCOME_CONFLICT;
}

enum outcome store_check_schema(struct db_connection *connection, unsigned *missing) {
    CLEANUP(db_rows_free) PGresult *applied = NULL;
    unsigned count = 0;
    enum outcome outcome = load_applied(connection, &applied);
    if (outcome == OUTCOME_OK) {
        outcome = refuse_newer(applied);
    }
    for (unsigned long i = 0; i < embedded_file_count && outcome == OUTCOME_OK; i++) {
        if (is_migration(&embedded_files[i])) {
            outcome = compare(applied, &embedded_files[i], &count);
        }
    }
    if (outcome == OUTCOME_OK) {
        *missing = count;
    }
    return outcome;
}

static enum outcome record(struct db_connection *connection, const struct embedded_file *file) {
    char version[24];
    char hash[HASH_TEXT_SIZE];
    snprintf(version, sizeof version, "%" PRId64, version_of(file));
    hash_of(file, hash);
    return db_query(connection, NULL,
                    "INSERT INTO schema_migrations (version, name, hash, applied_at)"
                    " VALUES ($1, $2, $3, now())",
                    DB_PARAMS(version, file->name, hash));
}

/* Inside the transaction that holds the lock: whoever was first may have applied it by now. */
static enum outcome apply_if_missing(struct db_connection *connection,
                                     const struct embedded_file *file, unsigned *applied) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    unsigned missing = 0;
    enum outcome outcome = load_applied(connection, &rows);
    if (outcome == OUTCOME_OK) {
        outcome = compare(rows, file, &missing);
    }
    if (outcome != OUTCOME_OK || missing == 0) {
        return outcome;
    }
    log_info("applying %s", file->name);
    outcome = db_execute(connection, file->bytes);
    if (outcome == OUTCOME_OK) {
        outcome = record(connection, file);
    }
    *applied += outcome == OUTCOME_OK;
    return outcome;
}

static enum outcome apply(struct db_connection *connection, const struct embedded_file *file,
                          unsigned *applied) {
    enum outcome outcome = db_execute(
        connection, "BEGIN; SET LOCAL lock_timeout = 0; " TAKE_MIGRATION_LOCK
                    "; CREATE TABLE IF NOT EXISTS schema_migrations (version int PRIMARY "
                    "KEY, name text NOT NULL, hash text NOT NULL, applied_at "
                    "timestamptz NOT NULL)");
    if (outcome == OUTCOME_OK) {
        outcome = apply_if_missing(connection, file, applied);
    }
    enum outcome ended = db_execute(connection, outcome == OUTCOME_OK ? "COMMIT" : "ROLLBACK");
    return outcome == OUTCOME_OK ? ended : outcome;
}

static enum outcome ensure_signing_key(struct db_connection *connection) {
    unsigned char secret[KEY_BYTES];
    char hex[KEY_BYTES * 2 + 1];
    randombytes_buf(secret, sizeof secret);
    sodium_bin2hex(hex, sizeof hex, secret, sizeof secret);
    enum outcome outcome =
        db_query(connection, NULL,
                 "INSERT INTO signing_keys (id, secret, created_at)"
                 " SELECT 1, decode($1, 'hex'), now() WHERE NOT EXISTS (SELECT FROM signing_keys)"
                 " ON CONFLICT DO NOTHING",
                 DB_PARAMS(hex));
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(hex, sizeof hex);
    return outcome;
}

enum outcome store_migrate(struct db_connection *connection, unsigned *applied) {
    unsigned missing = 0;
    *applied = 0;
    enum outcome outcome = store_check_schema(connection, &missing);
    for (unsigned long i = 0; i < embedded_file_count && outcome == OUTCOME_OK && missing > 0;
         i++) {
        if (is_migration(&embedded_files[i])) {
            outcome = apply(connection, &embedded_files[i], applied);
        }
    }
    return outcome == OUTCOME_OK ? ensure_signing_key(connection) : outcome;
}
