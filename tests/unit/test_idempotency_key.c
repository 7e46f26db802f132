#include <string.h>

#include "../support/test.h"
#include "api/idempotency_key.h"
#include "base/array.h"

static void quoted_and_bare_keys_are_the_same(void **state) {
    (void)state;
    static const struct {
        const char *value;
        const char *key;
    } cases[] = {
        {"8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"},
        {"\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", "8e03978e-40d5-43dd-bc93-6894a57f9324"},
        {"\"with space\"", "with space"},
        {"\"a \\\"quote\\\" and a \\\\\"", "a \"quote\" and a \\"},
        {"x", "x"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char key[IDEMPOTENCY_KEY_BYTES_MAX + 1];
        assert_true(parse_idempotency_key(cases[i].value, key));
        assert_string_equal(key, cases[i].key);
    }
}

static void malformed_keys_are_refused(void **state) {
    (void)state;
    static const char *const values[] = {
        "",         "\"\"",      "\"open",    "two words", "\"a\"b",
        "\"a\\n\"", "tab\there", "h\xc3\xa4", "a\"b",      "\"",
    };
    for (size_t i = 0; i < COUNT(values); i++) {
        char key[IDEMPOTENCY_KEY_BYTES_MAX + 1];
        assert_false(parse_idempotency_key(values[i], key));
    }
}

static void the_longest_key_has_255_bytes(void **state) {
    (void)state;
    char value[IDEMPOTENCY_KEY_BYTES_MAX + 4];
    char key[IDEMPOTENCY_KEY_BYTES_MAX + 1];
    memset(value, 'k', sizeof value);
    value[IDEMPOTENCY_KEY_BYTES_MAX] = '\0';
    assert_true(parse_idempotency_key(value, key));
    value[IDEMPOTENCY_KEY_BYTES_MAX] = 'k';
    value[IDEMPOTENCY_KEY_BYTES_MAX + 1] = '\0';
    assert_false(parse_idempotency_key(value, key));
    memset(value, 'k', sizeof value);
    value[0] = '"';
    value[IDEMPOTENCY_KEY_BYTES_MAX + 2] = '"';
    value[IDEMPOTENCY_KEY_BYTES_MAX + 3] = '\0';
    assert_false(parse_idempotency_key(value, key));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quoted_and_bare_keys_are_the_same),
        cmocka_unit_test(malformed_keys_are_refused),
        cmocka_unit_test(the_longest_key_has_255_bytes),
    };
    return RUN(tests);
}
