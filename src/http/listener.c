#include "http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "http/unix_socket.h"

#define BACKLOG          1024
#define HOST_SIZE_MAX    256
#define UNIX_PREFIX      "unix:"
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

union bound_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
};

static uint16_t port_of(const union bound_address *bound) {
    return ntohs(bound->any.sa_family == AF_INET6 ? bound->v6.sin6_port : bound->v4.sin_port);
}

static uint16_t bound_port(int fd) {
    union bound_address bound = {.v6 = {0}};
    socklen_t length = sizeof bound;
    getsockname(fd, &bound.any, &length);
    return port_of(&bound);
}

static bool open_tcp(struct listener *listener, const char *address) {
    char host[HOST_SIZE_MAX];
    const char *service = split_address(address, host);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    CLEANUP(free_addresses) struct addrinfo *addresses = NULL;
    if (!service || getaddrinfo(*host ? host : NULL, service, &hints, &addresses) != 0) {
        log_error("could not listen on %s: not host:port", address);
        return false;
    }
    listener->fd = open_socket(addresses);
    if (listener->fd < 0) {
        log_error("could not listen on %s: %s", address, strerror(errno));
        return false;
    }
    listener->port = bound_port(listener->fd);
    snprintf(listener->name, sizeof listener->name, "%.*s:%u", (int)(service - 1 - address),
             address, listener->port);
    return true;
}

bool listener_open(struct listener *listener, const char *address, mode_t socket_mode) {
    *listener = (struct listener){.fd = -1};
    if (strncmp(address, UNIX_PREFIX, strlen(UNIX_PREFIX)) != 0) {
        return open_tcp(listener, address);
    }
    const char *path = address + strlen(UNIX_PREFIX);
    listener->fd = unix_socket_open(listener, path, socket_mode);
    snprintf(listener->name, sizeof listener->name, "%s", address);
    return listener->fd >= 0;
}

/* ---- passed ones ---- */

static bool is_listening_stream(int fd) {
    int type = 0;
    int listening = 0;
    socklen_t type_length = sizeof type;
    socklen_t listening_length = sizeof listening;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_length) == 0 && type == SOCK_STREAM &&
           getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &listening_length) == 0 &&
           listening;
}

static bool name_it(struct listener *listener, const union bound_address *bound, socklen_t length) {
    char host[INET6_ADDRSTRLEN] = "";
    size_t path_size = length - offsetof(struct sockaddr_un, sun_path);
    switch (bound->any.sa_family) {
    case AF_INET:
        inet_ntop(AF_INET, &bound->v4.sin_addr, host, sizeof host);
        snprintf(listener->name, sizeof listener->name, "%s:%u", host, port_of(bound));
        break;
    case AF_INET6:
        inet_ntop(AF_INET6, &bound->v6.sin6_addr, host, sizeof host);
        snprintf(listener->name, sizeof listener->name, "[%s]:%u", host, port_of(bound));
        break;
    case AF_UNIX:
        snprintf(listener->name, sizeof listener->name, "unix:%.*s", (int)path_size,
                 bound->local.sun_path[0] ? bound->local.sun_path : "@");
        return true;
    default:
        return false;
    }
    listener->port = port_of(bound);
    return true;
}

bool listener_adopt(struct listener *listener, int fd) {
    *listener = (struct listener){.fd = fd, .passed = true};
    union bound_address bound = {.local = {0}};
    socklen_t length = sizeof bound;
    if (!is_listening_stream(fd) || getsockname(fd, &bound.any, &length) != 0 ||
        !name_it(listener, &bound, length)) {
        log_error("descriptor %d was passed as a socket, but is no listening TCP or Unix stream "
                  "socket (in a .socket unit: ListenStream, Accept=no)",
                  fd);
        return false;
    }
    return true;
}

/* ---- stopping ---- */

static void drop_syn(int fd) {
    /* Drops what asks for a connection (SYN), so that handshakes under way are still completed. */
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TCP_FLAGS_OFFSET),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TCP_FLAG_SYN_BIT, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {.len = COUNT(filter), .filter = filter};
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
        /* Some kernels let root alone: then a handshake under way at the very end is reset. */
        log_debug("could not close the door to new connections: %s", strerror(errno));
    }
}

static void remove_file(const struct listener *listener) {
    if (listener->has_file) {
        unix_socket_remove(listener, listener->name + strlen(UNIX_PREFIX));
    }
}

void listener_close_door(const struct listener *listener) {
    remove_file(listener);
    if (listener->port != 0 && !listener->passed) {
        drop_syn(listener->fd);
    }
}

bool listener_pending(const struct listener *listener) {
    struct pollfd waiting = {.fd = listener->fd, .events = POLLIN};
    return poll(&waiting, 1, 0) > 0;
}

void listener_shut(const struct listener *listener) {
    if (!listener->passed) {
        shutdown(listener->fd, SHUT_RDWR);
    }
}

void listener_close(struct listener *listener) {
    if (listener->fd < 0) {
        return;
    }
    remove_file(listener);
    close(listener->fd);
    listener->fd = -1;
}
