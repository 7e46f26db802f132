#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "base/embedded.h"
#include "pages/locale.h"
#include "pages/locale_file.h"
#include "pages/time_left.h"

static void every_embedded_language_is_whole(void **state) {
    (void)state;
    size_t files = 0;
    for (unsigned long i = 0; i < embedded_file_count; i++) {
        files += strncmp(embedded_files[i].name, "config/locales/", 15) == 0;
    }
    size_t count;
    const struct locale *locales = locales_all(&count); /* ends the program unless whole */
    assert_int_equal(count, files);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(locale_find(locales[i].language), &locales[i]);
    }
}

static void a_tag_falls_back_to_its_primary_language(void **state) {
    (void)state;
    static const struct {
        const char *tag;
        const char *language; /* NULL: none */
    } rows[] = {
        {"de", "de"},         {"de-AT", "de"}, {"DE-at", "de"}, {"zh-Hant", "zh"},
        {"zh-Hant-TW", "zh"}, {"he-IL", "he"}, {"en_GB", "en"}, {"sv", NULL},
        {"", NULL},           {NULL, NULL},    {"pt-BR", "pt"}, {"pt-PT", "pt"},
        {"pt-AO-x-a", "pt"},  {"fr-CA", "fr"}, {"ptx", NULL},   {"deu", NULL},
        {"d", NULL},          {"zh-", "zh"},   {"-", NULL},     {"../../etc", NULL},
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
        {"pt-PT", "pt"},
        {"pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7", "pt"},
        {"de;q=0.123, fr;q=0.124", "fr"},
        {"de;Q=0.1, fr ; x=1 ; q=0.2", "fr"},
        {"de;q=0x1, fr;q=0.001", "fr"},
        {"de;q=nan, fr;q=0.001", "fr"},
        {"*, de", "de"},
        {"*;q=0.9, de;q=0.1", "en"},
        {"*, en;q=0, de;q=0.5", "de"},
        {"*;q=0", "en"},
        {"es-419;q=0.7, *;q=0.5", "es"},
        {"zh-Hans-CN-x-private, en;q=0.5", "zh"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_string_equal(locale_negotiate(rows[i].accept)->language, rows[i].language);
    }
}

/* A copy of the English file with the JSON value under key; NULL takes it away. */
static json_t *changed_file(const char *key, const char *value) {
    const struct embedded_file *file = embedded_file("config/locales/en.json");
    json_t *json = json_loadb(file->bytes, file->length, 0, NULL);
    json_object_del(json, key);
    if (value) {
        json_object_set_new(json, key, json_loads(value, JSON_DECODE_ANY, NULL));
    }
    return json;
}

static void a_file_that_is_not_whole_is_refused_by_its_key(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"csat_low", NULL},
        {"csat_low", "\"\""},
        {"csat_low", "1"},
        {"extra", "\"too much\""},
        {"language", "\"e\""},
        {"direction", "\"up\""},
        {"number_1234", "\"1,235\""},
        {"number_1234", "\"234\""},
        {"plurals", NULL},
        {"plurals", "[]"},
        {"plurals", "{\"one\": \"n is 1\"}"},
        {"plurals", "{\"one\": \"n = 1\", \"other\": \"n = 2\"}"},
        {"plurals", "{\"one\": \"n = 1\", \"several\": \"n = 2\"}"},
        {"thanks_days", "{\"other\": \"{count} days\"}"},
        {"thanks_days", "{\"one\": \"a day\", \"two\": \"both\", \"other\": \"{count} days\"}"},
        {"thanks_days", "\"{count} days\""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_t *json = changed_file(rows[i][0], rows[i][1]);
        struct locale locale = {0};
        const char *wrong = NULL;
        assert_false(locale_from_json(json, &locale, &wrong));
        assert_string_equal(wrong, rows[i][0]);
        assert_null(locale.language);
        json_decref(json);
    }
}

static void a_number_has_the_form_and_the_digits_of_its_language(void **state) {
    (void)state;
    static const struct {
        const char *language;
        unsigned count;
        const char *expected;
    } rows[] = {
        {"en", 1, "You can change your answer for 1\u00a0more day."},
        {"en", 7, "You can change your answer for 7\u00a0more days."},
        {"en", 1234567, "You can change your answer for 1,234,567\u00a0more days."},
        {"de", 1000, "Sie können Ihre Antwort noch 1.000\u00a0Tage lang ändern."},
        {"es", 4000, "Puede cambiar su respuesta durante 4000\u00a0días más."},
        {"fr", 0, "Vous pouvez encore modifier votre réponse pendant 0\u00a0jour."},
        {"fr", 4000, "Vous pouvez encore modifier votre réponse pendant 4\u202f000\u00a0jours."},
        {"pl", 1, "Odpowiedź można zmienić jeszcze przez 1\u00a0dzień."},
        {"pl", 22, "Odpowiedź można zmienić jeszcze przez 22\u00a0dni."},
        {"he", 2, "אפשר לשנות את התשובה במשך יומיים נוספים."},
        {"ar", 3, "لا يزال بإمكانك تغيير إجابتك لمدة 3\u00a0أيام."},
        {"ar", 11, "لا يزال بإمكانك تغيير إجابتك لمدة 11\u00a0يومًا."},
        {"ja", 7, "回答はあと7日間変更できます。"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text text = {0};
        const struct locale *locale = locale_find(rows[i].language);
        locale_append_counted(&text, locale, &locale->thanks_days, rows[i].count);
        assert_string_equal(text.bytes, rows[i].expected);
        text_clear(&text);
    }
}

static void time_left_is_told_in_days_then_in_hours_then_not_at_all(void **state) {
    (void)state;
    static const int64_t minute_us = 60 * INT64_C(1000000);
    static const struct {
        int64_t minutes;
        char unit;
        unsigned count;
    } rows[] = {
        {7 * 1440, 'd', 7}, {7 * 1440 - 1, 'd', 7}, {7 * 1440 - 11, 'd', 6},
        {1440, 'd', 1},     {1440 - 11, 'h', 23},   {60, 'h', 1},
        {59, ' ', 0},       {-1, ' ', 0},
    };
    struct counted_text days;
    struct counted_text hours;
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned count;
        const struct counted_text *text =
            time_left_text(rows[i].minutes * minute_us, &days, &hours, &count);
        const struct counted_text *expected = rows[i].unit == 'd' ? &days : &hours;
        assert_ptr_equal(text, rows[i].unit == ' ' ? NULL : expected);
        assert_int_equal(count, rows[i].count);
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
        cmocka_unit_test(every_embedded_language_is_whole),
        cmocka_unit_test(a_file_that_is_not_whole_is_refused_by_its_key),
        cmocka_unit_test(a_tag_falls_back_to_its_primary_language),
        cmocka_unit_test(accept_language_is_negotiated_by_quality_then_order),
        cmocka_unit_test(a_number_has_the_form_and_the_digits_of_its_language),
        cmocka_unit_test(time_left_is_told_in_days_then_in_hours_then_not_at_all),
        cmocka_unit_test(a_placeholder_is_replaced_and_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
