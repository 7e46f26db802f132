#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "base/array.h"
#include "base/time.h"
#include "domain/nonce.h"

#define NOW INT64_C(1795312000000000)

static const struct signing_key key = {.id = 7, .secret = {1, 2, 3}};
static struct uuid invitation;

static struct nonce sealed(char text[NONCE_TEXT_SIZE]) {
    struct nonce nonce = {
        .rendered_at_us = NOW,
        .network = network_hash("192.0.2.7", &key),
        .confirming = true,
        .preselected = {.csat = CSAT_NONE, .nps = 10},
    };
    nonce_seal(&nonce, &key, &invitation, text);
    return nonce;
}

static void a_sealed_nonce_opens_to_what_it_was(void **state) {
    (void)state;
    char text[NONCE_TEXT_SIZE];
    struct nonce made = sealed(text);
    struct nonce nonce;
    assert_true(nonce_open(text, &key, &invitation, NOW + US_PER_SECOND, &nonce));
    int id;
    assert_true(nonce_key_id(text, &id));
    assert_int_equal(id, key.id);
    assert_int_equal(nonce.rendered_at_us, NOW);
    assert_int_equal(nonce.network, made.network);
    assert_true(nonce.confirming);
    assert_true(answers_equal(&nonce.preselected, &made.preselected));
    assert_memory_equal(nonce.random, made.random, NONCE_RANDOM_BYTES);
}

static void two_renders_never_share_a_nonce(void **state) {
    (void)state;
    char one[NONCE_TEXT_SIZE];
    char other[NONCE_TEXT_SIZE];
    sealed(one);
    sealed(other);
    assert_string_not_equal(one, other);
}

static void a_nonce_lives_for_a_day(void **state) {
    (void)state;
    char text[NONCE_TEXT_SIZE];
    struct nonce nonce;
    sealed(text);
    assert_true(nonce_open(text, &key, &invitation, NOW + NONCE_LIFE_US, &nonce));
    assert_false(nonce_open(text, &key, &invitation, NOW + NONCE_LIFE_US + 1, &nonce));
    assert_true(nonce_open(text, &key, &invitation, NOW - 60 * US_PER_SECOND, &nonce));
    assert_false(nonce_open(text, &key, &invitation, NOW - 61 * US_PER_SECOND, &nonce));
}

static void a_nonce_opens_for_its_own_invitation_and_key_only(void **state) {
    (void)state;
    char text[NONCE_TEXT_SIZE];
    struct nonce nonce = {.network = 7};
    sealed(text);
    struct uuid other = uuid_new();
    static const struct signing_key other_key = {.id = 7, .secret = {9}};
    assert_false(nonce_open(text, &key, &other, NOW, &nonce));
    assert_false(nonce_open(text, &other_key, &invitation, NOW, &nonce));
    assert_int_equal(nonce.network, 7);
}

static void no_character_of_a_nonce_can_be_changed(void **state) {
    (void)state;
    char text[NONCE_TEXT_SIZE];
    struct nonce nonce;
    sealed(text);
    for (size_t i = 0; text[i]; i++) {
        char kept = text[i];
        for (int byte = 1; byte < 256; byte++) {
            text[i] = (char)byte;
            assert_int_equal(nonce_open(text, &key, &invitation, NOW, &nonce), text[i] == kept);
        }
        text[i] = kept;
    }
}

static void what_is_no_nonce_does_not_open(void **state) {
    (void)state;
    char text[NONCE_TEXT_SIZE];
    char longer[NONCE_TEXT_SIZE + 8];
    struct nonce nonce;
    sealed(text);
    snprintf(longer, sizeof longer, "%sAAAA", text);
    assert_false(nonce_open(longer, &key, &invitation, NOW, &nonce));
    text[strlen(text) - 1] = '\0';
    assert_false(nonce_open(text, &key, &invitation, NOW, &nonce));
    assert_false(nonce_open("", &key, &invitation, NOW, &nonce));
    assert_false(nonce_open(NULL, &key, &invitation, NOW, &nonce));
    assert_false(nonce_open("a nonce?", &key, &invitation, NOW, &nonce));
}

static void addresses_of_one_network_hash_alike(void **state) {
    (void)state;
    static const struct {
        const char *one;
        const char *other;
        bool same;
    } rows[] = {
        {"192.0.2.7", "192.0.2.250", true},      {"192.0.2.7", "192.0.3.7", false},
        {"::ffff:192.0.2.7", "192.0.2.9", true}, {"2001:db8:1:2::3", "2001:db8:1:ffff::", true},
        {"2001:db8:1::", "2001:db8:2::", false}, {"not an address", "", true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(network_hash(rows[i].one, &key) == network_hash(rows[i].other, &key),
                         rows[i].same);
    }
    static const struct signing_key other_key = {.id = 7, .secret = {9}};
    assert_int_not_equal(network_hash("192.0.2.7", &key), network_hash("192.0.2.7", &other_key));
}

int main(void) {
    if (sodium_init() < 0) {
        return 1;
    }
    invitation = uuid_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sealed_nonce_opens_to_what_it_was),
        cmocka_unit_test(two_renders_never_share_a_nonce),
        cmocka_unit_test(a_nonce_lives_for_a_day),
        cmocka_unit_test(a_nonce_opens_for_its_own_invitation_and_key_only),
        cmocka_unit_test(no_character_of_a_nonce_can_be_changed),
        cmocka_unit_test(what_is_no_nonce_does_not_open),
        cmocka_unit_test(addresses_of_one_network_hash_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
