#include "http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/log.h"

#define BACKLOG          1024
#define HOST_SIZE_MAX    256
#define TCP_FLAGS_OFFSET 13 /* RFC 9293 3.1; a socket's filter sees the segment from its header */
#define TCP_FLAG_SYN_BIT 0x02

static void free_addresses(struct addrinfo **addresses) {
    if (*addresses) {
        freeaddrinfo(*addresses);
    }
}

/* Splits "host:port" at its last colon; brackets around the host are taken off. */
static const char *split_address(const char *address, char host[HOST_SIZE_MAX]) {
    const char *colon = strrchr(address, ':');
    if (!colon || (size_t)(colon - address) >= HOST_SIZE_MAX) {
        return NULL;
    }
    size_t length = (size_t)(colon - address);
    if (length >= 2 && address[0] == '[' && address[length - 1] == ']') {
        address++;
        length -= 2;
    }
    memcpy(host, address, length);
    host[length] = '\0';
    return colon + 1;
}

static int open_socket(const struct addrinfo *address) {
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -1;
    }
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        int cause = errno;
        close(fd);
        errno = cause;
        return -1;
    }
    return fd;
}

static uint16_t bound_port(int fd) {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } bound = {.v6 = {0}};
    socklen_t length = sizeof bound;
    getsockname(fd, &bound.any, &length);
    return ntohs(bound.any.sa_family == AF_INET6 ? bound.v6.sin6_port : bound.v4.sin_port);
}

int listener_open(const char *address, uint16_t *port) {
    char host[HOST_SIZE_MAX];
    const char *service = split_address(address, host);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    CLEANUP(free_addresses) struct addrinfo *addresses = NULL;
    if (!service || getaddrinfo(*host ? host : NULL, service, &hints, &addresses) != 0) {
        log_error("could not listen on %s: not host:port", address);
        return -1;
    }
    int fd = open_socket(addresses);
    if (fd < 0) {
        log_error("could not listen on %s: %s", address, strerror(errno));
        return -1;
    }
    *port = bound_port(fd);
    return fd;
}

void listener_close_door(int fd) {
    /* Drops what asks for a connection (SYN), so that handshakes under way are still completed. */
    struct sock_filter drop_syn[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TCP_FLAGS_OFFSET),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TCP_FLAG_SYN_BIT, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {.len = COUNT(drop_syn), .filter = drop_syn};
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
        log_error("could not close the door to new connections: %s", strerror(errno));
    }
}

bool listener_pending(int fd) {
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    return poll(&waiting, 1, 0) > 0;
}

void listener_shut(int fd) {
    shutdown(fd, SHUT_RDWR);
}
