#include "store/signing_key.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"

#define REREAD_S      60
#define FIRST_READ_S  1
#define SECRET_AS_HEX (2 * SIGNING_SECRET_BYTES + 1)

struct signing_keys {
    struct db *db;
    pthread_mutex_t lock;
    pthread_cond_t stopping;
    bool stop;
    pthread_t thread;
    struct signing_key_list list;
};

/* Another instance may do the same at this moment: whoever is second changes nothing. */
static enum outcome make_first_key(struct db_connection *connection) {
    unsigned char secret[SIGNING_SECRET_BYTES];
    char hex[SECRET_AS_HEX];
    char now[TIME_TEXT_SIZE];
    randombytes_buf(secret, sizeof secret);
    sodium_bin2hex(hex, sizeof hex, secret, sizeof secret);
    time_format(time_now_us(), now);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "INSERT INTO signing_keys (id, secret, created_at)"
                                    " SELECT 1, decode($1, 'hex'), $2::timestamptz"
                                    " WHERE NOT EXISTS (SELECT FROM signing_keys)"
                                    " ON CONFLICT (id) DO NOTHING",
                                    DB_PARAMS(hex, now));
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(hex, sizeof hex);
    return outcome;
}

static bool key_from_row(const PGresult *rows, int row, struct signing_key *key) {
    size_t length = 0;
    const char *hex = db_text(rows, row, 1);
    key->id = (int)db_int(rows, row, 0);
    return key->id >= 0 && key->id <= SIGNING_KEY_ID_MAX &&
           sodium_hex2bin(key->secret, sizeof key->secret, hex, strlen(hex), NULL, &length, NULL) ==
               0 &&
           length == sizeof key->secret;
}

static enum outcome query_keys(struct db_connection *connection, struct signing_key_list *list) {
    char now[TIME_TEXT_SIZE];
    char known_to_all[TIME_TEXT_SIZE];
    int64_t now_us = time_now_us();
    time_format(now_us, now);
    time_format(now_us - INT64_C(2) * REREAD_S * US_PER_SECOND, known_to_all);
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    /* Newest first among those that every instance knows; of the others the oldest first. */
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT id, encode(secret, 'hex') FROM signing_keys"
                 " WHERE retired_at IS NULL OR retired_at > $1::timestamptz"
                 " ORDER BY created_at > $2::timestamptz,"
                 " CASE WHEN created_at <= $2::timestamptz THEN created_at END DESC,"
                 " created_at, id LIMIT 32",
                 DB_PARAMS(now, known_to_all));
    *list = (struct signing_key_list){0};
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(rows); row++) {
        if (!key_from_row(rows, row, &list->keys[list->count])) {
            log_error("signing key %s is not usable: a secret has %d bytes, an id is 0 to %d",
                      db_text(rows, row, 0), SIGNING_SECRET_BYTES, SIGNING_KEY_ID_MAX);
            continue;
        }
        list->count++;
    }
    return outcome;
}

enum outcome load_signing_keys(struct db_connection *connection, struct signing_key_list *list) {
    enum outcome outcome = query_keys(connection, list);
    if (outcome != OUTCOME_OK || list->count > 0) {
        return outcome;
    }
    outcome = make_first_key(connection);
    return outcome == OUTCOME_OK ? query_keys(connection, list) : outcome;
}

static void reread(struct signing_keys *keys) {
    struct signing_key_list list;
    CLEANUP(db_release) struct db_connection *connection = db_acquire(keys->db);
    if (!connection || load_signing_keys(connection, &list) != OUTCOME_OK || list.count == 0) {
        return; /* the old ones go on; the cause is logged */
    }
    pthread_mutex_lock(&keys->lock);
    keys->list = list;
    pthread_mutex_unlock(&keys->lock);
    sodium_memzero(&list, sizeof list);
}

/* Waits for the time of the next reading; false when it is time to end. */
static bool wait_for_turn(struct signing_keys *keys) {
    pthread_mutex_lock(&keys->lock);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += keys->list.count > 0 ? REREAD_S : FIRST_READ_S;
    int waited = 0;
    while (!keys->stop && waited == 0) {
        waited = pthread_cond_timedwait(&keys->stopping, &keys->lock, &until);
    }
    bool go_on = !keys->stop;
    pthread_mutex_unlock(&keys->lock);
    return go_on;
}

static void *keep_reading(void *context) {
    while (wait_for_turn(context)) {
        reread(context);
    }
    return NULL;
}

static void init_lock(struct signing_keys *keys) {
    pthread_condattr_t monotonic;
    pthread_mutex_init(&keys->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&keys->stopping, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static void free_keys(struct signing_keys *keys) {
    pthread_cond_destroy(&keys->stopping);
    pthread_mutex_destroy(&keys->lock);
    sodium_memzero(&keys->list, sizeof keys->list);
    free(keys);
}

struct signing_keys *signing_keys_start(struct db *db) {
    struct signing_keys *keys = calloc(1, sizeof *keys);
    if (!keys) {
        return NULL;
    }
    keys->db = db;
    init_lock(keys);
    reread(keys);
    if (pthread_create(&keys->thread, NULL, keep_reading, keys) != 0) {
        log_error("could not start the thread that rereads the signing keys");
        free_keys(keys);
        return NULL;
    }
    return keys;
}

void signing_keys_stop(struct signing_keys *keys) {
    if (!keys) {
        return;
    }
    pthread_mutex_lock(&keys->lock);
    keys->stop = true;
    pthread_cond_signal(&keys->stopping);
    pthread_mutex_unlock(&keys->lock);
    pthread_join(keys->thread, NULL);
    free_keys(keys);
}

static void copy_list(struct signing_keys *keys, struct signing_key_list *list) {
    pthread_mutex_lock(&keys->lock);
    *list = keys->list;
    pthread_mutex_unlock(&keys->lock);
}

bool signing_keys_current(struct signing_keys *keys, struct signing_key *key) {
    pthread_mutex_lock(&keys->lock);
    bool any = keys->list.count > 0;
    if (any) {
        *key = keys->list.keys[0];
    }
    pthread_mutex_unlock(&keys->lock);
    return any;
}

bool signing_keys_find(struct signing_keys *keys, int id, struct signing_key *key) {
    struct signing_key_list list;
    copy_list(keys, &list);
    for (size_t i = 0; i < list.count; i++) {
        if (list.keys[i].id == id) {
            *key = list.keys[i];
            return true;
        }
    }
    return false;
}

bool signing_keys_sign(struct signing_keys *keys, const struct token *token,
                       char text[TOKEN_TEXT_SIZE]) {
    struct signing_key key;
    if (!signing_keys_current(keys, &key)) {
        return false;
    }
    token_sign(&key, token, text);
    return true;
}

enum outcome signing_keys_read(struct signing_keys *keys, const char *text,
                               enum token_purpose purpose, struct token *token) {
    struct signing_key_list list;
    copy_list(keys, &list);
    if (list.count == 0) {
        return OUTCOME_UNAVAILABLE;
    }
    bool good = token_read(text, purpose, list.keys, list.count, token);
    return good ? OUTCOME_OK : OUTCOME_NOT_FOUND;
}
