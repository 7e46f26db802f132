#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "http/accept.h"
#include "http/credentials.h"
#include "http/identity.h"
#include "http/request.h"

static void accept_is_weighed_by_its_most_specific_range(void **state) {
    (void)state;
    static const struct {
        const char *accept; /* NULL: not sent */
        bool json;
        bool csv;
        const char *preferred;
    } cases[] = {
        {NULL, true, true, "application/json"},
        {"*/*", true, true, "application/json"},
        {"text/csv", false, true, "text/csv"},
        {"TEXT/CSV", false, true, "text/csv"},
        {"application/*", true, false, "application/json"},
        {"text/*;q=0.5, application/json;q=0.4", true, true, "text/csv"},
        {"application/json;q=0, */*", false, true, "text/csv"},
        {"*/*;q=0.1, text/csv;q=0.123", true, true, "text/csv"},
        {"text/html", false, false, NULL},
        {"", false, false, NULL},
        {"application/json;charset=utf-8;q=0.2,text/csv;q=0.1", true, true, "application/json"},
    };
    static const char *const types[] = {"application/json", "text/csv"};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct request_header header = {"accept", cases[i].accept};
        struct request request = {.headers = &header, .header_count = cases[i].accept != NULL};
        assert_int_equal(request_accepts(&request, "application/json"), cases[i].json);
        assert_int_equal(request_accepts(&request, "text/csv"), cases[i].csv);
        const char *preferred = request_preferred_type(&request, types, COUNT(types));
        assert_string_equal(preferred ? preferred : "",
                            cases[i].preferred ? cases[i].preferred : "");
    }
}

static void content_types_match_with_utf8_only(void **state) {
    (void)state;
    assert_true(content_type_is("application/json", "application/json"));
    assert_true(content_type_is("Application/JSON; charset=UTF-8", "application/json"));
    assert_true(content_type_is("application/json;charset=\"utf-8\"", "application/json"));
    assert_false(content_type_is("application/json; charset=latin1", "application/json"));
    assert_false(content_type_is("application/jsonp", "application/json"));
    assert_false(content_type_is("text/json", "application/json"));
    assert_false(content_type_is("", "application/json"));
}

static void the_key_is_found_in_either_scheme(void **state) {
    (void)state;
    static const struct {
        const char *authorization;
        const char *key; /* NULL: none */
    } cases[] = {
        {"Bearer us_1_secret", "us_1_secret"},
        {"bearer   us_1_secret", "us_1_secret"},
        {"Basic dXNfMV9zZWNyZXQ6", "us_1_secret"},     /* us_1_secret: */
        {"Basic dXNfMV9zZWNyZXQ=", "us_1_secret"},     /* without the colon */
        {"basic dXNfMV9zZWNyZXQ6cHc=", "us_1_secret"}, /* us_1_secret:pw */
        {"Bearer", NULL},
        {"Bearer ", NULL},
        {"Bearer a b", NULL},
        {"Basic", NULL},
        {"Basic ", NULL},
        {"Basic Og==", NULL}, /* : */
        {"Basic !!!", NULL},
        {"Basic dXNfMV9zZWNyZXQ\xe9", NULL}, /* libsodium alone reads it as a digit */
        {"Basic dXNfMV9zZWNyZXQ-", NULL},    /* a digit of the other alphabet */
        {"Basic dXMAeA==", NULL},            /* a NUL in it */
        {"Digest a", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char key[API_KEY_SIZE] = "";
        assert_int_equal(credentials_key(cases[i].authorization, key), cases[i].key != NULL);
        if (cases[i].key) {
            assert_string_equal(key, cases[i].key);
        }
    }
    char huge[1024] = "Bearer ";
    memset(huge + 7, 'a', sizeof huge - 8);
    char key[API_KEY_SIZE];
    assert_false(credentials_key(huge, key));
}

static void only_sane_request_ids_are_taken_over(void **state) {
    (void)state;
    assert_true(request_id_is_sane("a-B_9."));
    assert_false(request_id_is_sane(""));
    assert_false(request_id_is_sane("a b"));
    assert_false(request_id_is_sane("a\"b"));
    char id[66];
    memset(id, 'a', sizeof id);
    id[65] = '\0';
    assert_false(request_id_is_sane(id));
    assert_true(request_id_is_sane(id + 1));
}

static void trace_ids_are_read_from_valid_parents_only(void **state) {
    (void)state;
#define TRACE  "0af7651916cd43dd8448eb211c80319c"
#define PARENT "b7ad6b7169203331"
    static const char *const valid[] = {"00-" TRACE "-" PARENT "-01", "01-" TRACE "-" PARENT "-00",
                                        "cc-" TRACE "-" PARENT "-01-what-comes"};
    static const char *const invalid[] = {
        "",
        "00-" TRACE "-" PARENT,
        "00-" TRACE "-" PARENT "-1",
        "00-" TRACE "-" PARENT "-01-more",
        "00-" TRACE "-" PARENT "-01x",
        "ff-" TRACE "-" PARENT "-01",
        "00-00000000000000000000000000000000-" PARENT "-01",
        "00-" TRACE "-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-" PARENT "-01",
        "0-" TRACE "-" PARENT "-01",
    };
    for (size_t i = 0; i < COUNT(valid); i++) {
        char trace_id[33];
        assert_true(trace_id_from(valid[i], trace_id));
        assert_string_equal(trace_id, TRACE);
    }
    for (size_t i = 0; i < COUNT(invalid); i++) {
        char trace_id[33];
        assert_false(trace_id_from(invalid[i], trace_id));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accept_is_weighed_by_its_most_specific_range),
        cmocka_unit_test(content_types_match_with_utf8_only),
        cmocka_unit_test(the_key_is_found_in_either_scheme),
        cmocka_unit_test(only_sane_request_ids_are_taken_over),
        cmocka_unit_test(trace_ids_are_read_from_valid_parents_only),
    };
    return RUN(tests);
}
