#include <string.h>

#include "../support/test.h"
#include "api/key_cache.h"

static void make_hash(unsigned number, unsigned char hash[API_KEY_HASH_BYTES]) {
    memset(hash, 0, API_KEY_HASH_BYTES);
    memcpy(hash + 2, &number, sizeof number); /* all in one set */
}

static void a_key_is_found_until_it_is_said_to_be_bad(void **state) {
    (void)state;
    struct key_cache *cache = key_cache_new(60);
    unsigned char hash[API_KEY_HASH_BYTES];
    struct principal principal = {.account_id = 3, .scope = SCOPE_WRITE};
    struct principal found = {0};
    make_hash(1, hash);
    assert_int_equal(key_cache_find(cache, hash, &found), KEY_NOT_CACHED);
    key_cache_put(cache, hash, &principal);
    assert_int_equal(key_cache_find(cache, hash, &found), KEY_IS_GOOD);
    assert_int_equal(found.account_id, 3);
    assert_int_equal(found.scope, SCOPE_WRITE);
    key_cache_put(cache, hash, NULL);
    assert_int_equal(key_cache_find(cache, hash, &found), KEY_IS_BAD);
    key_cache_free(cache);
}

static void a_flood_of_bad_keys_leaves_the_good_ones(void **state) {
    (void)state;
    struct key_cache *cache = key_cache_new(60);
    unsigned char hash[API_KEY_HASH_BYTES];
    struct principal principal = {.account_id = 3, .scope = SCOPE_READ};
    make_hash(0, hash);
    key_cache_put(cache, hash, &principal);
    for (unsigned number = 1; number < 10000; number++) {
        make_hash(number, hash);
        key_cache_put(cache, hash, NULL);
    }
    make_hash(0, hash);
    assert_int_equal(key_cache_find(cache, hash, &principal), KEY_IS_GOOD);
    key_cache_free(cache);
}

static void nothing_is_kept_without_a_lifetime(void **state) {
    (void)state;
    struct key_cache *cache = key_cache_new(0);
    unsigned char hash[API_KEY_HASH_BYTES];
    struct principal principal = {.account_id = 3, .scope = SCOPE_READ};
    make_hash(9, hash);
    key_cache_put(cache, hash, &principal);
    assert_int_equal(key_cache_find(cache, hash, &principal), KEY_NOT_CACHED);
    key_cache_free(cache);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_found_until_it_is_said_to_be_bad),
        cmocka_unit_test(a_flood_of_bad_keys_leaves_the_good_ones),
        cmocka_unit_test(nothing_is_kept_without_a_lifetime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
