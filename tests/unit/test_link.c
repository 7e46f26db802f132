#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "base/time.h"
#include "domain/link.h"
#include "domain/link_contact.h"

#define NOW (INT64_C(1790000000) * US_PER_SECOND)

static void assert_canonical(const struct link_param params[], size_t count, const char *expected) {
    struct text text = {0};
    link_append_canonical(&(struct link_address){7, "after-chat", params, count}, &text);
    assert_false(text.failed);
    assert_string_equal(text.bytes, expected);
    text_clear(&text);
}

static void parameters_are_sorted_by_name_then_by_value_byte_by_byte(void **state) {
    (void)state;
    const struct link_param params[] = {{"b", "1"}, {"a", "z"},  {"a", "\xc3\xa4"}, {"Z", "1"},
                                        {"a", ""},  {"a-", "1"}, {"a", "Z"}};
    assert_canonical(params, COUNT(params), "/l/7/after-chat?Z=1&a=&a=Z&a=z&a=%C3%A4&a-=1&b=1");
}

static void all_but_the_unreserved_characters_are_encoded(void **state) {
    (void)state;
    const struct link_param params[] = {{"AZaz09-._~", " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}\x7f"}};
    assert_canonical(params, 1,
                     "/l/7/after-chat?AZaz09-._~=%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B"
                     "%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D%7F");
}

static void the_signature_itself_is_not_signed(void **state) {
    (void)state;
    const struct link_param params[] = {{"sig", "1"}, {"contact", "1"}, {"Sig", "2"}, {"sig", "3"}};
    assert_canonical(params, COUNT(params), "/l/7/after-chat?Sig=2&contact=1");
    assert_canonical(params, 1, "/l/7/after-chat?");
}

