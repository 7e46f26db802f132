#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "clients/smtp.h"

static void a_url_names_host_and_port_and_perhaps_the_name_to_say(void **state) {
    (void)state;
    static const char *const sound[] = {
        "smtp://mail.example",        "smtp://127.0.0.1:2525",
        "smtps://mail.example:465",   "smtp://[::1]:25",
        "smtp://mail.example/",       "smtp://mail.example:587/desk.example",
        "smtp://mail_relay.internal",
    };
    static const struct {
        const char *url;
        const char *says;
    } refused[] = {
        {"", "smtp://"},
        {"mail.example:25", "smtp://"},
        {"http://mail.example", "smtp://"},
        {"SMTP://mail.example", "smtp://"},
        {"smtp://", "host"},
        {"smtp://:25", "host"},
        {"smtp://mara:secret@mail.example", "keys of their own"},
        {"smtp://mail.example:", "port"},
        {"smtp://mail.example:0", "port"},
        {"smtp://mail.example:65536", "port"},
        {"smtp://mail.example:smtp", "port"},
        {"smtp://[::1", "host"},
        {"smtp://mail.example?x=y", "ends"},
        {"smtp://mail.example/a b", "ends"},
        {"smtp://mail.example\r\nX", "ends"},
    };
    for (size_t i = 0; i < COUNT(sound); i++) {
        assert_null(smtp_url_objection(sound[i]));
    }
    for (size_t i = 0; i < COUNT(refused); i++) {
        const char *objection = smtp_url_objection(refused[i].url);
        assert_non_null(objection);
        assert_non_null(strstr(objection, refused[i].says));
    }
}

static void only_this_machine_is_loopback(void **state) {
    (void)state;
    static const char *const loopback[] = {"smtp://127.0.0.1:25", "smtp://127.1.2.3",
                                           "smtp://localhost:25", "smtps://[::1]:465"};
    static const char *const others[] = {"smtp://127.example:25", "smtp://localhost.example",
                                         "smtp://[::2]:25",       "smtp://128.0.0.1",
                                         "smtp://local",          "nothing"};
    for (size_t i = 0; i < COUNT(loopback); i++) {
        assert_true(smtp_url_is_loopback(loopback[i]));
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_false(smtp_url_is_loopback(others[i]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_names_host_and_port_and_perhaps_the_name_to_say),
        cmocka_unit_test(only_this_machine_is_loopback),
    };
    return RUN(tests);
}
