/* For a container's health check, where no other client is: asks the service that listens here. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/descriptor.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/cli.h"
#include "http/unix_socket.h"

#define ADDRESS_SIZE  512
#define ANSWER_SIZE   64
#define UNIX_PREFIX   "unix:"
#define LIMIT_MS_MAX  600000
#define STATUS_OK     200
#define STATUS_OFFSET 9 /* in "HTTP/1.1 200 OK" */

static bool wait_for(int fd, short events, int64_t deadline_us) {
    int64_t left_ms = (deadline_us - time_monotonic_us()) / 1000;
    struct pollfd wanted = {.fd = fd, .events = events};
    errno = ETIMEDOUT;
    return left_ms > 0 && poll(&wanted, 1, (int)left_ms) > 0;
}

static bool connect_within(int fd, const struct sockaddr *address, socklen_t length,
                           int64_t deadline_us) {
    if (connect(fd, address, length) == 0) {
        return true;
    }
    int cause = 0;
    socklen_t size = sizeof cause;
    if (errno != EINPROGRESS || !wait_for(fd, POLLOUT, deadline_us) ||
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &cause, &size) != 0) {
        return false;
    }
    errno = cause;
    return cause == 0;
}

static int open_unix(const char *path, int64_t deadline_us) {
    struct sockaddr_un address;
    if (!unix_address(path, &address)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connect_within(fd, (const struct sockaddr *)&address, sizeof address, deadline_us)) {
        return fd;
    }
    descriptor_close(&fd);
    return -1;
}

/* One that listens on every address is asked on loopback. */
static const char *reachable(const char *host) {
    return strcmp(host, "0.0.0.0") == 0 ? "127.0.0.1" : strcmp(host, "::") == 0 ? "::1" : host;
}

static int open_tcp(char *address, int64_t deadline_us) {
    char *colon = strrchr(address, ':');
    *colon = '\0';
    char *host = address;
    if (*host == '[' && colon[-1] == ']') {
        colon[-1] = '\0';
        host++;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    if (getaddrinfo(reachable(host), colon + 1, &hints, &found) != 0) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool connected = connect_within(fd, found->ai_addr, found->ai_addrlen, deadline_us);
    freeaddrinfo(found);
    if (!connected) {
        descriptor_close(&fd);
        return -1;
    }
    return fd;
}

/* The first of the addresses. */
static int open_first(const char *listen, int64_t deadline_us) {
    char address[ADDRESS_SIZE];
    struct word word;
    next_word(&listen, &word);
    snprintf(address, sizeof address, "%.*s", (int)word.length, word.text);
    if (strncmp(address, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0) {
        return open_unix(address + strlen(UNIX_PREFIX), deadline_us);
    }
    return open_tcp(address, deadline_us);
}

/* The beginning of the answer, up to its end or the deadline. */
static size_t read_answer(int fd, int64_t deadline_us, char answer[ANSWER_SIZE]) {
    size_t length = 0;
    while (length < ANSWER_SIZE - 1 && wait_for(fd, POLLIN, deadline_us)) {
        ssize_t got = recv(fd, answer + length, ANSWER_SIZE - 1 - length, 0);
        if (got <= 0) {
            break;
        }
        length += (size_t)got;
    }
    return length;
}

/* The status line; its length is 0 when none came. */
static void ask(int fd, const char *path, int64_t deadline_us, char answer[ANSWER_SIZE]) {
    char question[128];
    int size = snprintf(question, sizeof question,
                        "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    bool asked = send(fd, question, (size_t)size, MSG_NOSIGNAL) == size;
    answer[asked ? read_answer(fd, deadline_us, answer) : 0] = '\0';
    answer[strcspn(answer, "\r\n")] = '\0';
}

int run_health(const struct invocation *invocation) {
    int64_t limit_ms;
    if (!invocation_number(invocation, "timeout-ms", 1, LIMIT_MS_MAX, &limit_ms)) {
        return EXIT_USAGE;
    }
    const char *path = invocation_option(invocation, "ready") ? "/readyz" : "/livez";
    const char *listen = invocation->config.http.listen;
    int64_t deadline_us = time_monotonic_us() + limit_ms * 1000;
    CLEANUP(descriptor_close) int fd = open_first(listen, deadline_us);
    if (fd < 0) {
        fprintf(stderr, "understood: could not connect to %s: %s\n", listen, strerror(errno));
        return EXIT_FAILURE;
    }
    char answer[ANSWER_SIZE];
    ask(fd, path, deadline_us, answer);
    bool good =
        strlen(answer) > STATUS_OFFSET && strtol(answer + STATUS_OFFSET, NULL, 10) == STATUS_OK;
    fprintf(good ? stdout : stderr, "%s: %s\n", path, *answer ? answer : "no answer in time");
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
