#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/time.h"
#include "pages/invitation_mail.h"
#include "pages/locale.h"

#define ANSWER  "https://survey.example/s/TOKEN"
#define OPT_OUT "https://survey.example/u/TOKEN?a=1&b=2"

#define GMAIL_CUTS_AT (102 * 1024)

static const struct invitation_links links = {ANSWER, OPT_OUT};

static struct invitation_mail mail_for(const struct survey *survey, char *language, bool reminder) {
    struct invitation_mail mail;
    struct invitation invitation = INVITATION_NONE;
    invitation.expires_at_us = time_now_us() + 30 * US_PER_DAY;
    invitation.contact.language = language;
    assert_true(invitation_mail_compose(survey, &invitation, &links, reminder, &mail));
    return mail;
}

static size_t occurrences(const char *text, const char *part) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part)) {
        count++;
    }
    return count;
}

static void a_mail_is_a_whole_document_in_the_contacts_language(void **state) {
    (void)state;
    size_t count;
    const struct locale *locales = locales_all(&count);
    for (size_t i = 0; i < count; i++) {
        struct survey survey = SURVEY_DEFAULT;
        char language[LANGUAGE_BYTES_MAX + 1];
        char root[64];
        snprintf(language, sizeof language, "%s-XX", locales[i].language);
        snprintf(root, sizeof root, "<html lang=\"%s\" dir=\"%s\">", locales[i].language,
                 locales[i].direction);
        struct invitation_mail mail = mail_for(&survey, language, false);
        assert_string_equal(mail.language, locales[i].language);
        assert_string_equal(mail.subject, locales[i].email_subject);
        assert_ptr_equal(strstr(mail.html, "<!doctype html>\n"), mail.html);
        assert_non_null(strstr(mail.html, root));
        assert_non_null(strstr(mail.html, "<meta name=\"color-scheme\" content=\"light dark\">"));
        assert_non_null(strstr(mail.html, "</html>\n"));
        assert_non_null(strstr(mail.html, locales[i].email_unsubscribe));
        assert_non_null(strstr(mail.text, locales[i].email_unsubscribe));
        assert_int_equal(occurrences(mail.html, "<title>"), 1);
        invitation_mail_clear(&mail);
    }
}

static void both_versions_have_a_link_for_each_answer_and_one_to_opt_out(void **state) {
    (void)state;
    struct survey survey = SURVEY_DEFAULT;
    struct invitation_mail mail = mail_for(&survey, NULL, false);
    static const char *const values[] = {"yes", "partly", "no"};
    for (size_t i = 0; i < COUNT(values); i++) {
        char url[64];
        snprintf(url, sizeof url, ANSWER "?understood=%s", values[i]);
        assert_int_equal(occurrences(mail.html, url), 1);
        assert_int_equal(occurrences(mail.text, url), 1);
    }
    assert_int_equal(occurrences(mail.html, "href=\"https://survey.example/u/TOKEN?a=1&amp;b=2\""),
                     1);
    assert_int_equal(occurrences(mail.text, ": " OPT_OUT "\n"), 1);
    assert_string_equal(mail.unsubscribe_url, OPT_OUT);
    invitation_mail_clear(&mail);
}

static void a_list_of_mails_shows_how_long_it_takes(void **state) {
    (void)state;
    struct survey survey = SURVEY_DEFAULT;
    struct invitation_mail mail = mail_for(&survey, NULL, false);
    const char *body = strstr(mail.html, "<body");
    const char *preheader = strstr(body, ">This takes about ");
    assert_ptr_equal(strstr(body, "<div style=\"display:none;"), strchr(body, '\n') + 1);
    assert_true(preheader ? preheader < strstr(body, "<table") : false);
    invitation_mail_clear(&mail);
}

