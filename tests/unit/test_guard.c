#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "http/guard.h"

#define HOST                                                                                       \
    { "Host", "a.example" }

struct guard_case {
    const char *what;
    const char *method;
    const char *target;
    const char *version;
    struct request_header headers[4];
    unsigned status; /* 0: let through */
};

static const struct guard_case cases[] = {
    {"a plain GET", "GET", "/a?b=c", "HTTP/1.1", {HOST}, 0},
    {"HTTP/1.0 without Host", "GET", "/", "HTTP/1.0", {{0}}, 0},
    {"a later HTTP/1", "GET", "/", "HTTP/1.2", {HOST}, 0},
    {"HTTP/2.0", "GET", "/", "HTTP/2.0", {HOST}, 505},
    {"another protocol", "GET", "/", "ICY/1.1", {HOST}, 505},
    {"an empty method", "", "/", "HTTP/1.1", {HOST}, 400},
    {"a method with a bracket", "G(T", "/", "HTTP/1.1", {HOST}, 400},
    {"no target", "GET", NULL, "HTTP/1.1", {HOST}, 400},
    {"a target that is no path", "GET", "a", "HTTP/1.1", {HOST}, 400},
    {"the asterisk with GET", "GET", "*", "HTTP/1.1", {HOST}, 400},
    {"the asterisk with OPTIONS", "OPTIONS", "*", "HTTP/1.1", {HOST}, 0},
    {"an absolute target", "GET", "http://a.example/b", "HTTP/1.1", {HOST}, 0},
    {"an absolute target without a path", "GET", "http://a.example", "HTTP/1.1", {HOST}, 0},
    {"another scheme", "GET", "ftp://a.example/b", "HTTP/1.1", {HOST}, 400},
    {"an authority", "CONNECT", "a.example:443", "HTTP/1.1", {HOST}, 400},
    {"an encoded NUL", "GET", "/a%00b", "HTTP/1.1", {HOST}, 400},
    {"an encoded NUL in the query", "GET", "/a?b=%00", "HTTP/1.1", {HOST}, 400},
    {"half an escape", "GET", "/a%4", "HTTP/1.1", {HOST}, 400},
    {"an escape that is none", "GET", "/a%zz", "HTTP/1.1", {HOST}, 400},
    {"a raw byte beyond ASCII", "GET", "/\xc3\xa9", "HTTP/1.1", {HOST}, 400},
    {"a tab in the target", "GET", "/a\tb", "HTTP/1.1", {HOST}, 400},
    {"a fragment", "GET", "/a#b", "HTTP/1.1", {HOST}, 400},
    {"a backslash in the path", "GET", "/a\\b", "HTTP/1.1", {HOST}, 400},
    {"a bar in the query", "GET", "/a?b=c|d", "HTTP/1.1", {HOST}, 0},
    {"a header name with a space", "GET", "/", "HTTP/1.1", {HOST, {"X A", "b"}}, 400},
    {"an empty header name", "GET", "/", "HTTP/1.1", {HOST, {"", "b"}}, 400},
    {"a control byte in a value", "GET", "/", "HTTP/1.1", {HOST, {"X-A", "b\1"}}, 400},
    {"a delete in a value", "GET", "/", "HTTP/1.1", {HOST, {"X-A", "\x7f"}}, 400},
    {"a tab in a value", "GET", "/", "HTTP/1.1", {HOST, {"X-A", "b\tc"}}, 0},
    {"UTF-8 in a value", "GET", "/", "HTTP/1.1", {HOST, {"X-A", "\xc3\xa9"}}, 0},
    {"two Hosts", "GET", "/", "HTTP/1.1", {HOST, HOST}, 400},
    {"no Host", "GET", "/", "HTTP/1.1", {{0}}, 400},
    {"an empty Host", "GET", "/", "HTTP/1.1", {{"Host", ""}}, 400},
    {"a Host with a path", "GET", "/", "HTTP/1.1", {{"Host", "a/b"}}, 400},
    {"a Host with a user", "GET", "/", "HTTP/1.1", {{"Host", "u@a"}}, 400},
    {"a list of Hosts", "GET", "/", "HTTP/1.1", {{"Host", "a b"}}, 400},
    {"a Host with a port", "GET", "/", "HTTP/1.1", {{"Host", "a.example:8080"}}, 0},
    {"a Host with a name as port", "GET", "/", "HTTP/1.1", {{"Host", "a:http"}}, 400},
    {"a Host with a huge port", "GET", "/", "HTTP/1.1", {{"Host", "a:808080"}}, 400},
    {"an IPv6 Host", "GET", "/", "HTTP/1.1", {{"Host", "[::1]:80"}}, 0},
    {"an open bracket", "GET", "/", "HTTP/1.1", {{"Host", "[::1"}}, 400},
    {"equal Content-Lengths",
     "POST",
     "/",
     "HTTP/1.1",
     {HOST, {"Content-Length", "1"}, {"content-length", "1"}},
     400},
    {"Content-Length with a sign", "POST", "/", "HTTP/1.1", {HOST, {"Content-Length", "+1"}}, 400},
    {"a list of Content-Lengths", "POST", "/", "HTTP/1.1", {HOST, {"Content-Length", "1, 1"}}, 400},
    {"an empty Content-Length", "POST", "/", "HTTP/1.1", {HOST, {"Content-Length", ""}}, 400},
    {"both lengths",
     "POST",
     "/",
     "HTTP/1.1",
     {HOST, {"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}},
     400},
    {"chunked", "POST", "/", "HTTP/1.1", {HOST, {"Transfer-Encoding", "Chunked"}}, 0},
    {"chunked in HTTP/1.0", "POST", "/", "HTTP/1.0", {{"Transfer-Encoding", "chunked"}}, 400},
    {"gzip coding", "POST", "/", "HTTP/1.1", {HOST, {"Transfer-Encoding", "gzip, chunked"}}, 501},
    {"identity coding", "POST", "/", "HTTP/1.1", {HOST, {"Transfer-Encoding", "identity"}}, 501},
    {"a disguised coding", "POST", "/", "HTTP/1.1", {HOST, {"Transfer-Encoding", "xchunked"}}, 501},
    {"two codings",
     "POST",
     "/",
     "HTTP/1.1",
     {HOST, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "gzip"}},
     400},
    {"two Authorizations",
     "GET",
     "/",
     "HTTP/1.1",
     {HOST, {"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}},
     400},
    {"two Content-Types",
     "POST",
     "/",
     "HTTP/1.1",
     {HOST, {"Content-Type", "a/b"}, {"Content-Type", "a/b"}},
     400},
    {"two Idempotency-Keys",
     "POST",
     "/",
     "HTTP/1.1",
     {HOST, {"Idempotency-Key", "a"}, {"Idempotency-Key", "b"}},
     400},
    {"two Accepts", "GET", "/", "HTTP/1.1", {HOST, {"Accept", "a/b"}, {"Accept", "c/d"}}, 0},
    {"the known expectation", "POST", "/", "HTTP/1.1", {HOST, {"Expect", "100-continue"}}, 0},
    {"another expectation", "POST", "/", "HTTP/1.1", {HOST, {"Expect", "200-ok"}}, 417},
};

static unsigned status_of(const struct head *head) {
    const struct refusal *refusal = guard_objection(head);
    return refusal ? refusal->status : 0;
}

static void heads_are_refused_for_what_is_wrong_with_them(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct guard_case *row = &cases[i];
        struct head head = {row->method, row->target, row->version, row->headers, 0};
        while (head.header_count < COUNT(row->headers) && row->headers[head.header_count].name) {
            head.header_count++;
        }
        if (status_of(&head) != row->status) {
            fail_msg("%s: %u in place of %u", row->what, status_of(&head), row->status);
        }
    }
}

static void a_target_may_have_4096_bytes(void **state) {
    (void)state;
    static char target[4098];
    memset(target, 'a', sizeof target - 1);
    target[0] = '/';
    const struct request_header headers[] = {HOST};
    struct head head = {"GET", target, "HTTP/1.1", headers, 1};
    assert_int_equal(status_of(&head), 414);
    target[4096] = '\0';
    assert_int_equal(status_of(&head), 0);
}

static void a_request_may_have_64_headers(void **state) {
    (void)state;
    struct request_header headers[65];
    for (size_t i = 0; i < COUNT(headers); i++) {
        headers[i] = (struct request_header){"X-Filler", "a"};
    }
    headers[0] = (struct request_header)HOST;
    struct head head = {"GET", "/", "HTTP/1.1", headers, 65};
    assert_int_equal(status_of(&head), 431);
    head.header_count = 64;
    assert_int_equal(status_of(&head), 0);
}

static void an_absolute_target_is_cut_to_its_path(void **state) {
    (void)state;
    assert_string_equal(target_origin_form("http://a.example/b?c"), "/b?c");
    assert_string_equal(target_origin_form("HTTPS://a.example"), "/");
    assert_string_equal(target_origin_form("/b?c=http://d"), "/b?c=http://d");
    assert_string_equal(target_origin_form("*"), "*");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_refused_for_what_is_wrong_with_them),
        cmocka_unit_test(a_target_may_have_4096_bytes),
        cmocka_unit_test(a_request_may_have_64_headers),
        cmocka_unit_test(an_absolute_target_is_cut_to_its_path),
    };
    return RUN(tests);
}
