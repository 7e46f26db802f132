#include "connection.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

bool connection_open(struct connection *connection, int epoll, const struct sockaddr_in *address) {
    int one = 1;
    connection->in_length = 0;
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->socket < 0) {
        return false;
    }
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP,
                                .data.ptr = connection};
    epoll_ctl(epoll, EPOLL_CTL_ADD, connection->socket, &event);
    int status = connect(connection->socket, (const struct sockaddr *)address, sizeof *address);
    return status == 0 || errno == EINPROGRESS;
}

void connection_close(struct connection *connection) {
    if (connection->socket >= 0) {
        close(connection->socket);
    }
    connection->socket = -1;
    connection->in_length = 0;
}

bool connection_flush(struct connection *connection) {
    while (connection->out_sent < connection->out_length) {
        ssize_t sent = send(connection->socket, connection->out + connection->out_sent,
                            connection->out_length - connection->out_sent, MSG_NOSIGNAL);
        if (sent < 0) {
            return errno == EAGAIN || errno == ENOTCONN;
        }
        connection->out_sent += (size_t)sent;
    }
    return true;
}

/* False when the answer cannot be one. */
static bool answer_parse(struct connection *connection, struct answer *answer) {
    connection->in[connection->in_length] = 0;
    char *end = strstr(connection->in, "\r\n\r\n");
    if (!end) {
        return connection->in_length < ANSWER_BYTES_MAX;
    }
    char *length = strcasestr(connection->in, "\r\ncontent-length:");
    if (strncmp(connection->in, "HTTP/1.1 ", 9) != 0 || !length || length > end) {
        return false;
    }
    size_t whole = (size_t)(end + 4 - connection->in) + strtoul(length + 17, NULL, 10);
    char *closes = strcasestr(connection->in, "\r\nconnection: close");
    *answer = (struct answer){
        .whole = connection->in_length >= whole,
        .closes = closes && closes < end,
        .status = (int)strtol(connection->in + 9, NULL, 10),
        .body = end + 4,
    };
    return whole <= ANSWER_BYTES_MAX;
}

bool connection_read(struct connection *connection, struct answer *answer) {
    bool open = true;
    while (open && connection->in_length < ANSWER_BYTES_MAX) {
        ssize_t got = recv(connection->socket, connection->in + connection->in_length,
                           ANSWER_BYTES_MAX - connection->in_length, 0);
        if (got < 0 && errno == EAGAIN) {
            break;
        }
        open = got > 0;
        connection->in_length += got > 0 ? (size_t)got : 0;
    }
    *answer = (struct answer){0};
    bool sane = connection->in_length == 0 || answer_parse(connection, answer);
    answer->closes = answer->closes || !open;
    return sane && (open || answer->whole);
}
