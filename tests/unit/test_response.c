#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "http/problem.h"
#include "http/response.h"

#define DOCS "https://docs.example/"

static void json_is_rendered_when_it_is_given(void **state) {
    (void)state;
    CLEANUP(response_clear) struct response response = respond(201, json_pack("{s:i}", "a", 1));
    assert_int_equal(response.status, 201);
    assert_string_equal(response.content_type, TYPE_JSON);
    assert_string_equal(response.body, "{\"a\":1}");
    assert_int_equal(response.body_length, 7);
}

static void no_body_where_one_was_due_is_a_500(void **state) {
    (void)state;
    CLEANUP(response_clear) struct response response = respond(200, NULL);
    problem_render(&response, DOCS, "id-1");
    assert_int_equal(response.status, 500);
    assert_non_null(strstr(response.body, "\"code\":\"internal\""));
    struct text text = {.failed = true};
    CLEANUP(response_clear) struct response other = respond_text(200, TYPE_HTML, &text);
    assert_int_equal(other.status, 500);
}

static void a_problem_has_all_that_rfc_9457_asks_for(void **state) {
    (void)state;
    CLEANUP(response_clear)
    struct response response = respond_problem(409, "edit_window_closed", "closed \"%s\"", "a");
    problem_render(&response, DOCS, "id-1");
    assert_string_equal(response.content_type, "application/problem+json");
    assert_string_equal(response.body,
                        "{\"type\":\"" DOCS "edit_window_closed\",\"title\":\"Edit window closed\","
                        "\"status\":409,\"detail\":\"closed \\\"a\\\"\",\"code\":"
                        "\"edit_window_closed\",\"request_id\":\"id-1\"}");
    assert_int_equal(response.body_length, strlen(response.body));
}

static void all_mistakes_of_a_body_are_told(void **state) {
    (void)state;
    json_t *errors = json_pack("[{s:s, s:s}]", "pointer", "/a/0", "detail", "too long");
    CLEANUP(response_clear) struct response response = respond_invalid(errors);
    problem_render(&response, DOCS, "id-1");
    assert_int_equal(response.status, 422);
    assert_non_null(
        strstr(response.body, "\"errors\":[{\"pointer\":\"/a/0\",\"detail\":\"too long\"}]}"));
}

static void each_outcome_but_ok_is_a_problem(void **state) {
    (void)state;
    static const struct {
        enum outcome outcome;
        unsigned status;
    } cases[] = {
        {OUTCOME_NOT_FOUND, 404}, {OUTCOME_CONFLICT, 409}, {OUTCOME_UNAVAILABLE, 503},
        {OUTCOME_REJECTED, 422},  {OUTCOME_FAILED, 500},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP(response_clear)
        struct response response = respond_outcome(cases[i].outcome, "survey");
        assert_int_equal(response.status, cases[i].status);
        assert_non_null(response.problem.code);
        assert_int_equal(response.header_count, cases[i].status == 503); /* Retry-After */
    }
}

static void a_header_is_replaced_and_never_split(void **state) {
    (void)state;
    CLEANUP(response_clear) struct response response = respond_empty(204);
    response_set_header(&response, "ETag", "\"a\"");
    response_set_header(&response, "etag", "\"b\"");
    response_set_header(&response, "Link", "a\r\nSet-Cookie: b");
    assert_int_equal(response.header_count, 1);
    assert_string_equal(response.headers[0].value, "\"b\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_rendered_when_it_is_given),
        cmocka_unit_test(no_body_where_one_was_due_is_a_500),
        cmocka_unit_test(a_problem_has_all_that_rfc_9457_asks_for),
        cmocka_unit_test(all_mistakes_of_a_body_are_told),
        cmocka_unit_test(each_outcome_but_ok_is_a_problem),
        cmocka_unit_test(a_header_is_replaced_and_never_split),
    };
    return RUN(tests);
}
