#ifndef STORE_API_KEY_H
#define STORE_API_KEY_H

#include "base/uuid.h"
#include "domain/api_key.h"
#include "store/db.h"

#define SCOPE_NAME_SIZE 8 /* "admin", "write", "read" */

struct api_key {
    int64_t account_id;
    struct uuid id;
    char scope[SCOPE_NAME_SIZE];
    char *name; /* owned */
    int64_t created_at_us;
    int64_t revoked_at_us; /* TIME_NONE while it is good */
};

void api_key_clear(struct api_key *key);

/* Stores a key by its hash; OUTCOME_REJECTED when there is no such account or scope. */
enum outcome store_api_key(struct db_connection *connection, const struct api_key *key,
                           const unsigned char hash[API_KEY_HASH_BYTES]);

/* The key with this hash, unless it is revoked; its name is not read. */
enum outcome load_api_key(struct db_connection *connection, int64_t account_id,
                          const unsigned char hash[API_KEY_HASH_BYTES], struct api_key *key);

/* Calls each for every key of an account, oldest first. */
enum outcome list_api_keys(struct db_connection *connection, int64_t account_id,
                           void (*each)(const struct api_key *key));

/* OUTCOME_NOT_FOUND when the account has no such key that is good. */
enum outcome revoke_api_key(struct db_connection *connection, int64_t account_id,
                            const struct uuid *id);

/* Whether a key, which was good once, is still. */
struct key_standing {
    int64_t account_id;
    struct uuid id;
    bool revoked; /* filled in */
};

/* Of count keys in one query. */
enum outcome load_key_standings(struct db_connection *connection, struct key_standing standings[],
                                size_t count);

#endif
