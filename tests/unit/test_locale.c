#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "pages/locale.h"

static void every_shipped_language_is_there_and_whole(void **state) {
    (void)state;
    static const char *const shipped[] = {"ar", "de", "en", "es", "fr", "he",
                                          "it", "ja", "nl", "pl", "pt", "zh"};
    size_t count;
    const struct locale *locales = locales_all(&count); /* ends the program unless whole */
    assert_int_equal(count, COUNT(shipped));
    for (size_t i = 0; i < COUNT(shipped); i++) {
        assert_string_equal(locales[i].language, shipped[i]);
    }
}

static void arabic_and_hebrew_run_from_right_to_left_and_no_other(void **state) {
    (void)state;
    size_t count;
    const struct locale *locales = locales_all(&count);
    for (size_t i = 0; i < count; i++) {
        const char *language = locales[i].language;
        bool from_right = strcmp(language, "ar") == 0 || strcmp(language, "he") == 0;
        assert_string_equal(locales[i].direction, from_right ? "rtl" : "ltr");
    }
}

static void placeholders_stand_where_they_belong_in_every_language(void **state) {
    (void)state;
    size_t count;
    const struct locale *locales = locales_all(&count);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(strstr(locales[i].page_chosen, "{answer}"));
        assert_non_null(strstr(locales[i].error_comment_long, "{max}"));
        assert_non_null(strstr(locales[i].email_greeting, "{name}"));
        assert_null(strchr(locales[i].email_greeting_unnamed, '{'));
    }
}

static void a_tag_falls_back_to_its_primary_language(void **state) {
    (void)state;
    static const struct {
        const char *tag;
        const char *language; /* NULL: none */
    } rows[] = {
        {"de", "de"},    {"de-AT", "de"}, {"DE-at", "de"}, {"zh-Hant", "zh"}, {"zh-Hant-TW", "zh"},
        {"he-IL", "he"}, {"en_GB", "en"}, {"sv", NULL},    {"", NULL},        {NULL, NULL},
        {"deu", NULL},   {"d", NULL},     {"zh-", "zh"},   {"-", NULL},       {"../../etc", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct locale *locale = locale_find(rows[i].tag);
        if (rows[i].language) {
            assert_non_null(locale);
            assert_string_equal(locale->language, rows[i].language);
        } else {
            assert_null(locale);
            assert_string_equal(locale_or_english(rows[i].tag)->language, "en");
        }
    }
}

static void accept_language_is_negotiated_by_quality_then_order(void **state) {
    (void)state;
    static const struct {
        const char *accept;
        const char *language;
    } rows[] = {
        {NULL, "en"},
        {"", "en"},
        {"ja", "ja"},
        {"de-AT,de;q=0.9,en;q=0.8", "de"},
        {"sv-SE, sv;q=0.9, de;q=0.5, ja;q=0.6", "ja"},
        {"de;q=0.5, ja;q=0.5", "de"},
        {"sv, *;q=0.1", "en"},
        {"de;q=0, he;q=0.1", "he"},
        {"de;q=nonsense, ar", "ar"},
        {"de;q=7, zh-Hant-HK;q=0.3", "zh"},
        {"  he-IL ; q=0.7 , de ; q=0.2", "he"},
        {",,,;;q=,-,", "en"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_string_equal(locale_negotiate(rows[i].accept)->language, rows[i].language);
    }
}

static void a_placeholder_is_replaced_and_escaped(void **state) {
    (void)state;
    struct text text = {0};
    locale_append_html(&text, "a < {name}!", "<b>&{name}");
    assert_string_equal(text.bytes, "a &lt; &lt;b&gt;&amp;{name}!");
    text_clear(&text);
    locale_append(&text, "a < {name}!", "<b>");
    assert_string_equal(text.bytes, "a < <b>!");
    text_clear(&text);
    locale_append(&text, "no placeholder", "x");
    assert_string_equal(text.bytes, "no placeholder");
    text_clear(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_language_is_there_and_whole),
        cmocka_unit_test(arabic_and_hebrew_run_from_right_to_left_and_no_other),
        cmocka_unit_test(placeholders_stand_where_they_belong_in_every_language),
        cmocka_unit_test(a_tag_falls_back_to_its_primary_language),
        cmocka_unit_test(accept_language_is_negotiated_by_quality_then_order),
        cmocka_unit_test(a_placeholder_is_replaced_and_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
