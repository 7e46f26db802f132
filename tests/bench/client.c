#include "client.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#define US_PER_SECOND INT64_C(1000000)
#define RETRY_US      INT64_C(20000)
#define EVENTS_MAX    512

static volatile sig_atomic_t asked_to_stop;

static void on_signal(int number) {
    (void)number;
    asked_to_stop = 1;
}

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

static bool time_is_up(const struct client *client, int64_t now) {
    return asked_to_stop || now >= client->stop_us;
}

static void rest(struct client *client, struct connection *connection, int64_t now) {
    if (!connection->wake_us) {
        client->waiting++;
    }
    connection->wake_us = now + RETRY_US;
}

/* The request's fate is not known, or it was not taken: it goes out again, or is counted as failed.
 */
static void not_answered(struct client *client, struct connection *connection, int status) {
    connection->busy = false;
    if (client->ack_log) {
        connection->again = true;
        client->unknown += status == 0;
        client->refused += status != 0;
        fprintf(client->ack_log, "unknown\t%" PRIu64 "\t%d\n", connection->number, status);
        return;
    }
    client->failed++;
    client->failed_status = status;
}

static void lost(struct client *client, struct connection *connection, int64_t now) {
    connection_close(connection);
    if (connection->busy) {
        not_answered(client, connection, 0);
    }
    rest(client, connection, now);
}

static void log_answer(struct client *client, const struct connection *connection,
                       const struct answer *answer) {
    const char *id = strstr(answer->body, "\"id\":\"");
    const struct request_template *request =
        &client->requests.templates[connection->number % client->requests.count];
    fprintf(client->ack_log, "%s\t%" PRIu64 "\t%s-%012" PRIu64 "\t%.36s\t%d\t%s\n",
            answer->status < 300 ? "acked" : "refused", connection->number, client->wishes.prefix,
            request_contact(&client->requests, connection->number), id ? id + 6 : "",
            answer->status, request->answers);
}

/* Which number goes next; false when there is nothing more to send. */
static bool choose(struct client *client, struct connection *connection, int64_t now) {
    if (connection->again) {
        connection->again = false;
        return true;
    }
    if (client->next >= client->end || time_is_up(client, now)) {
        return false;
    }
    connection->number = client->next++;
    return true;
}

static void send_next(struct client *client, struct connection *connection, int64_t now) {
    if (!choose(client, connection, now)) {
        return;
    }
    connection->out_length = request_write(&client->requests, connection->number, connection->out);
    connection->out_sent = 0;
    connection->in_length = 0;
    connection->started_us = now;
    connection->busy = true;
    client->sent++;
    if (!connection_flush(connection)) {
        lost(client, connection, now);
    }
}

static void answered(struct client *client, struct connection *connection,
                     const struct answer *answer, int64_t now) {
    bool success = client->expected ? answer->status == client->expected
                                    : answer->status == 200 || answer->status == 201;
    connection->busy = false;
    if (success || (client->ack_log && answer->status < 500 && answer->status != 409)) {
        histogram_add(&client->latencies, now - connection->started_us);
        client->succeeded += success;
        client->failed += !success;
        if (client->ack_log) {
            log_answer(client, connection, answer);
        }
        return;
    }
    not_answered(client, connection, answer->status);
    rest(client, connection, now);
}

static void on_event(struct client *client, struct connection *connection, uint32_t events) {
    int64_t now = now_us();
    if (connection->socket < 0) {
        return;
    }
    if ((events & EPOLLOUT) && connection->busy && !connection_flush(connection)) {
        lost(client, connection, now);
        return;
    }
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP))) {
        return;
    }
    struct answer answer;
    if (!connection_read(connection, &answer)) {
        lost(client, connection, now);
        return;
    }
    if (answer.whole && connection->busy) {
        answered(client, connection, &answer, now);
        if (answer.closes) {
            lost(client, connection, now);
        } else if (!connection->wake_us) {
            send_next(client, connection, now);
        }
    }
}

static void wake(struct client *client, struct connection *connection, int64_t now) {
    connection->wake_us = 0;
    client->waiting--;
    if (connection->socket < 0 && !connection_open(connection, client->epoll, &client->address)) {
        lost(client, connection, now);
        return;
    }
    send_next(client, connection, now);
}

