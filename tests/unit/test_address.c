#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/array.h"
#include "domain/address.h"

struct pair {
    const char *address;
    const char *key;
};

static void assert_key(const char *address, const char *expected) {
    char *key = address_key(address);
    assert_non_null(key);
    assert_string_equal(key, expected);
    char *again = address_key(key);
    assert_non_null(again);
    assert_string_equal(again, expected);
    free(key);
    free(again);
}

static void assert_keys(const struct pair pairs[], size_t count) {
    for (size_t i = 0; i < count; i++) {
        assert_key(pairs[i].address, pairs[i].key);
    }
}

static void the_case_of_letters_makes_no_difference(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"kim@example.org", "kim@example.org"},
        {"KIM@EXAMPLE.ORG", "kim@example.org"},
        {"kim@example.org.", "kim@example.org"},
        {"kim@example\u3002ORG\u3002", "kim@example.org"},
        {"kim@.", "kim@."},
        {"kim@example..", "kim@example"},
        {"Kim.O'Neil+shop@Mail.Example.Org", "kim.o'neil+shop@mail.example.org"},
        {"M\u00dcLLER@example.org", "m\u00fcller@example.org"},
        {"\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2@example.org",
         "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3@example.org"}, /* all three sigmas */
    };
    assert_keys(pairs, COUNT(pairs));
}

static void a_sharp_s_is_folded_in_the_local_part_but_names_its_own_domain(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"gro\u00df@example.org", "gross@example.org"},
        {"GRO\u1e9e@example.org", "gross@example.org"},
        {"GROSS@example.org", "gross@example.org"},
        {"kim@stra\u00dfe.example", "kim@xn--strae-oqa.example"},
        {"kim@strasse.example", "kim@strasse.example"},
    };
    assert_keys(pairs, COUNT(pairs));
}

static void a_dotted_capital_i_is_not_a_plain_one(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"\u0130PEK@example.org", "i\u0307pek@example.org"},
        {"I\u0307PEK@example.org", "i\u0307pek@example.org"},
        {"IPEK@example.org", "ipek@example.org"},
        {"\u0131pek@example.org", "\u0131pek@example.org"}, /* dotless */
    };
    assert_keys(pairs, COUNT(pairs));
}

static void combining_accents_are_composed_in_whatever_order_they_came(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"mu\u0308ller@example.org", "m\u00fcller@example.org"},
        {"MU\u0308LLER@example.org", "m\u00fcller@example.org"},
        {"q\u0307\u0323@example.org", "q\u0323\u0307@example.org"},
        {"q\u0323\u0307@example.org", "q\u0323\u0307@example.org"},
        {"\u212b@example.org", "\u00e5@example.org"},                   /* the angstrom sign */
        {"\u03b1\u0345\u0301@example.org", "\u03ac\u03b9@example.org"}, /* iota below */
        {"\u03b1\u0301\u0345@example.org", "\u03ac\u03b9@example.org"},
    };
    assert_keys(pairs, COUNT(pairs));
}

static void a_domain_is_the_same_in_letters_and_in_a_labels(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"kim@b\u00fccher.example", "kim@xn--bcher-kva.example"},
        {"kim@B\u00dcCHER.example", "kim@xn--bcher-kva.example"},
        {"kim@bu\u0308cher.example", "kim@xn--bcher-kva.example"},
        {"kim@XN--BCHER-KVA.example", "kim@xn--bcher-kva.example"},
        {"kim@\u4f8b\u3048\u3002\u30c6\u30b9\u30c8", "kim@xn--r8jz45g.xn--zckzah"},
        {"kim@\u0645\u062b\u0627\u0644.example", "kim@xn--mgbh0fb.example"},
    };
    assert_keys(pairs, COUNT(pairs));
}

static void what_is_no_domain_name_is_folded(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"Kim@[192.0.2.1]", "kim@[192.0.2.1]"},
        {"Kim@My_Host.Example", "kim@my_host.example"},
        {"Kim@XN--ZZZZZZ99999.example", "kim@xn--zzzzzz99999.example"}, /* decodes to nothing */
        {"Kim@a..B", "kim@a..b"},
    };
    assert_keys(pairs, COUNT(pairs));
}

