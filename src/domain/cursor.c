#include "domain/cursor.h"

#include <sodium.h>
#include <string.h>

#include "base/base64.h"

#define VERSION    1
#define KEY_ID_AT  1
#define ACCOUNT_AT 2
#define FILTER_AT  10
#define TIME_AT    (FILTER_AT + CURSOR_FILTER_BYTES)
#define UUID_AT    (TIME_AT + 8)
#define MAC_AT     (UUID_AT + UUID_BYTES)
#define MAC_BYTES  16
#define RAW_BYTES  (MAC_AT + MAC_BYTES)

_Static_assert(sodium_base64_ENCODED_LEN(RAW_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING) <=
                   CURSOR_TEXT_SIZE,
               "a cursor's text has room");

/* The same secrets sign survey tokens: the word keeps one from passing as the other. */
static const unsigned char purpose[] = "understood list cursor";

static void put_number(unsigned char *at, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++) {
        at[i] = (unsigned char)(value >> (8 * (bytes - 1 - i)));
    }
}

static uint64_t get_number(const unsigned char *at, int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

static void sign(const unsigned char raw[RAW_BYTES], const struct signing_key *key,
                 unsigned char mac[MAC_BYTES]) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, key->secret, SIGNING_SECRET_BYTES, MAC_BYTES);
    crypto_generichash_update(&state, purpose, sizeof purpose);
    crypto_generichash_update(&state, raw, MAC_AT);
    crypto_generichash_final(&state, mac, MAC_BYTES);
}

void cursor_filter_hash(const char *filter, unsigned char hash[CURSOR_FILTER_BYTES]) {
    crypto_generichash(hash, CURSOR_FILTER_BYTES, (const unsigned char *)filter, strlen(filter),
                       NULL, 0);
}

void cursor_format(const struct cursor *cursor, const struct signing_key *key,
                   char text[CURSOR_TEXT_SIZE]) {
    unsigned char raw[RAW_BYTES] = {VERSION};
    put_number(raw + KEY_ID_AT, (uint64_t)key->id, 1);
    put_number(raw + ACCOUNT_AT, (uint64_t)cursor->account_id, 8);
    memcpy(raw + FILTER_AT, cursor->filter_hash, CURSOR_FILTER_BYTES);
    put_number(raw + TIME_AT, (uint64_t)cursor->time_us, 8);
    memcpy(raw + UUID_AT, cursor->id.bytes, UUID_BYTES);
    sign(raw, key, raw + MAC_AT);
    sodium_bin2base64(text, CURSOR_TEXT_SIZE, raw, RAW_BYTES,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static bool decode(const char *text, unsigned char raw[RAW_BYTES]) {
    return base64_decode_exactly(text, BASE64_URL, raw, RAW_BYTES) && raw[0] == VERSION;
}

int cursor_key_id(const char *text) {
    unsigned char raw[RAW_BYTES];
    return decode(text, raw) ? (int)get_number(raw + KEY_ID_AT, 1) : -1;
}

bool cursor_parse(const char *text, const struct signing_key *key, struct cursor *cursor) {
    unsigned char raw[RAW_BYTES];
    unsigned char mac[MAC_BYTES];
    if (!decode(text, raw) || get_number(raw + KEY_ID_AT, 1) != (uint64_t)key->id) {
        return false;
    }
    sign(raw, key, mac);
    if (sodium_memcmp(mac, raw + MAC_AT, MAC_BYTES) != 0) {
        return false;
    }
    cursor->account_id = (int64_t)get_number(raw + ACCOUNT_AT, 8);
    memcpy(cursor->filter_hash, raw + FILTER_AT, CURSOR_FILTER_BYTES);
    cursor->time_us = (int64_t)get_number(raw + TIME_AT, 8);
    memcpy(cursor->id.bytes, raw + UUID_AT, UUID_BYTES);
    return true;
}
