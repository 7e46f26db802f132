#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>

#include "base/array.h"
#include "domain/accept.h"

static const char *const types[] = {"application/json", "application/x-ndjson", "text/csv"};

static void the_best_liked_type_is_chosen(void **state) {
    (void)state;
    static const struct {
        const char *accept;
        int chosen;
    } cases[] = {
        {NULL, 0},
        {"", 0},
        {"  ", 0},
        {"*/*", 0},
        {"text/csv", 2},
        {"TEXT/CSV; charset=utf-8", 2},
        {"text/*", 2},
        {"application/*", 0},
        {"application/x-ndjson", 1},
        {"text/csv;q=0.5, application/x-ndjson;q=0.6", 1},
        {"text/csv;q=0.5,*/*;q=0.1", 2},
        {"*/*, application/json;q=0", 1},
        {"application/json;q=0", -1},
        {"text/html", -1},
        {"text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", 0},
        {"text/csvx", -1},
        {"text", -1},
        {",,;,", -1},
        {"text/csv;q=", 2},
        {"text/csv;header=present;q=0.2, application/json;q=0.1", 2},
        {"text/csv;q=0.0009, application/json;q=0", -1},
        {"*/*;q=1.000", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(choose_media_type(cases[i].accept, types, COUNT(types)), cases[i].chosen);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_liked_type_is_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
