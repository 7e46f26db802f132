/* What the mails about alerts say, and what no name of a team can make of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "clients/mailbox.h"
#include "jobs/alert_words.h"

#define URL "https://ask.example"

static struct mailbox from = {"Acme", "support@acme.example"};

static struct alert_mail about(const char *team) {
    struct alert_mail about = {.alert = ALERT_NONE, .recipient = "lead@example.org"};
    snprintf(about.alert.team, sizeof about.alert.team, "%s", team);
    uuid_parse("019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a05", &about.alert.id);
    about.alert.frustrated = 9;
    about.alert.n = 20;
    about.alert.raised_at_us = 3600 * US_PER_SECOND;
    about.alert.window_from_us = 0;
    about.alert.baseline_frustrated = 15;
    about.alert.baseline_n = 148;
    snprintf(about.account_name, sizeof about.account_name, "Acme & Sons");
    snprintf(about.time_zone, sizeof about.time_zone, "Europe/Berlin");
    snprintf(about.raised_at, sizeof about.raised_at, "2026-11-23 11:05");
    return about;
}

static void says(const struct alert_mail *about, const char *const expected[], size_t count) {
    CLEANUP(mail_clear) struct mail mail = MAIL_NONE;
    assert_true(alert_mail_compose(about, URL, &mail));
    for (size_t i = 0; i < count; i++) {
        if (!strstr(mail.text, expected[i])) {
            fail_msg("\"%s\" is not in %s", expected[i], mail.text);
        }
    }
}

static void a_mail_says_what_happened_and_how_to_go_on(void **state) {
    (void)state;
    static const char *const expected[] = {
        "Billing: 9 of 20 answers in the last hour were frustrated; usually 10 %.\n",
        "Raised      2026-11-23 11:05 (Europe/Berlin)\n",
        "Usual       15 of 148 answers (between 6.2 % and 16.0 %)\n",
        "Account     Acme & Sons\n",
        "Read        GET https://ask.example/v1/alerts/019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a05\n",
        "Acknowledge POST "
        "https://ask.example/v1/alerts/019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a05/acknowledge\n",
        "Resolve     POST "
        "https://ask.example/v1/alerts/019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a05/resolve\n",
        "send {\"note\": \"what you know\"} as JSON, or {}.\n",
    };
    struct alert_mail raised = about("Billing");
    says(&raised, expected, COUNT(expected));
}

static void a_second_mail_says_that_it_is_over_and_who_said_so(void **state) {
    (void)state;
    static const char *const by_mara[] = {"This is over.\n",
                                          "Resolved    2026-11-23 13:40 (Europe/Berlin), Mara\n",
                                          "Note        The strike is over.\n", "Read        GET "};
    static const char *const by_itself[] = {
        "Resolved    2026-11-23 13:40 (Europe/Berlin), as it fell back by itself\n"};
    struct alert_mail over = about("Billing");
    over.alert.status = ALERT_RESOLVED;
    snprintf(over.resolved_at, sizeof over.resolved_at, "2026-11-23 13:40");
    says(&over, by_itself, COUNT(by_itself));
    over.alert.resolved_by = "Mara";
    over.alert.note = "The strike is over.";
    says(&over, by_mara, COUNT(by_mara));
}

static void that_of_the_whole_account_says_that_one_team_may_be_behind_it(void **state) {
    (void)state;
    static const char *const expected[] = {
        "All teams together: 9 of 20 answers in the last hour were frustrated; usually 10 %.\n",
        "one team's bad hour may raise both.\n"};
    struct alert_mail whole = about("");
    says(&whole, expected, COUNT(expected));
}

static void the_subject_names_the_team(void **state) {
    (void)state;
    static const struct {
        const char *team;
        enum alert_status status;
        const char *subject;
    } rows[] = {
        {"Billing", ALERT_OPEN, "Frustration alert: Billing"},
        {"", ALERT_ACKNOWLEDGED, "Frustration alert: all teams together"},
        {"Billing", ALERT_RESOLVED, "Resolved: Frustration alert: Billing"},
        {"www.evil.example/now", ALERT_OPEN,
         "Frustration alert: A team whose name reads like a link"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        CLEANUP(mail_clear) struct mail mail = MAIL_NONE;
        struct alert_mail one = about(rows[i].team);
        one.alert.status = rows[i].status;
        assert_true(alert_mail_compose(&one, URL, &mail));
        assert_string_equal(mail.subject, rows[i].subject);
        assert_null(strstr(mail.text, "evil"));
    }
}

/* The whole message, as it is sent. */
static char *message_of(const char *team) {
    CLEANUP(mail_clear) struct mail mail = MAIL_NONE;
    struct alert_mail one = about(team);
    struct text message = {0};
    assert_true(alert_mail_compose(&one, URL, &mail));
    mail.from = &from;
    mail.to_address = one.recipient;
    assert_true(mail_write(&mail, &message));
    return text_take(&message);
}

static void no_name_of_a_team_adds_a_header(void **state) {
    (void)state;
    static const char *const teams[] = {"x\r\nBcc: all@example.org", "x\nBcc: all@example.org",
                                        "x\rBcc: all@example.org", "=?utf-8?q?Bcc?="};
    for (size_t i = 0; i < COUNT(teams); i++) {
        char *message = message_of(teams[i]);
        assert_null(strstr(message, "\nBcc:"));
        assert_null(strstr(message, "\rBcc:"));
        assert_null(strstr(message, "Subject: Frustration alert: =?utf-8?q?Bcc"));
        free(message);
    }
}

static void no_name_of_a_team_adds_markup(void **state) {
    (void)state;
    static const char *const teams[] = {"<script>alert(1)</script>", "\"><img src=x onerror=x>"};
    for (size_t i = 0; i < COUNT(teams); i++) {
        CLEANUP(mail_clear) struct mail mail = MAIL_NONE;
        struct alert_mail one = about(teams[i]);
        one.alert.note = "<script>";
        assert_true(alert_mail_compose(&one, URL, &mail));
        assert_null(strstr(mail.html, "<script"));
        assert_null(strstr(mail.html, "<img"));
        assert_non_null(strstr(mail.html, "Acme &amp; Sons"));
    }
}

static void it_is_an_automatic_mail_without_a_way_to_unsubscribe(void **state) {
    (void)state;
    char *message = message_of("Billing");
    assert_non_null(strstr(message, "\r\nAuto-Submitted: auto-generated\r\n"));
    assert_non_null(strstr(message, "\r\nContent-Language: en\r\n"));
    assert_null(strstr(message, "List-Unsubscribe"));
    free(message);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_says_what_happened_and_how_to_go_on),
        cmocka_unit_test(a_second_mail_says_that_it_is_over_and_who_said_so),
        cmocka_unit_test(that_of_the_whole_account_says_that_one_team_may_be_behind_it),
        cmocka_unit_test(the_subject_names_the_team),
        cmocka_unit_test(no_name_of_a_team_adds_a_header),
        cmocka_unit_test(no_name_of_a_team_adds_markup),
        cmocka_unit_test(it_is_an_automatic_mail_without_a_way_to_unsubscribe),
    };
    return RUN(tests);
}
