#include "../support/test.h"
#include "base/array.h"
#include "http/router.h"

static void paths_match_segment_by_segment(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *path;
        bool matches;
        const char *id;
    } cases[] = {
        {"/v1/surveys", "/v1/surveys", true, NULL},
        {"/v1/surveys", "/v1/surveys/", false, NULL},
        {"/v1/surveys", "/v1/survey", false, NULL},
        {"/v1/surveys", "/v1//surveys", false, NULL},
        {"/v1/surveys/{id}", "/v1/surveys/a", true, "a"},
        {"/v1/surveys/{id}", "/v1/surveys/a%2Fb", true, "a/b"},
        {"/v1/surveys/{id}", "/v1/surveys/%C3%A9", true, "\xc3\xa9"},
        {"/v1/surveys/{id}", "/v1/surveys/%C3", false, NULL},
        {"/v1/surveys/{id}", "/v1/surveys/", false, NULL},
        {"/v1/surveys/{id}", "/v1/surveys/a/b", false, NULL},
        {"/v1/{id}/votes", "/v1/a/votes", true, "a"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct request request = {0};
        bool matches = path_matches(cases[i].pattern, cases[i].path, request.path_params);
        assert_int_equal(matches, cases[i].matches);
        if (cases[i].id) {
            assert_string_equal(request_path_param(&request, "id"), cases[i].id);
        }
    }
}

static struct response unreachable(struct app *app, const struct request *request) {
    (void)app;
    (void)request;
    fail();
    return respond_empty(500);
}

static const struct route table[] = {
    {"GET", "/a", "get_a", unreachable, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_NOTHING},
    {"POST", "/a", "post_a", unreachable, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_NOTHING},
    {"PUT", "/a/{id}", "put_a", unreachable, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_NOTHING},
};

static void a_route_is_found_or_it_is_said_why_not(void **state) {
    (void)state;
    static const struct {
        const char *method;
        const char *path;
        const char *operation; /* NULL: none */
        unsigned status;
        const char *allow;
    } cases[] = {
        {"GET", "/a", "get_a", 0, ""},
        {"HEAD", "/a", "get_a", 0, ""},
        {"POST", "/a", "post_a", 0, ""},
        {"PUT", "/a/b", "put_a", 0, ""},
        {"PUT", "/a", NULL, 405, "GET, HEAD, POST"},
        {"HEAD", "/a/b", NULL, 405, "PUT"},
        {"GET", "/b", NULL, 404, ""},
        {"BREW", "/a", NULL, 501, "GET, HEAD, POST"},
        {"get", "/a", NULL, 501, "GET, HEAD, POST"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct request request = {.method = cases[i].method, .path = cases[i].path};
        unsigned status = 0;
        char allow[64] = "";
        const struct route *route = find_route(table, COUNT(table), &request, &status, allow);
        assert_string_equal(route ? route->operation : "",
                            cases[i].operation ? cases[i].operation : "");
        assert_int_equal(status, cases[i].status);
        assert_string_equal(allow, cases[i].allow);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_match_segment_by_segment),
        cmocka_unit_test(a_route_is_found_or_it_is_said_why_not),
    };
    return RUN(tests);
}
