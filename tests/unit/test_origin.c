#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "http/origin.h"

static void origins_are_what_browsers_send(void **state) {
    (void)state;
    static const char *const sound[] = {
        "https://desk.example",          "http://localhost:3000", "http://127.0.0.1:8081",
        "https://desk.example:8443",     "http://[::1]:3000",     "https://[2001:db8::1]",
        "https://xn--bcher-kva.example", "http://a_b.example",    "https://desk.example:80",
    };
    static const char *const unsound[] = {
        "*",
        "null",
        "desk.example",
        "https://",
        "https://*.example",
        "https://desk.example/",
        "https://desk.example/path",
        "https://desk.example:443",
        "http://desk.example:80",
        "https://desk.example:",
        "https://desk.example:0443",
        "https://desk.example:123456",
        "https://desk.example:84a3",
        "https://Desk.example",
        "HTTPS://desk.example",
        "https://\xc3\xbc.example",
        "ftp://desk.example",
        "https://user@desk.example",
        "https://[::1",
        "https://[]",
        "https://[::G]",
        "https://[::1]x",
    };
    for (size_t i = 0; i < COUNT(sound); i++) {
        struct word word = {sound[i], strlen(sound[i])};
        if (!origin_is_sound(&word)) {
            fail_msg("%s", sound[i]);
        }
    }
    for (size_t i = 0; i < COUNT(unsound); i++) {
        struct word word = {unsound[i], strlen(unsound[i])};
        if (origin_is_sound(&word)) {
            fail_msg("%s", unsound[i]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins_are_what_browsers_send),
    };
    return RUN(tests);
}
