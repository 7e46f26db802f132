#include "domain/api_key.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define PREFIX         "us_"
#define BASE           62
#define SECRET_RANDOM  20 /* characters, before the check */
#define SECRET_LENGTH  (SECRET_RANDOM + 1)
#define ACCOUNT_DIGITS 19

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* The Luhn mod 62 sum; 0 for a whole secret. factor is that of the last character. -1: no base62.
 */
static int luhn_sum(const char *characters, int count, int factor) {
    int sum = 0;
    for (int i = count - 1; i >= 0; i--) {
        const char *found = characters[i] ? strchr(alphabet, characters[i]) : NULL;
        if (!found) {
            return -1;
        }
        int product = factor * (int)(found - alphabet);
        sum += product / BASE + product % BASE;
        factor = 3 - factor;
    }
    return sum % BASE;
}

void api_key_new(int64_t account_id, char key[API_KEY_SIZE]) {
    char secret[SECRET_LENGTH + 1] = "";
    for (int i = 0; i < SECRET_RANDOM; i++) {
        secret[i] = alphabet[randombytes_uniform(BASE)];
    }
    secret[SECRET_RANDOM] = alphabet[(BASE - luhn_sum(secret, SECRET_RANDOM, 2)) % BASE];
    snprintf(key, API_KEY_SIZE, PREFIX "%" PRId64 "_%s", account_id, secret);
    sodium_memzero(secret, sizeof secret);
}

bool api_key_parse(const char *key, int64_t *account_id) {
    if (strncmp(key, PREFIX, strlen(PREFIX)) != 0 || key[strlen(PREFIX)] == '0') {
        return false;
    }
    const char *digits = key + strlen(PREFIX);
    size_t length = strspn(digits, "0123456789");
    const char *secret = digits + length + 1;
    if (length == 0 || length > ACCOUNT_DIGITS || digits[length] != '_' ||
        strlen(secret) != SECRET_LENGTH || luhn_sum(secret, SECRET_LENGTH, 1) != 0) {
        return false;
    }
    char account[ACCOUNT_DIGITS + 1];
    snprintf(account, sizeof account, "%.*s", (int)length, digits);
    return parse_int(account, 1, INT64_MAX, account_id);
}

void api_key_hash(const char *key, unsigned char hash[API_KEY_HASH_BYTES]) {
    crypto_generichash(hash, API_KEY_HASH_BYTES, (const unsigned char *)key, strlen(key), NULL, 0);
}
