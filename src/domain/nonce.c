#include "domain/nonce.h"

#include <arpa/inet.h>
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/base64.h"
#include "base/time.h"
#include "domain/preselection.h"

/* key id 1, time 8, network 4, kind 1, preselection 1, random 15, MAC 16 */
#define TIME_AT         1
#define NETWORK_AT      9
#define KIND_AT         13
#define PRESELECTION_AT 14
#define RANDOM_AT       15
#define MAC_AT          (RANDOM_AT + NONCE_RANDOM_BYTES)
#define MAC_BYTES       16
#define SEALED_BYTES    (MAC_AT + MAC_BYTES)
#define FUTURE_US_MAX   (60 * US_PER_SECOND)
#define ENCODING        sodium_base64_VARIANT_URLSAFE_NO_PADDING

static_assert(sodium_base64_ENCODED_LEN(SEALED_BYTES, ENCODING) <= NONCE_TEXT_SIZE,
              "a nonce must fit into its text");

static void put(unsigned char *bytes, uint64_t value, int count) {
    for (int i = 0; i < count; i++) {
        bytes[i] = (unsigned char)(value >> 8 * (count - 1 - i));
    }
}

static uint64_t take(const unsigned char *bytes, int count) {
    uint64_t value = 0;
    for (int i = 0; i < count; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static void make_mac(const unsigned char *sealed, const struct signing_key *key,
                     const struct uuid *invitation_id, unsigned char mac[MAC_BYTES]) {
    static const unsigned char purpose[] = "render nonce";
    crypto_generichash_state state;
    crypto_generichash_init(&state, key->secret, SIGNING_SECRET_BYTES, MAC_BYTES);
    crypto_generichash_update(&state, purpose, sizeof purpose);
    crypto_generichash_update(&state, invitation_id->bytes, UUID_BYTES);
    crypto_generichash_update(&state, sealed, MAC_AT);
    crypto_generichash_final(&state, mac, MAC_BYTES);
}

void nonce_seal(struct nonce *nonce, const struct signing_key *key,
                const struct uuid *invitation_id, char text[NONCE_TEXT_SIZE]) {
    unsigned char sealed[SEALED_BYTES];
    randombytes_buf(nonce->random, sizeof nonce->random);
    sealed[0] = (unsigned char)key->id;
    put(sealed + TIME_AT, (uint64_t)nonce->rendered_at_us, 8);
    put(sealed + NETWORK_AT, nonce->network, 4);
    sealed[KIND_AT] = nonce->confirming;
    sealed[PRESELECTION_AT] = preselection_code(&nonce->preselected);
    memcpy(sealed + RANDOM_AT, nonce->random, NONCE_RANDOM_BYTES);
    make_mac(sealed, key, invitation_id, sealed + MAC_AT);
    sodium_bin2base64(text, NONCE_TEXT_SIZE, sealed, sizeof sealed, ENCODING);
}

static bool sealed_from_text(const char *text, unsigned char sealed[SEALED_BYTES]) {
    return text && base64_decode_exactly(text, BASE64_URL, sealed, SEALED_BYTES);
}

bool nonce_key_id(const char *text, int *id) {
    unsigned char sealed[SEALED_BYTES];
    if (!sealed_from_text(text, sealed)) {
        return false;
    }
    *id = sealed[0];
    return true;
}

bool nonce_open(const char *text, const struct signing_key *key, const struct uuid *invitation_id,
                int64_t now_us, struct nonce *nonce) {
    unsigned char sealed[SEALED_BYTES];
    unsigned char mac[MAC_BYTES];
    if (!sealed_from_text(text, sealed)) {
        return false;
    }
    make_mac(sealed, key, invitation_id, mac);
    if (sodium_memcmp(mac, sealed + MAC_AT, MAC_BYTES) != 0) {
        return false;
    }
    int64_t rendered_at_us = (int64_t)take(sealed + TIME_AT, 8);
    if (now_us - rendered_at_us > NONCE_LIFE_US || rendered_at_us - now_us > FUTURE_US_MAX) {
        return false;
    }
    *nonce = (struct nonce){
        .key_id = sealed[0],
        .rendered_at_us = rendered_at_us,
        .network = (uint32_t)take(sealed + NETWORK_AT, 4),
        .confirming = sealed[KIND_AT] == 1,
        .preselected = preselection_from_code(sealed[PRESELECTION_AT]),
    };
    memcpy(nonce->random, sealed + RANDOM_AT, NONCE_RANDOM_BYTES);
    return true;
}

uint32_t network_hash(const char *address, const struct signing_key *key) {
    unsigned char network[7] = {0}; /* the kind, then at most 48 bits */
    struct in6_addr six;
    struct in_addr four;
    if (inet_pton(AF_INET, address, &four) == 1) {
        network[0] = 4;
        memcpy(network + 1, &four, 3);
    } else if (inet_pton(AF_INET6, address, &six) == 1) {
        bool mapped = IN6_IS_ADDR_V4MAPPED(&six);
        network[0] = mapped ? 4 : 6;
        memcpy(network + 1, six.s6_addr + (mapped ? 12 : 0), mapped ? 3 : 6);
    } else {
        return 0;
    }
    unsigned char hash[crypto_generichash_BYTES_MIN];
    crypto_generichash(hash, sizeof hash, network, sizeof network, key->secret,
                       SIGNING_SECRET_BYTES);
    return (uint32_t)take(hash, 4);
}
