#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "base/time.h"
#include "clients/mail.h"
#include "clients/mail_encoding.h"
#include "clients/mailbox.h"

static struct mailbox from = {"Acme Support", "support@acme.example"};

static struct mail sample(void) {
    struct mail mail = {
        .subject = "Did you feel understood?",
        .html = "<p>Yes</p>",
        .text = "Yes\n",
        .unsubscribe_url = "https://survey.example/u/TOKEN",
        .language = "de-AT",
        .from = &from,
        .to_address = "mara@example.org",
        .to_name = "Mara Muster",
        .date_us = INT64_C(1795852444) * US_PER_SECOND,
    };
    uuid_parse("0192f0a0-0000-7000-8000-00000000abcd", &mail.id);
    return mail;
}

static char *written(const struct mail *mail) {
    struct text text = {0};
    assert_true(mail_write(mail, &text));
    return text_take(&text);
}

static void a_mail_has_the_headers_that_automatic_mail_should_have(void **state) {
    (void)state;
    static const char *const expected[] = {
        "Date: Sat, 28 Nov 2026 07:54:04 +0000\r\n",
        "\r\nFrom: \"Acme Support\"\r\n <support@acme.example>\r\n",
        "\r\nTo: \"Mara Muster\"\r\n <mara@example.org>\r\n",
        "\r\nMessage-ID: <0192f0a0-0000-7000-8000-00000000abcd.0@acme.example>\r\n",
        "\r\nSubject: Did you feel understood?\r\n",
        "\r\nList-Unsubscribe:\r\n <https://survey.example/u/TOKEN>\r\n",
        "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        "\r\nAuto-Submitted: auto-generated\r\n",
        "\r\nContent-Language: de-AT\r\n",
        "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n",
    };
    struct mail mail = sample();
    char *message = written(&mail);
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_non_null(strstr(message, expected[i]));
    }
    assert_null(strstr(message, "In-Reply-To"));
    assert_null(strstr(message, "Reply-To"));
    free(message);
}

static void a_reminder_has_an_id_of_its_own_and_answers_the_first_mail(void **state) {
    (void)state;
    struct mail mail = sample();
    mail.reminder = true;
    char *message = written(&mail);
    assert_non_null(
        strstr(message, "Message-ID: <0192f0a0-0000-7000-8000-00000000abcd.1@acme.example>\r\n"
                        "In-Reply-To: <0192f0a0-0000-7000-8000-00000000abcd.0@acme.example>\r\n"
                        "References: <0192f0a0-0000-7000-8000-00000000abcd.0@acme.example>\r\n"));
    free(message);
}

static void replies_go_where_they_should(void **state) {
    (void)state;
    struct mailbox replies = {NULL, "help@b\xc3\xbc\x63her.example"};
    struct mail mail = sample();
    mail.reply_to = &replies;
    char *message = written(&mail);
    assert_non_null(strstr(message, "\r\nReply-To: <help@xn--bcher-kva.example>\r\n"));
    free(message);
}

/* The headers of a message, that is up to the empty line. */
static size_t header_lines(const char *message) {
    const char *end = strstr(message, "\r\n\r\n");
    size_t lines = 0;
    for (const char *at = message; at < end + 2; at = strstr(at, "\r\n") + 2) {
        lines += *at != ' ';
    }
    return lines;
}

static void no_value_makes_a_header(void **state) {
    (void)state;
    static char attack[] = "x\r\nBcc: all@example.org\r\n\r\nbody\n.\n\rY: z";
    struct mail mail = sample();
    char *harmless = written(&mail);
    struct mailbox sender = {attack, "support@acme.example"};
    mail.from = &sender;
    mail.subject = attack;
    mail.to_name = attack;
    char *message = written(&mail);
    assert_int_equal(header_lines(message), header_lines(harmless));
    assert_null(strstr(message, "\nBcc"));
    free(message);

    mail.unsubscribe_url = attack;
    strncpy(mail.language, "de\r\nX: y", sizeof mail.language - 1);
    message = written(&mail);
    assert_int_equal(header_lines(message), header_lines(harmless) - 3);
    free(message);
    free(harmless);
}