static bool anything_left(const struct client *client, int64_t now) {
    bool more = client->next < client->end && !time_is_up(client, now);
    for (size_t index = 0; !more && index < client->connection_count; index++) {
        const struct connection *connection = &client->connections[index];
        more = connection->busy || connection->again;
    }
    return more && now < client->stop_us + (int64_t)(client->patience_s * 1e6);
}

static void wake_the_rested(struct client *client) {
    int64_t now = now_us();
    for (size_t index = 0; client->waiting > 0 && index < client->connection_count; index++) {
        struct connection *connection = &client->connections[index];
        if (connection->wake_us && connection->wake_us <= now) {
            wake(client, connection, now);
        }
    }
}

void client_run(struct client *client) {
    struct epoll_event events[EVENTS_MAX];
    client->started_us = now_us();
    client->stop_us = client->started_us + (int64_t)(client->seconds * 1e6);
    for (size_t index = 0; index < client->connection_count; index++) {
        client->connections[index].wake_us = 1;
    }
    client->waiting = client->connection_count;
    wake_the_rested(client);
    int64_t checked = client->started_us;
    bool going = true;
    while (going) {
        int count = epoll_wait(client->epoll, events, EVENTS_MAX, client->waiting ? 5 : 100);
        for (int index = 0; index < count; index++) {
            on_event(client, events[index].data.ptr, events[index].events);
        }
        int64_t now = now_us();
        if (asked_to_stop && client->stop_us > now) {
            client->stop_us = now;
        }
        if (client->waiting) {
            wake_the_rested(client);
        }
        if (count <= 0 || now - checked > 10000) {
            going = anything_left(client, now);
            checked = now;
        }
    }
}

static uint64_t left_over(struct client *client) {
    uint64_t left = 0;
    for (size_t index = 0; index < client->connection_count; index++) {
        const struct connection *connection = &client->connections[index];
        if (connection->busy || connection->again) {
            left++;
            if (client->ack_log) {
                fprintf(client->ack_log, "open\t%" PRIu64 "\n", connection->number);
            }
        }
    }
    return left;
}

void client_report(struct client *client) {
    double seconds = (double)(now_us() - client->started_us) / 1e6;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    const struct histogram *latencies = &client->latencies;
    printf("{\"seconds\": %.3f, \"sent\": %" PRIu64 ", \"succeeded\": %" PRIu64
           ", \"failed\": %" PRIu64 ", \"failed_status\": %d, \"unknown\": %" PRIu64
           ", \"refused\": %" PRIu64 ", \"open\": %" PRIu64 ", \"next\": %" PRIu64
           ", \"rate\": %.1f, \"cpu_s\": %.3f, \"p50_us\": %.1f, \"p90_us\": %.1f, "
           "\"p99_us\": %.1f, \"mean_us\": %.1f, \"max_us\": %" PRId64 "}\n",
           seconds, client->sent, client->succeeded, client->failed, client->failed_status,
           client->unknown, client->refused, left_over(client), client->next,
           (double)client->succeeded / seconds, cpu_s, histogram_at(latencies, 0.5),
           histogram_at(latencies, 0.9), histogram_at(latencies, 0.99),
           latencies->count ? latencies->sum_us / (double)latencies->count : 0,
           latencies->longest_us);
}

bool client_prepare(struct client *client) {
    struct rlimit files = {16384, 16384};
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* never outlive the test that started us */
    client->epoll = epoll_create1(EPOLL_CLOEXEC);
    client->connections = calloc(client->connection_count, sizeof *client->connections);
    for (size_t index = 0; client->connections && index < client->connection_count; index++) {
        client->connections[index].socket = -1;
        client->connections[index].in = malloc(ANSWER_BYTES_MAX + 1);
    }
    return client->epoll >= 0 && client->connections &&
           request_set_init(&client->requests, &client->wishes);
}

void client_clear(struct client *client) {
    for (size_t index = 0; index < client->connection_count; index++) {
        connection_close(&client->connections[index]);
        free(client->connections[index].in);
    }
    free(client->connections);
    request_set_clear(&client->requests);
}
