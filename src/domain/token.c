#include "domain/token.h"

#include <sodium.h>
#include <string.h>

#include "base/base64.h"

#define MAC_BYTES 16

/* 42 bytes fill 56 characters without spare bits: every invitation has one text and no other. */
struct signed_bytes {
    unsigned char purpose;
    unsigned char key_id;
    unsigned char account[8];
    unsigned char invitation[UUID_BYTES];
};

struct wire {
    struct signed_bytes body;
    unsigned char mac[MAC_BYTES];
};

_Static_assert(sizeof(struct wire) == 42, "no padding");
_Static_assert(sodium_base64_ENCODED_LEN(sizeof(struct wire),
                                         sodium_base64_VARIANT_URLSAFE_NO_PADDING) ==
                   TOKEN_TEXT_SIZE,
               "one length");

/* What else a signing key may sign says so under another name, and is never a token. */
static const unsigned char signed_as[crypto_generichash_blake2b_PERSONALBYTES] = "us survey token";

static void make_mac(const struct signing_key *key, const struct signed_bytes *body,
                     unsigned char mac[MAC_BYTES]) {
    crypto_generichash_blake2b_salt_personal(mac, MAC_BYTES, (const unsigned char *)body,
                                             sizeof *body, key->secret, sizeof key->secret, NULL,
                                             signed_as);
}

void token_sign(const struct signing_key *key, const struct token *token,
                char text[TOKEN_TEXT_SIZE]) {
    struct wire wire = {
        .body = {.purpose = (unsigned char)token->purpose, .key_id = (unsigned char)key->id}};
    for (int i = 0; i < 8; i++) {
        wire.body.account[i] = (unsigned char)((uint64_t)token->account_id >> (56 - 8 * i));
    }
    memcpy(wire.body.invitation, token->invitation_id.bytes, UUID_BYTES);
    make_mac(key, &wire.body, wire.mac);
    sodium_bin2base64(text, TOKEN_TEXT_SIZE, (const unsigned char *)&wire, sizeof wire,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static const struct signing_key *find_key(const struct signing_key keys[], size_t count, int id) {
    for (size_t i = 0; i < count; i++) {
        if (keys[i].id == id) {
            return &keys[i];
        }
    }
    return NULL;
}

bool token_read(const char *text, enum token_purpose purpose, const struct signing_key keys[],
                size_t count, struct token *token) {
    struct wire wire;
    if (!base64_decode_exactly(text, BASE64_URL, &wire, sizeof wire) ||
        wire.body.purpose != purpose) {
        return false;
    }
    const struct signing_key *key = find_key(keys, count, wire.body.key_id);
    unsigned char mac[MAC_BYTES];
    if (!key) {
        return false;
    }
    make_mac(key, &wire.body, mac);
    if (sodium_memcmp(mac, wire.mac, MAC_BYTES) != 0) {
        return false;
    }
    uint64_t account = 0;
    for (int i = 0; i < 8; i++) {
        account = account << 8 | wire.body.account[i];
    }
    token->purpose = purpose;
    token->account_id = (int64_t)account;
    memcpy(token->invitation_id.bytes, wire.body.invitation, UUID_BYTES);
    return true;
}
