#include <string.h>

#include "../support/test.h"
#include "intake/running_keys.h"

static struct vote vote_with_key(const char *key, int index) {
    struct vote vote = {.account_id = 1, .idempotency = {.given = true, .index = index}};
    memcpy(vote.idempotency.key_hash, key, strlen(key));
    return vote;
}

static void a_key_runs_once_at_a_time(void **state) {
    (void)state;
    struct running_keys *keys = running_keys_new(8);
    struct vote one = vote_with_key("key", 0);
    struct vote same = vote_with_key("key", 0);
    struct vote next = vote_with_key("key", 1);
    struct vote other_account = vote_with_key("key", 0);
    other_account.account_id = 2;
    assert_int_equal(running_keys_claim(keys, &one), KEY_CLAIMED);
    assert_int_equal(running_keys_claim(keys, &same), KEY_RUNNING);
    assert_int_equal(running_keys_claim(keys, &next), KEY_CLAIMED);
    assert_int_equal(running_keys_claim(keys, &other_account), KEY_CLAIMED);
    running_keys_release(keys, &one);
    assert_int_equal(running_keys_claim(keys, &same), KEY_CLAIMED);
    running_keys_free(keys);
}

static void room_is_bounded_and_comes_back(void **state) {
    (void)state;
    struct running_keys *keys = running_keys_new(2);
    struct vote votes[] = {vote_with_key("a", 0), vote_with_key("b", 0), vote_with_key("c", 0)};
    assert_int_equal(running_keys_claim(keys, &votes[0]), KEY_CLAIMED);
    assert_int_equal(running_keys_claim(keys, &votes[1]), KEY_CLAIMED);
    assert_int_equal(running_keys_claim(keys, &votes[2]), KEY_NO_ROOM);
    running_keys_release(keys, &votes[0]);
    assert_int_equal(running_keys_claim(keys, &votes[2]), KEY_CLAIMED);
    running_keys_free(keys);
}

static void votes_without_a_key_need_no_room(void **state) {
    (void)state;
    struct running_keys *keys = running_keys_new(1);
    struct vote plain = {.account_id = 1};
    for (int i = 0; i < 10; i++) {
        assert_int_equal(running_keys_claim(keys, &plain), KEY_CLAIMED);
    }
    running_keys_release(keys, &plain);
    running_keys_free(keys);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_runs_once_at_a_time),
        cmocka_unit_test(room_is_bounded_and_comes_back),
        cmocka_unit_test(votes_without_a_key_need_no_room),
    };
    return RUN(tests);
}
