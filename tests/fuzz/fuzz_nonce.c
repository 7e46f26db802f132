/* Whatever text comes in: no crash, and no nonce but ours is opened. Whatever a nonce says: it
 * opens to that for its own invitation and in time, and no longer when one character is another. */
#include <sodium.h>

#include "domain/nonce.h"
#include "domain/preselection.h"
#include "fuzz.h"

#define NOW_US INT64_C(1795428000000000)

static const struct signing_key key = {.id = 1, .secret = "a secret nobody guesses by luck."};
static const struct uuid invitation = {.bytes = "an invitation id"};

/* Nobody but us can make one, so that no input opens. */
static void read_text(const char *text) {
    struct nonce nonce = {.network = 7};
    int id = -1;
    claim(!nonce_open(text, &key, &invitation, NOW_US, &nonce) && nonce.network == 7);
    claim(!nonce_key_id(text, &id) || (id >= 0 && id <= SIGNING_KEY_ID_MAX));
}

static bool same(const struct nonce *one, const struct nonce *other) {
    return one->rendered_at_us == other->rendered_at_us && one->network == other->network &&
           one->confirming == other->confirming &&
           answers_equal(&one->preselected, &other->preselected) &&
           memcmp(one->random, other->random, sizeof one->random) == 0;
}

static void seal_and_open(struct fuzz_bytes bytes) {
    char text[NONCE_TEXT_SIZE];
    struct nonce opened;
    struct nonce made = {.preselected = preselection_from_code(fuzz_take_byte(&bytes))};
    int64_t age_us;
    fuzz_take(&bytes, &age_us, sizeof age_us);
    age_us %= 2 * NONCE_LIFE_US;
    fuzz_take(&bytes, &made.network, sizeof made.network);
    made.confirming = fuzz_take_byte(&bytes) & 1;
    made.rendered_at_us = NOW_US - age_us;
    nonce_seal(&made, &key, &invitation, text);

    bool in_time = age_us <= NONCE_LIFE_US && age_us >= -INT64_C(60000000);
    claim(nonce_open(text, &key, &invitation, NOW_US, &opened) == in_time);
    if (!in_time) {
        return;
    }
    claim(same(&made, &opened) && opened.key_id == key.id);
    struct uuid other = invitation;
    other.bytes[fuzz_take_byte(&bytes) % UUID_BYTES] ^= (uint8_t)(fuzz_take_byte(&bytes) | 1);
    claim(!nonce_open(text, &key, &other, NOW_US, &opened));
    if (fuzz_change(&bytes, text)) {
        claim(!nonce_open(text, &key, &invitation, NOW_US, &opened));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    claim(sodium_init() >= 0);
    char *text = fuzz_text(data, size);
    read_text(text);
    free(text);
    seal_and_open((struct fuzz_bytes){data, size});
    return 0;
}
