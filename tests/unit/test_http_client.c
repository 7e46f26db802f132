#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../support/test.h"
#include "base/array.h"
#include "base/ip_network.h"
#include "clients/http_client.h"
#include "clients/http_parts.h"

#define REQUEST_SIZE 8192

/* Takes one connection, reads one request and answers with what it is told. */
struct server {
    int listener;
    unsigned port;
    pthread_t thread;
    const char *answer;
    size_t filler; /* bytes after it */
    char request[REQUEST_SIZE];
};

static void read_request(struct server *server, int connection) {
    size_t length = 0;
    ssize_t got = 1;
    while (got > 0 && length < REQUEST_SIZE - 1 && !strstr(server->request, "\r\n\r\n{}")) {
        got = read(connection, server->request + length, REQUEST_SIZE - 1 - length);
        length += got > 0 ? (size_t)got : 0;
        server->request[length] = '\0';
    }
}

static void *serve(void *context) {
    static const char filler[1024];
    struct server *server = context;
    int connection = accept(server->listener, NULL, NULL);
    if (connection < 0) {
        return NULL; /* nobody called */
    }
    read_request(server, connection);
    bool wanted = send(connection, server->answer, strlen(server->answer), MSG_NOSIGNAL) >= 0;
    for (size_t sent = 0; wanted && sent < server->filler; sent += sizeof filler) {
        wanted = send(connection, filler, sizeof filler, MSG_NOSIGNAL) > 0;
    }
    close(connection);
    return NULL;
}

static void start(struct server *server) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(server->listener, 1), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void stop(struct server *server) {
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
}

static void call(unsigned port, const char *listed, struct http_result *result) {
    char url[64];
    struct ip_networks networks;
    const struct http_header headers[] = {{"X-Name", "a value"}, {"X-Empty", ""}};
    assert_true(ip_networks_parse(listed, &networks));
    snprintf(url, sizeof url, "http://127.0.0.1:%u/path?secret=1", port);
    const struct http_client_options options = {
        .listed = &networks, .ca_file = "", .timeout_ms = 20000};
    const struct http_call call = {.url = url,
                                   .headers = headers,
                                   .header_count = COUNT(headers),
                                   .body = "{}",
                                   .body_length = 2};
    http_client_call(&options, &call, result);
}

static void ask(struct server *server, struct http_result *result) {
    start(server);
    call(server->port, "127.0.0.0/8", result);
    stop(server);
}

static void an_answer_is_its_status_and_its_first_bytes(void **state) {
    (void)state;
    struct server server = {.answer = "HTTP/1.1 201 Created\r\nContent-Length: 7\r\n\r\nthanks\n"};
    struct http_result result;
    ask(&server, &result);
    assert_int_equal(result.status, 201);
    assert_string_equal(result.answer, "thanks ");
    assert_string_equal(result.error, "");
    assert_non_null(strstr(server.request, "POST /path?secret=1 HTTP/1.1\r\n"));
    assert_non_null(strstr(server.request, "\r\nUser-Agent: Understood/"));
    assert_non_null(strstr(server.request, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(server.request, "\r\nX-Name: a value\r\n"));
    assert_non_null(strstr(server.request, "\r\nX-Empty:\r\n"));
    assert_null(strstr(server.request, "Expect:"));
}

static void what_follows_the_head_does_not_matter(void **state) {
    (void)state;
    static const struct {
        const char *answer;
        size_t filler;
        int status;
        int64_t retry_after_s;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nclosed early", 0, 200, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", 1000000000, 200, 0},
        {"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 0, 500, 0},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 0, 204, 0},
        {"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 0, 301,
         0},
        {"HTTP/1.1 429 Slow\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", 0, 429, 120},
        {"HTTP/1.1 503 No\r\nRetry-After: Sat, 01 Jan 2000 00:00:00 GMT\r\n\r\n", 0, 503, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct server server = {.answer = cases[i].answer, .filler = cases[i].filler};
        struct http_result result;
        ask(&server, &result);
        assert_int_equal(result.status, cases[i].status);
        assert_int_equal(result.retry_after_s, cases[i].retry_after_s);
        assert_string_equal(result.error, "");
    }
}

static void without_a_whole_head_there_is_no_answer(void **state) {
    (void)state;
    static const char *const answers[] = {
        "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n"};
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct server server = {.answer = answers[i]};
        struct http_result result;
        ask(&server, &result);
        assert_int_equal(result.status, 0);
        assert_non_null(strstr(result.error, "127.0.0.1:"));
        assert_null(strstr(result.error, "secret"));
    }
}

static void addresses_that_are_not_public_must_be_listed(void **state) {
    (void)state;
    static const char *const lists[] = {"", "10.0.0.0/8, ::1", "127.0.0.2"};
    for (size_t i = 0; i < COUNT(lists); i++) {
        struct server server = {.answer = "HTTP/1.1 200 OK\r\n\r\n"};
        struct http_result result;
        start(&server);
        call(server.port, lists[i], &result);
        stop(&server);
        assert_int_equal(result.status, 0);
        assert_string_equal(server.request, "");
        assert_true(*result.error);
    }
}

static void an_answer_is_kept_as_text(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *text;
    } cases[] = {
        {"plain", 5, "plain"}, {"a\0b\r\n\x7f", 6, "a b   "}, {"\xc3\xa9t\xc3", 4, "\xc3\xa9t?"},
        {"\xff\xfe", 2, "??"}, {"\xed\xa0\x80", 3, "???"},    {"12345678\xc3\xa9", 10, "12345678"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[10];
        http_clean(cases[i].bytes, cases[i].length, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_its_status_and_its_first_bytes),
        cmocka_unit_test(what_follows_the_head_does_not_matter),
        cmocka_unit_test(without_a_whole_head_there_is_no_answer),
        cmocka_unit_test(addresses_that_are_not_public_must_be_listed),
        cmocka_unit_test(an_answer_is_kept_as_text),
    };
    return RUN(tests);
}
