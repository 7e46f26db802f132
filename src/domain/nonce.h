/*
 * The render nonce: each rendered form carries when it was rendered, for whom, and what its link
 * preselected, sealed so that a machine cannot make one up.
 */
#ifndef DOMAIN_NONCE_H
#define DOMAIN_NONCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"
#include "domain/answers.h"
#include "domain/token.h"

#define NONCE_TEXT_SIZE    64 /* 62 characters of base64url and the NUL, with room */
#define NONCE_RANDOM_BYTES 15
#define NONCE_LIFE_US      (INT64_C(86400) * 1000000)

struct nonce {
    int key_id; /* set by nonce_open */
    int64_t rendered_at_us;
    uint32_t network;           /* see network_hash() */
    bool confirming;            /* rendered by the page that asks "is this your answer?" */
    struct answers preselected; /* at most one rating; never a comment */
    unsigned char random[NONCE_RANDOM_BYTES];
};

/* Seals nonce for one invitation, having filled its random bytes, as base64url. */
void nonce_seal(struct nonce *nonce, const struct signing_key *key,
                const struct uuid *invitation_id, char text[NONCE_TEXT_SIZE]);

/* Which signing key text says it was sealed with; false when text (or NULL) is no nonce at all. */
bool nonce_key_id(const char *text, int *id);

/* False, leaving *nonce alone, unless text was sealed with this key for this invitation and is not
 * older than NONCE_LIFE_US (or from the future by more than a minute). text may be NULL. */
bool nonce_open(const char *text, const struct signing_key *key, const struct uuid *invitation_id,
                int64_t now_us, struct nonce *nonce);

/* A keyed hash of the address's /24 (IPv4) or /48 (IPv6): comparable, but not an address. What is
 * not a numeric address hashes to 0. */
uint32_t network_hash(const char *address, const struct signing_key *key);

#endif