static void what_is_no_address_is_folded_whole(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"", ""},
        {"Kim", "kim"},
        {"B\u00dcCHER.example", "b\u00fccher.example"},
        {"@Example.org", "@example.org"},
        {"Kim@", "kim@"},
        {"A@B@Example.org", "a@b@example.org"},
    };
    assert_keys(pairs, COUNT(pairs));
}

static void of_bytes_that_are_not_utf8_ascii_alone_is_folded(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"K\xffM@EXAMPLE.org", "k\xffm@example.org"},
        {"K\xc0\xafM@example.org", "k\xc0\xafm@example.org"},
        {"Kim@EX\xe9MPLE.org", "kim@ex\xe9mple.org"},
        {"\xe2\x82", "\xe2\x82"},
    };
    assert_keys(pairs, COUNT(pairs));
}

static void a_very_long_text_has_a_key_too(void **state) {
    (void)state;
    static char address[100001];
    static char expected[sizeof address];
    memset(address, 'A', sizeof address - 1);
    memset(expected, 'a', sizeof expected - 1);
    assert_key(address, expected);
    memcpy(address + 50, "@", 1);
    memcpy(expected + 50, "@", 1);
    assert_key(address, expected);
}

static char *normalize(const char *text, int options) {
    utf8proc_uint8_t *normal = NULL;
    utf8proc_map((const utf8proc_uint8_t *)text, 0, &normal,
                 (utf8proc_option_t)(UTF8PROC_NULLTERM | UTF8PROC_STABLE | options));
    assert_non_null(normal);
    return (char *)normal;
}

/* Every character with an accent above and one below. */
static void an_address_and_its_nfc_and_nfd_have_one_key(void **state) {
    (void)state;
    for (utf8proc_int32_t letter = 0x80; letter < 0x20000; letter++) {
        char address[32] = "";
        if (letter >= 0xd800 && letter <= 0xdfff) {
            continue;
        }
        utf8proc_ssize_t length = utf8proc_encode_char(letter, (utf8proc_uint8_t *)address);
        strncpy(address + length, "\u0345\u0301@example.org", sizeof address - (size_t)length - 1);
        char *composed = normalize(address, UTF8PROC_COMPOSE);
        char *decomposed = normalize(address, UTF8PROC_DECOMPOSE);
        char *key = address_key(address);
        assert_key(address, key);
        assert_key(composed, key);
        assert_key(decomposed, key);
        free(composed);
        free(decomposed);
        free(key);
    }
}

static void a_masked_address_shows_its_first_character_and_its_domain(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"kim@example.org", "k\u2022\u2022@example.org"},
        {"K@example.org", "K\u2022\u2022@example.org"},
        {"\u738b\u5c0f\u660e@b\u00fccher.example", "\u738b\u2022\u2022@b\u00fccher.example"},
        {"a@b@example.org", "a\u2022\u2022@example.org"},
        {"\xff\xbf\xbf@example.org", "\xff\xbf\xbf\u2022\u2022@example.org"},
        {"@example.org", "\u2022\u2022@example.org"},
        {"kim", "k\u2022\u2022"},
        {"", "\u2022\u2022"},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct text masked = {0};
        address_append_masked(&masked, pairs[i].address);
        assert_string_equal(masked.bytes, pairs[i].key);
        text_clear(&masked);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_case_of_letters_makes_no_difference),
        cmocka_unit_test(a_sharp_s_is_folded_in_the_local_part_but_names_its_own_domain),
        cmocka_unit_test(a_dotted_capital_i_is_not_a_plain_one),
        cmocka_unit_test(combining_accents_are_composed_in_whatever_order_they_came),
        cmocka_unit_test(a_domain_is_the_same_in_letters_and_in_a_labels),
        cmocka_unit_test(what_is_no_domain_name_is_folded),
        cmocka_unit_test(what_is_no_address_is_folded_whole),
        cmocka_unit_test(of_bytes_that_are_not_utf8_ascii_alone_is_folded),
        cmocka_unit_test(a_very_long_text_has_a_key_too),
        cmocka_unit_test(an_address_and_its_nfc_and_nfd_have_one_key),
        cmocka_unit_test(a_masked_address_shows_its_first_character_and_its_domain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
