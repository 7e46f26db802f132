#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "pages/html.h"

#define HOSTILE "\"><script>alert('&')</script>"
#define TAMED   "&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"

static void values_are_escaped_in_content_and_in_quoted_attributes(void **state) {
    (void)state;
    struct text text = {0};
    html(&text, "<p title=\"%s\">%s</p>", HOSTILE, HOSTILE);
    assert_string_equal(text.bytes, "<p title=\"" TAMED "\">" TAMED "</p>");
    text_clear(&text);
}

static void a_value_is_never_read_as_a_template(void **state) {
    (void)state;
    struct text text = {0};
    html(&text, "<i>%s</i><b>%s</b>%s", "%s%n", "<i", "%%");
    assert_string_equal(text.bytes, "<i>%s%n</i><b>&lt;i</b>%%");
    text_clear(&text);
}

static void links_lead_nowhere_but_into_our_own_house(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"/s/abc", "/s/abc"},
        {"#comment", "#comment"},
        {"javascript:alert(1)", "#"},
        {"https://elsewhere.example", "#"},
        {"//elsewhere.example", "#"},
        {"/\\elsewhere.example", "#"},
        {"", "#"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text text = {0};
        struct text expected = {0};
        html(&text, "<form action=\"%s\"><a class=\"b\" href=\"%s\" title=\"%s\">", rows[i][0],
             rows[i][0], rows[i][0]);
        text_append_format(&expected,
                           "<form action=\"%s\"><a class=\"b\" href=\"%s\" title=\"%s\">",
                           rows[i][1], rows[i][1], rows[i][0]);
        assert_string_equal(text.bytes, expected.bytes);
        text_clear(&text);
        text_clear(&expected);
    }
}

/* How a program ends that puts a value where it could become markup. */
static int ends_with_signal(void (*act)(void)) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        act();
        _exit(EXIT_SUCCESS);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void value_in_tag(void) {
    struct text text = {0};
    html(&text, "<input %s>", "checked");
    text_clear(&text);
}

static void value_in_content(void) {
    struct text text = {0};
    html(&text, "<input>%s", "checked");
    text_clear(&text);
}

static void a_template_with_a_value_in_a_tag_ends_the_program(void **state) {
    (void)state;
    assert_int_equal(ends_with_signal(value_in_tag), SIGABRT);
    assert_int_equal(ends_with_signal(value_in_content), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_escaped_in_content_and_in_quoted_attributes),
        cmocka_unit_test(a_value_is_never_read_as_a_template),
        cmocka_unit_test(links_lead_nowhere_but_into_our_own_house),
        cmocka_unit_test(a_template_with_a_value_in_a_tag_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
