#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "clients/smtp_trace.h"

/* A talk as lines: "> " ours, "< " the server's, "." the end of the message. */
static void follow(struct smtp_trace *trace, const char *talk) {
    while (*talk) {
        size_t length = strcspn(talk, "\n");
        if (*talk == '>') {
            smtp_trace_sent(trace, talk + 2, length - 2);
        } else if (*talk == '<') {
            smtp_trace_heard(trace, talk + 2, length - 2);
        } else {
            trace->sent_whole = true;
        }
        talk += length + (talk[length] == '\n');
    }
}

#define UNTIL_MAIL "< 220 hello\n> EHLO me\n< 250-there\n< 250 SIZE\n"
#define UNTIL_RCPT UNTIL_MAIL "> MAIL FROM:<a@acme.example>\n< 250 ok\n"
#define UNTIL_DATA UNTIL_RCPT "> RCPT TO:<m@example.org>\n< 250 ok\n"
#define UNTIL_END  UNTIL_DATA "> DATA\n< 354 go on\n.\n"
#define AWAY       SMTP_RELAY_AWAY, false, false

static void what_a_server_says_decides_what_becomes_of_a_mail(void **state) {
    (void)state;
    static const struct {
        const char *talk;
        enum smtp_verdict verdict;
        bool mailbox_refused;
        bool unclear;
        const char *words;
    } cases[] = {
        {"", AWAY, "CONNECT: why"},
        {"< 554 no service\n", AWAY, "CONNECT: 554 no service"},
        {"< 220 hello\n> EHLO me\n", AWAY, "EHLO: why"},
        {"< 220 hello\n> EHLO me\n< 550 go away\n", AWAY, "EHLO: 550 go away"},
        {UNTIL_MAIL "> STARTTLS\n< 454 not now\n", AWAY, "STARTTLS: 454 not now"},
        {UNTIL_MAIL "> AUTH PLAIN\n< 334\n> c2VjcmV0\n< 535 5.7.8 wrong\n> QUIT\n< 221 bye\n", AWAY,
         "AUTH: 535 5.7.8 wrong"},
        {UNTIL_MAIL "> AUTH LOGIN\n< 334 \n> quitdXNl\n< 334 \n> data5678\n< 535 wrong\n", AWAY,
         "AUTH: 535 wrong"},
        {UNTIL_MAIL "> MAIL FROM:<a@acme.example>\n", AWAY, "MAIL FROM: why"},
        {UNTIL_MAIL "> MAIL FROM:<a@acme.example>\n< 550 not you\n", AWAY,
         "MAIL FROM: 550 not you"},
        {UNTIL_MAIL "> MAIL FROM:<a@acme.example>\n< 421 closing\n", AWAY,
         "MAIL FROM: 421 closing"},
        {UNTIL_MAIL "> MAIL FROM:<a@acme.example>\n< 552 too large\n", SMTP_REJECTED, false, false,
         "MAIL FROM: 552 too large"},
        {UNTIL_RCPT "> RCPT TO:<m@example.org>\n", SMTP_DEFERRED, false, false, "RCPT TO: why"},
        {UNTIL_RCPT "> RCPT TO:<m@example.org>\n< 450 later\n", SMTP_DEFERRED, false, false,
         "RCPT TO: 450 later"},
        {UNTIL_RCPT "> RCPT TO:<m@example.org>\n< 530 log in, <m@example.org>\n", AWAY,
         "RCPT TO: 530"},
        {UNTIL_RCPT "> RCPT TO:<m@example.org>\n< 503 5.5.1 no\n", AWAY, "RCPT TO: 503"},
        {UNTIL_RCPT "> RCPT TO:<m@example.org>\n< 421 4.3.2 closing\n", SMTP_DEFERRED, false, false,
         "RCPT TO: 421 4.3.2 closing"},
        {UNTIL_RCPT "> RCPT TO:<m@example.org>\n< 501 5.1.3 bad address\n", SMTP_REJECTED, true,
         false, "RCPT TO: 501 5.1.3 bad address"},
        {UNTIL_RCPT "> RCPT TO:<m@localhost>\n< 504 5.5.2 need a domain\n", SMTP_REJECTED, false,
         false, "RCPT TO: 504 5.5.2 need a domain"},
        {UNTIL_RCPT "> RCPT TO:<m@example.org>\n< 521 5.1.10 takes no mail\n", SMTP_REJECTED, true,
         false, "RCPT TO: 521 5.1.10 takes no mail"},
        {UNTIL_RCPT "> RCPT TO:<m@example.org>\n< 550 no such user\n> QUIT\n< 221 bye\n",
         SMTP_REJECTED, true, false, "RCPT TO: 550 no such user"},
        {UNTIL_RCPT "> RCPT TO:<m@example.org>\n< 550-5.1.1 no\n< 550 5.1.1 such user\n",
         SMTP_REJECTED, true, false, "RCPT TO: 550-5.1.1 no 5.1.1 such user"},
        {UNTIL_RCPT "> RCPT TO:<m@example.org>\n< 550 5.7.1 no relaying\n", SMTP_REJECTED, false,
         false, "RCPT TO: 550 5.7.1 no relaying"},
        {UNTIL_RCPT "> RCPT TO:<m@example.org>\n< 552 5.2.2 full\n", SMTP_REJECTED, false, false,
         "RCPT TO: 552 5.2.2 full"},
        {UNTIL_RCPT "> RCPT TO:<m@example.org>\n< 550 5.2.1 disabled\n", SMTP_REJECTED, true, false,
         "RCPT TO: 550 5.2.1 disabled"},
        {UNTIL_DATA "> DATA\n< 554 no\n", SMTP_REJECTED, false, false, "DATA: 554 no"},
        {UNTIL_DATA "> DATA\n< 354 go on\n", SMTP_DEFERRED, false, false, "DATA: why"},
        {UNTIL_END, SMTP_DEFERRED, false, true, "DATA: why"},
        {UNTIL_END "< 451 not now\n", SMTP_DEFERRED, false, false, "DATA: 451 not now"},
        {UNTIL_END "< 550 spam\n> QUIT\n", SMTP_REJECTED, false, false, "DATA: 550 spam"},
        {UNTIL_END "< 421 closing\n", SMTP_DEFERRED, false, false, "DATA: 421 closing"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct smtp_trace trace = {0};
        struct smtp_result result;
        smtp_trace_begin(&trace, false);
        follow(&trace, cases[i].talk);
        smtp_trace_judge(&trace, "why", &result);
        assert_string_equal(result.words, cases[i].words);
        assert_int_equal(result.verdict, cases[i].verdict);
        assert_int_equal(result.mailbox_refused, cases[i].mailbox_refused);
        assert_int_equal(result.unclear, cases[i].unclear);
        assert_int_equal(result.connection_lost,
                         strstr(cases[i].words, "why") || strstr(cases[i].words, ": 421"));
    }
}

static void a_mail_that_was_taken_is_accepted_with_the_servers_words(void **state) {
    (void)state;
    struct smtp_trace trace = {0};
    struct smtp_result result;
    smtp_trace_begin(&trace, false);
    follow(&trace, UNTIL_END "< 250 2.0.0 queued as 4711\r\n");
    smtp_trace_judge(&trace, NULL, &result);
    assert_int_equal(result.verdict, SMTP_ACCEPTED);
    assert_string_equal(result.words, "DATA: 250 2.0.0 queued as 4711");
}

static void an_address_that_needs_smtputf8_goes_no_further_than_a_server_without_it(void **state) {
    (void)state;
    static const struct {
        const char *talk;
        bool wants_starttls;
        bool lacks;
    } cases[] = {
        {"< 220 hello\n> EHLO me\n< 250-there\n< 250 SMTPUTF8\n", true, false},
        {"< 220 hello\n> EHLO me\n< 250-there\n< 250 SIZE\n", true, true},
        {"< 220 hello\n> EHLO me\n< 250-there\n", true, false},
        {"< 220 hello\n> EHLO me\n< 250 STARTTLS\n", true, false},
        {"< 220 hello\n> EHLO me\n< 250 STARTTLS\n", false, true},
        {"< 220 hello\n> EHLO me\n< 250 STARTTLS\n> STARTTLS\n< 220 go\n> EHLO me\n< 250 x\n", true,
         true},
        {"< 220 hello\n> EHLO me\n< 250 STARTTLS\n> STARTTLS\n< 220 go\n> EHLO me\n< 250 "
         "SMTPUTF8\n",
         true, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct smtp_trace trace = {.wants_starttls = cases[i].wants_starttls};
        struct smtp_result result;
        smtp_trace_begin(&trace, true);
        follow(&trace, cases[i].talk);
        assert_int_equal(trace.lacks_utf8, cases[i].lacks);
        smtp_trace_judge(&trace, "why", &result);
        assert_int_equal(result.verdict == SMTP_REJECTED, cases[i].lacks);
        assert_false(result.mailbox_refused);
    }
}

static void a_refusal_of_what_smtputf8_asks_for_holds_nobody_else_up(void **state) {
    (void)state;
    struct smtp_trace trace = {0};
    struct smtp_result result;
    smtp_trace_begin(&trace, true);
    follow(&trace, "< 220 hello\n> EHLO me\n< 250 SMTPUTF8\n"
                   "> MAIL FROM:<a@acme.example> SMTPUTF8\n< 553 not here\n");
    smtp_trace_judge(&trace, "why", &result);
    assert_int_equal(result.verdict, SMTP_REJECTED);
    assert_false(result.mailbox_refused);
}

static void words_are_one_bounded_line_of_ascii(void **state) {
    (void)state;
    char line[1000];
    struct smtp_trace trace = {0};
    struct smtp_result result;
    smtp_trace_begin(&trace, false);
    follow(&trace, UNTIL_RCPT "> RCPT TO:<m@example.org>\n");
    memset(line, 'x', sizeof line);
    memcpy(line, "550-\x01\xc3\xbc\t", 8);
    for (int i = 0; i < 50; i++) {
        smtp_trace_heard(&trace, line, sizeof line);
    }
    memcpy(line, "550 ", 4);
    smtp_trace_heard(&trace, line, sizeof line);
    smtp_trace_judge(&trace, "why", &result);
    assert_int_equal(result.verdict, SMTP_REJECTED);
    assert_memory_equal(result.words, "RCPT TO: 550- ?? xxx", 20);
    assert_in_range(strlen(result.words), 300, SMTP_WORDS_SIZE - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_server_says_decides_what_becomes_of_a_mail),
        cmocka_unit_test(a_mail_that_was_taken_is_accepted_with_the_servers_words),
        cmocka_unit_test(an_address_that_needs_smtputf8_goes_no_further_than_a_server_without_it),
        cmocka_unit_test(a_refusal_of_what_smtputf8_asks_for_holds_nobody_else_up),
        cmocka_unit_test(words_are_one_bounded_line_of_ascii),
    };
    return RUN(tests);
}
