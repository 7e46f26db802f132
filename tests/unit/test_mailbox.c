#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "clients/mailbox.h"

static void an_address_is_written_for_smtp_with_its_domain_in_ascii(void **state) {
    (void)state;
    static const struct {
        const char *address;
        const char *written; /* NULL: refused */
    } cases[] = {
        {"mara@example.org", "mara@example.org"},
        {"mara+support@mail.example.org", "mara+support@mail.example.org"},
        {"mara@b\xc3\xbc\x63her.example", "mara@xn--bcher-kva.example"},
        {"mara@B\xc3\x9c\x43HER.example", "mara@xn--bcher-kva.example"},
        {"mara@xn--bcher-kva.example", "mara@xn--bcher-kva.example"},
        {"m\xc3\xbcller@example.org", "m\xc3\xbcller@example.org"},
        {"mara@[192.0.2.1]", "mara@[192.0.2.1]"},
        {"mara@[IPv6:2001:db8::1]", "mara@[IPv6:2001:db8::1]"},
        {"a.@example.org", "\"a.\"@example.org"},
        {"a\\b@example.org", "\"a\\\\b\"@example.org"},
        {"a(b)@example.org", "\"a(b)\"@example.org"},
        {"a@b@example.org", "\"a@b\"@example.org"},
        {"mara@example.org.", "mara@example.org"},
        {"mara@b\xc3\xbc\x63her.example\xe3\x80\x82", "mara@xn--bcher-kva.example"},
        {"mara@.", NULL},
        {"mara", NULL},
        {"@example.org", NULL},
        {"mara@", NULL},
        {"mara@example.org>\r\nDATA", NULL},
        {"ma\nra@example.org", NULL},
        {"ma ra@example.org", NULL},
        {"mara@exam\tple.org", NULL},
        {"mara@exa(mple.org", NULL},
        {"mara@\xff\xfe.example", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct text text = {0};
        bool written = mailbox_append_address(&text, cases[i].address);
        assert_int_equal(written, cases[i].written != NULL);
        if (written) {
            assert_string_equal(text.bytes, cases[i].written);
        } else {
            assert_int_equal(text.length, 0);
        }
        text_clear(&text);
    }
}

static void only_what_stands_before_the_at_sign_can_need_smtputf8(void **state) {
    (void)state;
    assert_false(mailbox_needs_utf8("mara@example.org"));
    assert_false(mailbox_needs_utf8("mara@b\xc3\xbc\x63her.example"));
    assert_true(mailbox_needs_utf8("m\xc3\xbcller@example.org"));
}

static void a_mailbox_is_an_address_or_a_name_and_an_address(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *name;
        const char *address; /* NULL: refused */
    } cases[] = {
        {"support@acme.example", NULL, "support@acme.example"},
        {"  support@acme.example ", NULL, "support@acme.example"},
        {"<support@acme.example>", NULL, "support@acme.example"},
        {"Acme Support <support@acme.example>", "Acme Support", "support@acme.example"},
        {"\"Acme, Support\" <support@acme.example>", "Acme, Support", "support@acme.example"},
        {"B\xc3\xbc\x63her <a@b\xc3\xbc\x63her.example>", "B\xc3\xbc\x63her",
         "a@b\xc3\xbc\x63her.example"},
        {"", NULL, NULL},
        {"Acme Support", NULL, NULL},
        {"Acme <support>", NULL, NULL},
        {"Acme <a@acme.example> more", NULL, NULL},
        {"Acme\r\nBcc: <b@acme.example>", NULL, NULL},
        {"a@acme.example, b@acme.example", NULL, NULL},
        {"m\xc3\xbcller@acme.example", NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mailbox mailbox = {0};
        bool read = mailbox_parse(cases[i].text, &mailbox);
        assert_int_equal(read, cases[i].address != NULL);
        if (read) {
            assert_string_equal(mailbox.address, cases[i].address);
            assert_int_equal(mailbox.name != NULL, cases[i].name != NULL);
            assert_string_equal(mailbox.name ? mailbox.name : "",
                                cases[i].name ? cases[i].name : "");
        }
        mailbox_clear(&mailbox);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_written_for_smtp_with_its_domain_in_ascii),
        cmocka_unit_test(only_what_stands_before_the_at_sign_can_need_smtputf8),
        cmocka_unit_test(a_mailbox_is_an_address_or_a_name_and_an_address),
    };
    return RUN(tests);
}