static void an_address_that_is_none_is_not_written(void **state) {
    (void)state;
    struct mail mail = sample();
    mail.to_address = "mara@example.org>\r\nBcc: <all@example.org";
    struct text text = {0};
    assert_false(mail_write(&mail, &text));
    text_clear(&text);
}

static void words_beyond_ascii_are_encoded_and_folded_between_characters(void **state) {
    (void)state;
    static const struct {
        const char *words;
        const char *encoded;
    } cases[] = {
        {"Understood?", "Understood?"},
        {"", ""},
        {"  two \t words ", "two   words"},
        {"Gr\xc3\xbc\xc3\x9f"
         "e, Mara",
         "=?UTF-8?Q?Gr=C3=BC=C3=9Fe=2C_Mara?="},
        {"\xe4\xbd\xa0\xe5\xa5\xbd", "=?UTF-8?B?5L2g5aW9?="},
        {"what =?UTF-8?Q?looks_like_one?=",
         "=?UTF-8?Q?what_=3D=3FUTF-8=3FQ=3Flooks=5Flike=5Fone=3F=3D?="},
        {"0123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789",
         "=?UTF-8?Q?0123456789_123456789_123456789_123456789_123456789_?=\r\n"
         " =?UTF-8?Q?123456789_123456789_123456789?="},
        {"\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0"
         "\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0"
         "\xe4\xbd\xa0\xe5\xa5\xbd",
         "=?UTF-8?B?5L2g5L2g5L2g5L2g5L2g5L2g5L2g5L2g5L2g5L2g5L2g5L2g?=\r\n"
         " =?UTF-8?B?5L2g5L2g5L2g5aW9?="},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct text text = {0};
        text_append(&text, "");
        mail_append_words(&text, cases[i].words, 9);
        assert_string_equal(text.length ? text.bytes : "", cases[i].encoded);
        text_clear(&text);
    }
}

static void a_body_is_carried_in_short_lines_that_end_in_crlf(void **state) {
    (void)state;
    static const struct {
        enum mail_encoding encoding;
        const char *body;
        const char *carried;
    } cases[] = {
        {MAIL_QUOTED_PRINTABLE, "a = b\n\nc", "a =3D b\r\n\r\nc\r\n"},
        {MAIL_QUOTED_PRINTABLE, "a\r\nb\rc\n", "a\r\nb=0Dc\r\n"},
        {MAIL_QUOTED_PRINTABLE, "blank \ntab\t", "blank=20\r\ntab=09\r\n"},
        {MAIL_QUOTED_PRINTABLE, "\xc3\xbc", "=C3=BC\r\n"},
        {MAIL_QUOTED_PRINTABLE,
         "0123456789012345678901234567890123456789012345678901234567890123456789012345678",
         "012345678901234567890123456789012345678901234567890123456789012345678901234=\r\n"
         "5678\r\n"},
        {MAIL_BASE64, "a\nb", "YQ0KYg==\r\n"},
        {MAIL_BASE64, "012345678901234567890123456789012345678901234567890123456789",
         "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2\r\n"
         "Nzg5\r\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct text text = {0};
        mail_append_body(&text, cases[i].encoding, cases[i].body);
        assert_string_equal(text.bytes, cases[i].carried);
        text_clear(&text);
    }
    assert_int_equal(mail_encoding_for("Gr\xc3\xbc\xc3\x9f"
                                       "e aus Wien"),
                     MAIL_QUOTED_PRINTABLE);
    assert_int_equal(mail_encoding_for("\xe4\xbd\xa0\xe5\xa5\xbd, Mara"), MAIL_BASE64);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_has_the_headers_that_automatic_mail_should_have),
        cmocka_unit_test(a_reminder_has_an_id_of_its_own_and_answers_the_first_mail),
        cmocka_unit_test(replies_go_where_they_should),
        cmocka_unit_test(no_value_makes_a_header),
        cmocka_unit_test(an_address_that_is_none_is_not_written),
        cmocka_unit_test(words_beyond_ascii_are_encoded_and_folded_between_characters),
        cmocka_unit_test(a_body_is_carried_in_short_lines_that_end_in_crlf),
    };
    return RUN(tests);
}
