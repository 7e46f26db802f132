#include "store/link_secret.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "base/uuid.h"

#define NUMBER_TEXT_SIZE 24

/* One rotation's parameters as text. */
struct rotation {
    char account[NUMBER_TEXT_SIZE];
    const char *survey;
    char id[UUID_TEXT_SIZE];
    char secret[LINK_SECRET_SIZE];
    char now[TIME_TEXT_SIZE];
    char previous_until[TIME_TEXT_SIZE];
};

static void secrets_from_rows(const PGresult *rows, struct link_secrets *secrets) {
    *secrets = (struct link_secrets){.count = (size_t)PQntuples(rows)};
    for (size_t i = 0; i < secrets->count; i++) {
        struct link_secret *secret = &secrets->secrets[i];
        snprintf(secret->secret, sizeof secret->secret, "%s", db_text(rows, (int)i, 0));
        secret->created_at_us = db_time(rows, (int)i, 1);
        secret->valid_until_us = db_time(rows, (int)i, 2);
    }
}

enum outcome load_link_secrets(struct db_connection *connection, int64_t account_id,
                               const char *survey, struct link_secrets *secrets) {
    char account[NUMBER_TEXT_SIZE];
    snprintf(account, sizeof account, "%" PRId64, account_id);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT secret, " DB_TIME("created_at") ", " DB_TIME(
                     "valid_until") " FROM link_secrets WHERE account_id = $1 AND survey = $2"
                                    " ORDER BY valid_until DESC NULLS FIRST LIMIT 2",
                 DB_PARAMS(account, survey));
    if (outcome == OUTCOME_OK) {
        secrets_from_rows(rows, secrets);
    }
    return outcome;
}

/* Whoever rotates at the same time waits here for the other. */
static enum outcome lock_survey(struct db_connection *connection, const struct rotation *rotation) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT FROM surveys WHERE account_id = $1 AND survey = $2 FOR NO KEY UPDATE",
                 DB_PARAMS(rotation->account, rotation->survey));
    return outcome == OUTCOME_OK && PQntuples(rows) == 0 ? OUTCOME_NOT_FOUND : outcome;
}

static enum outcome end_older(struct db_connection *connection, const struct rotation *rotation) {
    CLEANUP(db_rows_free) PGresult *deleted = NULL;
    enum outcome outcome = db_query(
        connection, &deleted,
        "DELETE FROM link_secrets WHERE account_id = $1 AND"
        " survey = $2 AND (valid_until IS NOT NULL"
        " OR $3::timestamptz <= $4::timestamptz)",
        DB_PARAMS(rotation->account, rotation->survey, rotation->previous_until, rotation->now));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    CLEANUP(db_rows_free) PGresult *updated = NULL;
    return db_query(connection, &updated,
                    "UPDATE link_secrets SET valid_until = $3"
                    " WHERE account_id = $1 AND survey = $2",
                    DB_PARAMS(rotation->account, rotation->survey, rotation->previous_until));
}

static enum outcome insert_newest(struct db_connection *connection,
                                  const struct rotation *rotation) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(connection, &rows,
                    "INSERT INTO link_secrets (account_id, survey, id, secret, created_at)"
                    " VALUES ($1, $2, $3, $4, $5)",
                    DB_PARAMS(rotation->account, rotation->survey, rotation->id, rotation->secret,
                              rotation->now));
}

enum outcome rotate_link_secret(struct db_connection *connection, int64_t account_id,
                                const char *survey, int64_t previous_until_us,
                                struct link_secrets *secrets) {
    struct rotation rotation = {.survey = survey};
    struct uuid id = uuid_new();
    snprintf(rotation.account, sizeof rotation.account, "%" PRId64, account_id);
    uuid_format(&id, rotation.id);
    link_secret_make(rotation.secret);
    time_format(time_now_us(), rotation.now);
    time_format(previous_until_us, rotation.previous_until);
    enum outcome outcome = db_execute(connection, "BEGIN");
    outcome = outcome == OUTCOME_OK ? lock_survey(connection, &rotation) : outcome;
    outcome = outcome == OUTCOME_OK ? end_older(connection, &rotation) : outcome;
    outcome = outcome == OUTCOME_OK ? insert_newest(connection, &rotation) : outcome;
    outcome = outcome == OUTCOME_OK ? load_link_secrets(connection, account_id, survey, secrets)
                                    : outcome;
    return outcome == OUTCOME_OK ? db_execute(connection, "COMMIT") : outcome;
}

bool link_secrets_signed(const struct link_secrets *secrets, int64_t now_us, const char *canonical,
                         const char *signature) {
    bool signed_by_one = false;
    for (size_t i = 0; i < secrets->count; i++) {
        const struct link_secret *secret = &secrets->secrets[i];
        bool valid = secret->valid_until_us == TIME_NONE || now_us < secret->valid_until_us;
        signed_by_one |= valid && link_signed_with(canonical, secret->secret, signature);
    }
    return signed_by_one;
}
