/* What the load client is told, what it counts, and its loop. */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <netinet/in.h>
#include <stdio.h>

#include "connection.h"
#include "histogram.h"
#include "requests.h"

struct client {
    struct sockaddr_in address;
    struct request_wishes wishes;
    struct request_set requests;
    struct connection *connections;
    size_t connection_count;
    int epoll;
    uint64_t next;
    uint64_t end; /* the number after the last */
    double seconds;
    double patience_s; /* after the time is up, for what is still unanswered */
    int64_t started_us;
    int64_t stop_us;
    int expected; /* a status that counts as success, 0 means 200 and 201 */
    FILE *ack_log;
    size_t waiting; /* connections that wait for their wake_us */
    uint64_t sent;
    uint64_t succeeded;
    uint64_t failed;
    uint64_t unknown;
    uint64_t refused;
    int failed_status;
    struct histogram latencies;
};

/* Makes the connections and the requests; false when it cannot. */
bool client_prepare(struct client *client);

/* Sends until the numbers or the time are up, or a signal came. */
void client_run(struct client *client);

/* One JSON object on stdout; what is still open goes to the ack log. */
void client_report(struct client *client);

void client_clear(struct client *client);

#endif