/* RFC 4231, test case 2. */
static void a_signature_is_hmac_sha256(void **state) {
    (void)state;
    char signature[LINK_SIGNATURE_SIZE];
    link_sign("what do ya want for nothing?", "Jefe", signature);
    assert_string_equal(signature,
                        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void only_the_same_text_with_the_same_secret_is_signed(void **state) {
    (void)state;
    char signature[LINK_SIGNATURE_SIZE];
    char upper[LINK_SIGNATURE_SIZE];
    link_sign("/l/1/a?contact=1", "secret", signature);
    for (size_t i = 0; i < sizeof upper; i++) {
        upper[i] = (char)(signature[i] >= 'a' ? signature[i] - 32 : signature[i]);
    }
    assert_true(link_signed_with("/l/1/a?contact=1", "secret", signature));
    assert_true(link_signed_with("/l/1/a?contact=1", "secret", upper));
    assert_false(link_signed_with("/l/1/a?contact=2", "secret", signature));
    assert_false(link_signed_with("/l/1/a?contact=1", "Secret", signature));
    for (size_t i = 0; i < LINK_SIGNATURE_LENGTH; i++) {
        char wrong[LINK_SIGNATURE_SIZE];
        memcpy(wrong, signature, sizeof wrong);
        wrong[i] = wrong[i] == '0' ? '1' : '0';
        assert_false(link_signed_with("/l/1/a?contact=1", "secret", wrong));
        wrong[i] = 'g';
        assert_false(link_signed_with("/l/1/a?contact=1", "secret", wrong));
        wrong[i] = '\0';
        assert_false(link_signed_with("/l/1/a?contact=1", "secret", wrong));
    }
}

static void secrets_are_long_and_never_the_same(void **state) {
    (void)state;
    char one[LINK_SECRET_SIZE];
    char other[LINK_SECRET_SIZE];
    link_secret_make(one);
    link_secret_make(other);
    assert_int_equal(strlen(one), LINK_SECRET_LENGTH);
    assert_memory_equal(one, "uls_", 4);
    assert_string_not_equal(one, other);
}

/* The first mistake, as "parameter: detail". */
static void assert_fault(const struct link_param params[], size_t count, const char *parameter,
                         const char *detail) {
    struct contact contact = CONTACT_NONE;
    struct link_fault fault;
    int64_t expires_at_us;
    assert_true(link_read(&(struct link_address){1, "s", params, count}, NOW, &contact,
                          &expires_at_us, &fault));
    if (parameter) {
        assert_non_null(fault.detail);
        assert_string_equal(fault.parameter, parameter);
        assert_string_equal(fault.detail, detail);
    } else {
        assert_null(fault.detail);
    }
    contact_clear(&contact);
}

static void a_link_tells_of_its_contact(void **state) {
    (void)state;
    const struct link_param params[] = {{"agent", "zoe"},
                                        {"contact", "4711"},
                                        {"agent", "ann"},
                                        {"team", ""},
                                        {"customer", "c1"},
                                        {"sig", "x"},
                                        {"solved", "1789990000"},
                                        {"exp", "1790000001"},
                                        {"nps", "99"},
                                        {"other", "other"},
                                        {"agent", ""}};
    struct contact contact = CONTACT_NONE;
    struct link_fault fault;
    int64_t expires_at_us;
    assert_true(link_read(&(struct link_address){1, "s", params, COUNT(params)}, NOW, &contact,
                          &expires_at_us, &fault));
    assert_null(fault.detail);
    assert_string_equal(contact.ref, "4711");
    assert_int_equal(contact.agent_count, 2);
    assert_string_equal(contact.agents[0], "zoe");
    assert_string_equal(contact.agents[1], "ann");
    assert_null(contact.team);
    assert_string_equal(contact.customer_ref, "c1");
    assert_int_equal(contact.solved_at_us, INT64_C(1789990000) * US_PER_SECOND);
    assert_int_equal(expires_at_us, NOW + US_PER_SECOND);
    contact_clear(&contact);
}

static void the_first_mistake_is_told_and_the_rest_is_read(void **state) {
    (void)state;
    const struct link_param params[] = {{"exp", ""}, {"team", "\n"}, {"language", "de"}};
    struct contact contact = CONTACT_NONE;
    struct link_fault fault;
    int64_t expires_at_us;
    assert_true(link_read(&(struct link_address){1, "s", params, COUNT(params)}, NOW, &contact,
                          &expires_at_us, &fault));
    assert_string_equal(fault.parameter, "exp");
    assert_string_equal(contact.language, "de");
    contact_clear(&contact);
}

static void what_cannot_be_used_is_a_mistake(void **state) {
    (void)state;
    const struct link_param contact = {"contact", "1"};
    assert_fault(&contact, 1, NULL, NULL);
    assert_fault(&contact, 0, "contact", "is missing");
    static const struct {
        struct link_param param;
        const char *detail;
    } wrong[] = {
        {{"contact", "2"}, "is given more than once"},
        {{"contact", ""}, "is given more than once"},
        {{"email", "a b@c"}, "is not an email address"},
        {{"team", "\xc2\x85"}, "has control characters"},
        {{"solved", "1790000301"}, "lies in the future"},
        {{"solved", "now"}, "is neither an RFC 3339 time nor unix seconds"},
        {{"exp", "2026-11-23"}, "is not a time in unix seconds"},
        {{"exp", "99999999999999999999"}, "is not a time in unix seconds"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        const struct link_param params[] = {contact, wrong[i].param};
        assert_fault(params, 2, wrong[i].param.name, wrong[i].detail);
    }
}

int main(void) {
    if (sodium_init() < 0) {
        return EXIT_FAILURE;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_sorted_by_name_then_by_value_byte_by_byte),
        cmocka_unit_test(all_but_the_unreserved_characters_are_encoded),
        cmocka_unit_test(the_signature_itself_is_not_signed),
        cmocka_unit_test(a_signature_is_hmac_sha256),
        cmocka_unit_test(only_the_same_text_with_the_same_secret_is_signed),
        cmocka_unit_test(secrets_are_long_and_never_the_same),
        cmocka_unit_test(a_link_tells_of_its_contact),
        cmocka_unit_test(the_first_mistake_is_told_and_the_rest_is_read),
        cmocka_unit_test(what_cannot_be_used_is_a_mistake),
    };
    return RUN(tests);
}
