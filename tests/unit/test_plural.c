#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "pages/locale.h"
#include "pages/plural.h"

/* As CLDR 48 publishes them, by plural: @integer samples, n~m being a range. */
struct samples {
    const char *language;
    const char *numbers[PLURALS];
};

static const struct samples published[] = {
    {"en", {[PLURAL_ONE] = "1", [PLURAL_OTHER] = "0, 2~16, 100, 1000, 10000, 100000, 1000000"}},
    {"de", {[PLURAL_ONE] = "1", [PLURAL_OTHER] = "0, 2~16, 100, 1000, 10000, 100000, 1000000"}},
    {"nl", {[PLURAL_ONE] = "1", [PLURAL_OTHER] = "0, 2~16, 100, 1000, 10000, 100000, 1000000"}},
    {"it",
     {[PLURAL_ONE] = "1",
      [PLURAL_MANY] = "1000000",
      [PLURAL_OTHER] = "0, 2~16, 100, 1000, 10000, 100000"}},
    {"es",
     {[PLURAL_ONE] = "1",
      [PLURAL_MANY] = "1000000",
      [PLURAL_OTHER] = "0, 2~16, 100, 1000, 10000, 100000"}},
    {"fr",
     {[PLURAL_ONE] = "0, 1",
      [PLURAL_MANY] = "1000000",
      [PLURAL_OTHER] = "2~17, 100, 1000, 10000, 100000"}},
    {"pt",
     {[PLURAL_ONE] = "0, 1",
      [PLURAL_MANY] = "1000000",
      [PLURAL_OTHER] = "2~17, 100, 1000, 10000, 100000"}},
    {"pl",
     {[PLURAL_ONE] = "1",
      [PLURAL_FEW] = "2~4, 22~24, 32~34, 42~44, 52~54, 62, 102, 1002",
      [PLURAL_MANY] = "0, 5~19, 100, 1000, 10000, 100000, 1000000"}},
    {"he",
     {[PLURAL_ONE] = "1",
      [PLURAL_TWO] = "2",
      [PLURAL_OTHER] = "0, 3~17, 100, 1000, 10000, 100000, 1000000"}},
    {"ar",
     {[PLURAL_ZERO] = "0",
      [PLURAL_ONE] = "1",
      [PLURAL_TWO] = "2",
      [PLURAL_FEW] = "3~10, 103~110, 1003",
      [PLURAL_MANY] = "11~26, 111, 1011",
      [PLURAL_OTHER] = "100~102, 200~202, 300~302, 400~402, 500~502, 600, 1000, 10000, 1000000"}},
    {"ja", {[PLURAL_OTHER] = "0~15, 100, 1000, 10000, 100000, 1000000"}},
    {"zh", {[PLURAL_OTHER] = "0~15, 100, 1000, 10000, 100000, 1000000"}},
};

static void hold(const char *language, enum plural expected, const char *numbers) {
    const struct locale *locale = locale_find(language);
    assert_non_null(locale);
    for (const char *at = numbers; at && *at; at += strcspn(at, "0123456789")) {
        char *end;
        unsigned long first = strtoul(at, &end, 10);
        unsigned long last = *end == '~' ? strtoul(end + 1, &end, 10) : first;
        for (unsigned long count = first; count <= last; count++) {
            assert_int_equal(plural_choose(locale->plural_rules, (unsigned)count), expected);
        }
        at = end;
    }
}

static void every_number_that_cldr_publishes_has_the_plural_it_says(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(published); i++) {
        for (enum plural plural = PLURAL_ZERO; plural < PLURALS; plural++) {
            hold(published[i].language, plural, published[i].numbers[plural]);
        }
    }
}

static void or_binds_weaker_than_and(void **state) {
    (void)state;
    static const char condition[] = "n = 1 or n % 10 = 2..4,7 and n % 100 != 12..14";
    static const unsigned fitting[] = {1, 2, 4, 7, 22, 97, 102};
    static const unsigned others[] = {0, 5, 11, 12, 13, 14, 21, 112};
    for (size_t i = 0; i < COUNT(fitting); i++) {
        assert_true(plural_fits(condition, fitting[i], NULL));
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_false(plural_fits(condition, others[i], NULL));
    }
}

static void a_condition_that_cannot_be_read_fits_nothing(void **state) {
    (void)state;
    static const char *const rows[] = {
        "",
        "n",
        "n =",
        "n = x",
        "x = 1",
        "n = 1 and",
        "n = 1 or",
        "n % 0 = 0",
        "n % =",
        "n = 1.. or n = 1",
        "n = 1 n = 1",
        "n == 1",
        "n = 1,",
        "1 = n",
        "n = 1 @integer 1",
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool readable = true;
        assert_false(plural_fits(rows[i], 1, &readable));
        assert_false(readable);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_that_cldr_publishes_has_the_plural_it_says),
        cmocka_unit_test(or_binds_weaker_than_and),
        cmocka_unit_test(a_condition_that_cannot_be_read_fits_nothing),
    };
    return RUN(tests);
}
