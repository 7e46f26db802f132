/*
 * API keys: "us_<account>_<secret>", the secret of 21 base62 characters of which the last is a
 * check (Luhn mod 62), so that most mistyped keys are refused without asking the database.
 */
#ifndef DOMAIN_API_KEY_H
#define DOMAIN_API_KEY_H

#include <stdbool.h>
#include <stdint.h>

#define API_KEY_SIZE       45 /* with the NUL */
#define API_KEY_HASH_BYTES 32

/* A new key for an account (1 or more), of 119 random bits. */
void api_key_new(int64_t account_id, char key[API_KEY_SIZE]);

/* Reads the account; false, leaving it alone, when this cannot be a key of ours. */
bool api_key_parse(const char *key, int64_t *account_id);

/* What is stored in place of the key: BLAKE2b-256. No salt or stretching: the key is random. */
void api_key_hash(const char *key, unsigned char hash[API_KEY_HASH_BYTES]);

#endif
