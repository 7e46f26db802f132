#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "base/array.h"
#include "domain/token.h"

static const struct signing_key keys[] = {
    {.id = 1, .secret = "one secret of thirty-two bytes.."},
    {.id = 255, .secret = "another one, also 32 bytes long."},
};

/* With an underscore in its text: libsodium's decoder takes bytes from 0x80 on for one. */
static const struct token invitation = {
    .purpose = TOKEN_ANSWERS,
    .account_id = 0x0102030405060708,
    .invitation_id = {.bytes = {1, 2, 3, 4, 5, 6, 0x77, 8, 0x89, 10, 11, 12, 13, 14, 15, 0xff}},
};

static bool readable(const char *text) {
    struct token read = {.account_id = -1};
    bool known = token_read(text, TOKEN_ANSWERS, keys, COUNT(keys), &read) ||
                 token_read(text, TOKEN_OPTS_OUT, keys, COUNT(keys), &read);
    assert_true(known || read.account_id == -1);
    return known;
}

static void a_token_says_whose_invitation_it_is(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        char text[TOKEN_TEXT_SIZE];
        struct token read = {0};
        token_sign(&keys[i], &invitation, text);
        assert_int_equal(strlen(text), TOKEN_LENGTH);
        assert_true(token_read(text, TOKEN_ANSWERS, keys, COUNT(keys), &read));
        assert_int_equal(read.account_id, invitation.account_id);
        assert_memory_equal(&read.invitation_id, &invitation.invitation_id, UUID_BYTES);
    }
}

static void a_token_of_one_purpose_never_works_for_the_other(void **state) {
    (void)state;
    static const enum token_purpose purposes[] = {TOKEN_ANSWERS, TOKEN_OPTS_OUT};
    for (size_t i = 0; i < COUNT(purposes); i++) {
        char text[TOKEN_TEXT_SIZE];
        struct token made = invitation;
        struct token read = {.account_id = -1};
        made.purpose = purposes[i];
        token_sign(&keys[0], &made, text);
        assert_false(token_read(text, purposes[1 - i], keys, COUNT(keys), &read));
        assert_int_equal(read.account_id, -1);
        assert_true(token_read(text, purposes[i], keys, COUNT(keys), &read));
        assert_int_equal(read.purpose, purposes[i]);
        assert_int_equal(read.account_id, invitation.account_id);
    }
}

/* Made before tokens had a purpose. */
static void a_link_of_the_first_release_still_answers(void **state) {
    (void)state;
    static const char old[] = "AQEBAgMEBQYHCAECAwQFBncIiQoLDA0OD_-UMGvhA2sjaesXdKpLm3pl";
    struct token read;
    assert_true(token_read(old, TOKEN_ANSWERS, keys, COUNT(keys), &read));
    assert_int_equal(read.account_id, invitation.account_id);
    assert_memory_equal(&read.invitation_id, &invitation.invitation_id, UUID_BYTES);
    assert_false(token_read(old, TOKEN_OPTS_OUT, keys, COUNT(keys), &read));
}

static void a_token_has_no_character_that_a_url_would_change(void **state) {
    (void)state;
    char text[TOKEN_TEXT_SIZE];
    token_sign(&keys[1], &invitation, text);
    assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-_"),
                     TOKEN_LENGTH);
}

static void every_single_changed_bit_is_noticed(void **state) {
    (void)state;
    char text[TOKEN_TEXT_SIZE];
    unsigned char bytes[42];
    token_sign(&keys[0], &invitation, text);
    sodium_base642bin(bytes, sizeof bytes, text, TOKEN_LENGTH, NULL, NULL, NULL,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        char forged[TOKEN_TEXT_SIZE];
        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        sodium_bin2base64(forged, sizeof forged, bytes, sizeof bytes,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        assert_false(readable(forged));
        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
}

static void every_other_character_at_every_place_is_noticed(void **state) {
    (void)state;
    char text[TOKEN_TEXT_SIZE];
    token_sign(&keys[0], &invitation, text);
    for (size_t at = 0; at < TOKEN_LENGTH; at++) {
        char kept = text[at];
        for (int other = 1; other < 256; other++) {
            text[at] = (char)other;
            assert_true(readable(text) == (text[at] == kept));
        }
        text[at] = kept;
    }
}

static void a_shortened_or_longer_text_is_no_token(void **state) {
    (void)state;
    char text[TOKEN_TEXT_SIZE + 8] = "";
    token_sign(&keys[0], &invitation, text);
    for (const char *more = "A=/ \n"; *more; more++) {
        text[TOKEN_LENGTH] = *more;
        text[TOKEN_LENGTH + 1] = '\0';
        assert_false(readable(text));
    }
    for (size_t length = TOKEN_LENGTH; length-- > 0;) {
        text[length] = '\0';
        assert_false(readable(text));
    }
}

static void the_same_secret_under_another_id_does_not_verify(void **state) {
    (void)state;
    char text[TOKEN_TEXT_SIZE];
    struct signing_key renamed = keys[0];
    struct token read;
    renamed.id = 2;
    token_sign(&keys[0], &invitation, text);
    assert_false(token_read(text, TOKEN_ANSWERS, &renamed, 1, &read));
    assert_false(token_read(text, TOKEN_ANSWERS, NULL, 0, &read));
}

static void another_secret_does_not_verify(void **state) {
    (void)state;
    char text[TOKEN_TEXT_SIZE];
    struct signing_key other = keys[0];
    other.secret[SIGNING_SECRET_BYTES - 1] ^= 1;
    token_sign(&other, &invitation, text);
    assert_false(readable(text));
}

static void another_account_has_another_token(void **state) {
    (void)state;
    char text[TOKEN_TEXT_SIZE];
    char others[TOKEN_TEXT_SIZE];
    struct token other = invitation;
    other.account_id++;
    token_sign(&keys[0], &invitation, text);
    token_sign(&keys[0], &other, others);
    assert_string_not_equal(text + 34, others + 34); /* the MAC */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_says_whose_invitation_it_is),
        cmocka_unit_test(a_token_of_one_purpose_never_works_for_the_other),
        cmocka_unit_test(a_link_of_the_first_release_still_answers),
        cmocka_unit_test(a_token_has_no_character_that_a_url_would_change),
        cmocka_unit_test(every_single_changed_bit_is_noticed),
        cmocka_unit_test(every_other_character_at_every_place_is_noticed),
        cmocka_unit_test(a_shortened_or_longer_text_is_no_token),
        cmocka_unit_test(the_same_secret_under_another_id_does_not_verify),
        cmocka_unit_test(another_secret_does_not_verify),
        cmocka_unit_test(another_account_has_another_token),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
