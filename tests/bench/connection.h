/* One keep-alive connection: a request out, an answer in, nothing else at the same time. */
#ifndef BENCH_CONNECTION_H
#define BENCH_CONNECTION_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "requests.h"

#define ANSWER_BYTES_MAX (256 * 1024)

struct connection {
    int socket; /* -1 while there is none */
    bool busy;  /* a request is on its way */
    bool again; /* number has not been answered for good: it goes out again */
    uint64_t number;
    int64_t started_us;
    int64_t wake_us; /* not before this; 0 while nothing is waited for */
    char out[REQUEST_BYTES_MAX];
    size_t out_length;
    size_t out_sent;
    char *in; /* owned, ANSWER_BYTES_MAX + 1 */
    size_t in_length;
};

/* What has come of an answer so far. */
struct answer {
    bool whole;
    bool closes; /* the server will not keep the connection */
    int status;
    const char *body; /* within the connection's in, NUL-terminated */
};

/* Begins to connect and watches the socket in epoll, edge-triggered; false when it cannot. */
bool connection_open(struct connection *connection, int epoll, const struct sockaddr_in *address);
void connection_close(struct connection *connection);

/* Sends what the socket takes; false when the connection is lost. */
bool connection_flush(struct connection *connection);

/* Reads all there is; false when the connection is lost or the answer is not HTTP or too long. */
bool connection_read(struct connection *connection, struct answer *answer);

#endif
