/* The keys that sign survey links: one small table for all instances, kept in memory. */
#ifndef STORE_SIGNING_KEY_H
#define STORE_SIGNING_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "domain/token.h"
#include "store/db.h"

#define SIGNING_KEYS_MAX 32

struct signing_keys;

/* Unretired keys, the one that signs first. */
struct signing_key_list {
    struct signing_key keys[SIGNING_KEYS_MAX];
    size_t count;
};

/*
 * All unretired keys; makes the first when the table is empty. The newest signs, but not before
 * every instance has had the time to reread the table.
 */
enum outcome load_signing_keys(struct db_connection *connection, struct signing_key_list *list);

/*
 * Keeps the keys in memory and rereads them every minute, on a thread of its own (every second
 * while there are none). db is lent. NULL when out of memory or threads.
 */
struct signing_keys *signing_keys_start(struct db *db);
void signing_keys_stop(struct signing_keys *keys);

/* All of these never block on the database; any thread may call them. False or OUTCOME_UNAVAILABLE:
 * there are no keys yet. */

/* The key that signs now. */
bool signing_keys_current(struct signing_keys *keys, struct signing_key *key);

/* The unretired key with this id. */
bool signing_keys_find(struct signing_keys *keys, int id, struct signing_key *key);

bool signing_keys_sign(struct signing_keys *keys, const struct token *token,
                       char text[TOKEN_TEXT_SIZE]);

/* OUTCOME_NOT_FOUND: no key of ours signed this text for this purpose. */
enum outcome signing_keys_read(struct signing_keys *keys, const char *text,
                               enum token_purpose purpose, struct token *token);

#endif
