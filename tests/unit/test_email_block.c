#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/time.h"
#include "pages/email_block.h"
#include "pages/locale.h"

#define URL "https://survey.example/s/TOKEN"

static struct email_block block_for(const struct survey *survey, char *language, char *name) {
    struct email_block block;
    struct contact contact = CONTACT_NONE;
    contact.language = language;
    contact.customer_name = name;
    assert_true(email_block_write(survey, &contact, URL, 30 * US_PER_DAY, &block));
    return block;
}

static size_t occurrences(const char *text, const char *part) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part)) {
        count++;
    }
    return count;
}

static void a_name_that_a_mail_reader_would_link_is_not_greeted(void **state) {
    (void)state;
    static const struct {
        char *name;
        bool greeted;
    } cases[] = {
        {"Kim Example", true},           {"J. R. R. Smith", true},
        {"M\u00fcller, Dr.", true},      {"K.", true},
        {"https://evil.example", false}, {"Win at www.evil.example", false},
        {"evil.example/x", false},       {"b\u00fccher.example", false},
        {"kim@evil.example", false},
    };
    const struct survey survey = SURVEY_DEFAULT;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct email_block block = block_for(&survey, NULL, cases[i].name);
        assert_int_equal(strstr(block.html, cases[i].name) != NULL, cases[i].greeted);
        assert_int_equal(strstr(block.text, cases[i].name) != NULL, cases[i].greeted);
        email_block_clear(&block);
    }
}

static void each_answer_of_the_first_question_has_its_link(void **state) {
    (void)state;
    static const struct {
        enum question question;
        const char *first;
        const char *last;
        size_t count;
    } cases[] = {
        {QUESTION_UNDERSTOOD, URL "?understood=yes", URL "?understood=no", 3},
        {QUESTION_CSAT, URL "?csat=1", URL "?csat=5", 5},
        {QUESTION_NPS, URL "?nps=0", URL "?nps=10", 11},
        {QUESTION_COMMENT, URL, URL, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct survey survey = SURVEY_DEFAULT;
        survey.questions[0].question = cases[i].question;
        struct email_block block = block_for(&survey, NULL, NULL);
        assert_non_null(strstr(block.html, cases[i].first));
        assert_non_null(strstr(block.html, cases[i].last));
        assert_non_null(strstr(block.text, cases[i].first));
        assert_non_null(strstr(block.text, cases[i].last));
        assert_int_equal(occurrences(block.html, "href=\"" URL "?"), cases[i].count);
        assert_int_equal(occurrences(block.text, URL "?"), cases[i].count);
        assert_int_equal(occurrences(block.html, "href=\"" URL "\""), 1);
        assert_int_equal(occurrences(block.html, "<table"), occurrences(block.html, "</table>"));
        assert_int_equal(occurrences(block.html, "<tr"), occurrences(block.html, "</tr>"));
        assert_int_equal(occurrences(block.html, "<td"), occurrences(block.html, "</td>"));
        email_block_clear(&block);
    }
}

static void a_customers_name_cannot_bring_markup(void **state) {
    (void)state;
    struct survey survey = SURVEY_DEFAULT;
    char name[] = "<script>alert(\"1\")</script>&'";
    struct email_block block = block_for(&survey, NULL, name);
    assert_null(strstr(block.html, "<script"));
    assert_non_null(
        strstr(block.html, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;"));
    assert_non_null(strstr(block.text, name));
    email_block_clear(&block);
}

static void a_surveys_texts_cannot_bring_markup(void **state) {
    (void)state;
    struct survey survey = SURVEY_DEFAULT;
    struct survey_language own = {.language = "en"};
    char question[] = "<b>Well?</b>\nReally?";
    char label[] = "\"><img src=x>";
    char display[] = "<i>Acme</i>";
    own.texts[SURVEY_TEXT_UNDERSTOOD] = question;
    own.texts[SURVEY_TEXT_UNDERSTOOD_YES] = label;
    survey.languages = &own;
    survey.language_count = 1;
    survey.display_name = display;
    struct email_block block = block_for(&survey, NULL, NULL);
    assert_null(strstr(block.html, "<b>"));
    assert_null(strstr(block.html, "<img"));
    assert_null(strstr(block.html, "<i>"));
    assert_string_equal(block.subject, "<b>Well?</b> Really?");
    email_block_clear(&block);
}

static void the_block_speaks_the_contacts_language(void **state) {
    (void)state;
    struct survey survey = SURVEY_DEFAULT;
    char arabic[] = "ar-EG";
    char unknown[] = "xx";
    struct email_block block = block_for(&survey, arabic, NULL);
    assert_non_null(strstr(block.html, "lang=\"ar\" dir=\"rtl\""));
    assert_string_equal(block.subject, locale_find("ar")->email_subject);
    email_block_clear(&block);
    block = block_for(&survey, unknown, NULL);
    assert_non_null(strstr(block.html, "lang=\"en\" dir=\"ltr\""));
    email_block_clear(&block);
}

static void the_block_says_how_long_its_link_works(void **state) {
    (void)state;
    static const struct {
        int64_t works_for_us;
        const char *said; /* NULL: nothing */
    } rows[] = {
        {30 * US_PER_DAY, "Link działa przez 30\u00a0dni."},
        {US_PER_DAY, "Link działa przez 1\u00a0dzień."},
        {3 * US_PER_DAY, "Link działa przez 3\u00a0dni."},
        {US_PER_DAY / 8, "Link działa przez 3\u00a0godziny."},
        {US_PER_DAY / 4, "Link działa przez 6\u00a0godzin."},
        {0, NULL},
        {-US_PER_DAY, NULL},
    };
    struct survey survey = SURVEY_DEFAULT;
    struct contact contact = CONTACT_NONE;
    char polish[] = "pl";
    contact.language = polish;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct email_block block;
        assert_true(email_block_write(&survey, &contact, URL, rows[i].works_for_us, &block));
        if (rows[i].said) {
            assert_non_null(strstr(block.html, rows[i].said));
            assert_non_null(strstr(block.text, rows[i].said));
        } else {
            assert_null(strstr(block.html, "Link działa"));
            assert_null(strstr(block.text, "Link działa"));
        }
        email_block_clear(&block);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_a_mail_reader_would_link_is_not_greeted),
        cmocka_unit_test(each_answer_of_the_first_question_has_its_link),
        cmocka_unit_test(a_customers_name_cannot_bring_markup),
        cmocka_unit_test(a_surveys_texts_cannot_bring_markup),
        cmocka_unit_test(the_block_speaks_the_contacts_language),
        cmocka_unit_test(the_block_says_how_long_its_link_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
