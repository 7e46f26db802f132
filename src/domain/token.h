/*
 * The secret part of a survey link, or of the link that opts out: whose invitation it is, signed.
 * 56 characters of base64url over purpose (1 byte), key id (1), account (8, big endian), invitation
 * id (16), MAC (16: BLAKE2b keyed with the signing key, over all before it). Checked before any
 * query.
 */
#ifndef DOMAIN_TOKEN_H
#define DOMAIN_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"

#define TOKEN_LENGTH         56
#define TOKEN_TEXT_SIZE      (TOKEN_LENGTH + 1)
#define SIGNING_SECRET_BYTES 32
#define SIGNING_KEY_ID_MAX   255

struct signing_key {
    int id; /* 0..SIGNING_KEY_ID_MAX */
    unsigned char secret[SIGNING_SECRET_BYTES];
};

/* What the holder may do; the first byte of the token, so never another one for the same. */
enum token_purpose {
    TOKEN_ANSWERS = 1,
    TOKEN_OPTS_OUT = 2,
};

struct token {
    enum token_purpose purpose;
    int64_t account_id;
    struct uuid invitation_id;
};

void token_sign(const struct signing_key *key, const struct token *token,
                char text[TOKEN_TEXT_SIZE]);

/*
 * True when one of the keys signed exactly this text for this purpose; else *token is untouched.
 * Takes the same time wherever a forged MAC differs.
 */
bool token_read(const char *text, enum token_purpose purpose, const struct signing_key keys[],
                size_t count, struct token *token);

#endif
