#include <stdio.h>
#include <string.h>

#include "../support/test.h"
#include "domain/api_key.h"

static void a_new_key_names_its_account_and_fits(void **state) {
    (void)state;
    const int64_t accounts[] = {1, 42, INT64_MAX};
    for (size_t i = 0; i < 3; i++) {
        char key[API_KEY_SIZE];
        int64_t account_id = 0;
        api_key_new(accounts[i], key);
        assert_true(strlen(key) <= 44);
        assert_true(api_key_parse(key, &account_id));
        assert_int_equal(account_id, accounts[i]);
    }
}

static void two_keys_differ(void **state) {
    (void)state;
    char one[API_KEY_SIZE];
    char other[API_KEY_SIZE];
    api_key_new(1, one);
    api_key_new(1, other);
    assert_string_not_equal(one, other);
}

static void every_single_mistyped_character_is_noticed(void **state) {
    (void)state;
    static const char characters[] =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    char key[API_KEY_SIZE];
    api_key_new(7, key);
    for (size_t at = strlen("us_7_"); key[at]; at++) {
        for (const char *other = characters; *other; other++) {
            char mistyped[API_KEY_SIZE];
            int64_t account_id = -1;
            snprintf(mistyped, sizeof mistyped, "%s", key);
            mistyped[at] = *other;
            assert_true(api_key_parse(mistyped, &account_id) == (*other == key[at]));
        }
    }
}

static void what_cannot_be_a_key_is_refused_untouched(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "us_",
        "us_1_",
        "us__000000000000000000000",
        "us_1_00000000000000000000",
        "us_1_0000000000000000000000",
        "us_0_000000000000000000000",
        "us_01_000000000000000000000",
        "us_-1_000000000000000000000",
        "us_9223372036854775808_000000000000000000000",
        "us_99999999999999999999_000000000000000000000",
        "US_1_000000000000000000000",
        "us_1_0000000000 0000000000",
        "us_1_00000000000000000000\xc3\xa9",
        "us_1_000000000000000000001",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t account_id = -5;
        assert_false(api_key_parse(texts[i], &account_id));
        assert_int_equal(account_id, -5);
    }
}

static void the_zero_key_shows_the_format(void **state) {
    (void)state;
    int64_t account_id = 0;
    assert_true(api_key_parse("us_1_000000000000000000000", &account_id));
    assert_int_equal(account_id, 1);
}

static void a_hash_depends_on_the_whole_key(void **state) {
    (void)state;
    unsigned char one[API_KEY_HASH_BYTES];
    unsigned char other[API_KEY_HASH_BYTES];
    api_key_hash("us_1_000000000000000000000", one);
    api_key_hash("us_2_000000000000000000000", other);
    assert_memory_not_equal(one, other, API_KEY_HASH_BYTES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_key_names_its_account_and_fits),
        cmocka_unit_test(two_keys_differ),
        cmocka_unit_test(every_single_mistyped_character_is_noticed),
        cmocka_unit_test(what_cannot_be_a_key_is_refused_untouched),
        cmocka_unit_test(the_zero_key_shows_the_format),
        cmocka_unit_test(a_hash_depends_on_the_whole_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