static void a_reminder_says_that_it_is_the_only_one(void **state) {
    (void)state;
    size_t count;
    const struct locale *locales = locales_all(&count);
    for (size_t i = 0; i < count; i++) {
        struct survey survey = SURVEY_DEFAULT;
        char language[LANGUAGE_BYTES_MAX + 1];
        snprintf(language, sizeof language, "%s", locales[i].language);
        struct invitation_mail first = mail_for(&survey, language, false);
        struct invitation_mail reminder = mail_for(&survey, language, true);
        assert_null(strstr(first.text, locales[i].email_reminder_intro));
        assert_non_null(strstr(first.text, locales[i].email_intro));
        assert_non_null(strstr(reminder.text, locales[i].email_reminder_intro));
        assert_non_null(strstr(reminder.html, locales[i].email_reminder_intro));
        assert_string_not_equal(reminder.subject, first.subject);
        assert_non_null(strstr(reminder.subject, first.subject));
        assert_non_null(strstr(reminder.html, "/u/TOKEN"));
        invitation_mail_clear(&first);
        invitation_mail_clear(&reminder);
    }
}

static void a_survey_has_a_subject_for_each_language(void **state) {
    (void)state;
    struct survey survey = SURVEY_DEFAULT;
    struct survey_language own[] = {{.language = "en"}, {.language = "de"}};
    char english[] = "Your <ticket> & us";
    char german[] = "Ihr Anliegen";
    char question[] = "Well?\nReally?";
    char de[] = "de-AT";
    own[0].texts[SURVEY_TEXT_SUBJECT] = english;
    own[0].texts[SURVEY_TEXT_UNDERSTOOD] = question;
    own[1].texts[SURVEY_TEXT_SUBJECT] = german;
    survey.languages = own;
    survey.language_count = COUNT(own);
    struct invitation_mail mail = mail_for(&survey, NULL, false);
    assert_string_equal(mail.subject, english);
    assert_non_null(strstr(mail.html, "<title>Your &lt;ticket&gt; &amp; us</title>"));
    invitation_mail_clear(&mail);
    mail = mail_for(&survey, de, true);
    assert_string_equal(mail.subject, "Erinnerung: Ihr Anliegen");
    invitation_mail_clear(&mail);
    own[0].texts[SURVEY_TEXT_SUBJECT] = NULL;
    mail = mail_for(&survey, NULL, true);
    assert_string_equal(mail.subject, "Reminder: Well? Really?");
    invitation_mail_clear(&mail);
}

/* Every text as long as it may be, and of characters that become longer. */
static void the_largest_mail_is_not_cut_by_gmail(void **state) {
    (void)state;
    struct survey survey = SURVEY_DEFAULT;
    struct survey_language own = {.language = "en"};
    static char text[SURVEY_TEXT_BYTES_MAX + 1];
    static char display[SURVEY_DISPLAY_BYTES_MAX + 1];
    static char name[CUSTOMER_TEXT_BYTES_MAX + 1];
    memset(text, '"', sizeof text - 1);
    memset(display, '"', sizeof display - 1);
    memset(name, '"', sizeof name - 1);
    for (size_t i = 0; i < SURVEY_TEXTS; i++) {
        own.texts[i] = text;
    }
    survey.languages = &own;
    survey.language_count = 1;
    survey.display_name = display;
    for (enum question first = QUESTION_UNDERSTOOD; first <= QUESTION_CES; first++) {
        struct invitation invitation = INVITATION_NONE;
        struct invitation_mail mail;
        invitation.contact.customer_name = name;
        invitation.expires_at_us = time_now_us() + 365 * US_PER_DAY;
        survey.questions[0].question = first;
        assert_true(invitation_mail_compose(&survey, &invitation, &links, true, &mail));
        assert_in_range(strlen(mail.html), 1000, GMAIL_CUTS_AT / 2);
        invitation_mail_clear(&mail);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_is_a_whole_document_in_the_contacts_language),
        cmocka_unit_test(both_versions_have_a_link_for_each_answer_and_one_to_opt_out),
        cmocka_unit_test(a_list_of_mails_shows_how_long_it_takes),
        cmocka_unit_test(a_reminder_says_that_it_is_the_only_one),
        cmocka_unit_test(a_survey_has_a_subject_for_each_language),
        cmocka_unit_test(the_largest_mail_is_not_cut_by_gmail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
