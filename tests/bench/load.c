/*
 * A load client that costs little: epoll, keep-alive connections, requests made beforehand. With
 * --ack-log it is the witness of the fault tests: it never gives a request up but sends it again,
 * with the same Idempotency-Key, until it is answered, and writes down what it was told.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "client.h"

static void help(void) {
    puts("usage: load --port PORT [--host ADDRESS] [--connections N] [--seconds S] [--requests N]\n"
         "            [--key API_KEY] [--prefix REF] [--seed N] [--idempotency] [--contacts N]\n"
         "            [--first N] [--ack-log FILE [--patience S]]\n"
         "            [--targets FILE | --target TARGET] [--method METHOD] [--expect STATUS]\n"
         "Posts answers, or fetches targets, and prints one JSON object of figures.");
}

static const struct option long_options[] = {
    {"host", required_argument, 0, 'h'},
    {"port", required_argument, 0, 'p'},
    {"connections", required_argument, 0, 'c'},
    {"seconds", required_argument, 0, 's'},
    {"requests", required_argument, 0, 'n'},
    {"key", required_argument, 0, 'k'},
    {"prefix", required_argument, 0, 'x'},
    {"seed", required_argument, 0, 'e'},
    {"idempotency", no_argument, 0, 'i'},
    {"contacts", required_argument, 0, 'C'},
    {"first", required_argument, 0, 'f'},
    {"ack-log", required_argument, 0, 'a'},
    {"patience", required_argument, 0, 'P'},
    {"targets", required_argument, 0, 'T'},
    {"target", required_argument, 0, 't'},
    {"method", required_argument, 0, 'm'},
    {"expect", required_argument, 0, 'E'},
    {"help", no_argument, 0, 'H'},
    {0},
};

static bool read_text_option(struct client *client, int option) {
    struct request_wishes *wishes = &client->wishes;
    switch (option) {
    case 'h':
        wishes->host = optarg;
        return true;
    case 'k':
        wishes->api_key = optarg;
        return true;
    case 'x':
        wishes->prefix = optarg;
        return true;
    case 'T':
        wishes->targets_file = optarg;
        return true;
    case 't':
        wishes->target = optarg;
        return true;
    case 'm':
        wishes->method = optarg;
        return true;
    case 'i':
        wishes->idempotency = true;
        return true;
    case 'a':
        client->ack_log = fopen(optarg, "ae");
        return client->ack_log != NULL;
    default:
        return false;
    }
}

static bool read_number_option(struct client *client, int option) {
    double value = optarg ? strtod(optarg, NULL) : 0;
    switch (option) {
    case 'p':
        client->address.sin_port = htons((uint16_t)value);
        return true;
    case 'c':
        client->connection_count = (size_t)value;
        return true;
    case 's':
        client->seconds = value;
        return true;
    case 'n':
        client->end = (uint64_t)value;
        return true;
    case 'e':
        client->wishes.seed = (unsigned)value;
        return true;
    case 'C':
        client->wishes.contacts = (uint64_t)value;
        return true;
    case 'f':
        client->next = (uint64_t)value;
        return true;
    case 'P':
        client->patience_s = value;
        return true;
    case 'E':
        client->expected = (int)value;
        return true;
    default:
        return false;
    }
}

static bool read_options(struct client *client, int argc, char **argv) {
    int option;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (!read_text_option(client, option) && !read_number_option(client, option)) {
            help();
            return false;
        }
    }
    client->end = client->end == UINT64_MAX ? client->end : client->next + client->end;
    client->address.sin_family = AF_INET;
    return inet_pton(AF_INET, client->wishes.host, &client->address.sin_addr) == 1 &&
           client->address.sin_port && client->connection_count > 0;
}

int main(int argc, char **argv) {
    static struct client client = {
        .wishes = {.host = "127.0.0.1", .prefix = "load", .method = "GET"},
        .connection_count = 64,
        .seconds = 3600,
        .end = UINT64_MAX,
        .patience_s = 0.5,
    };
    if (!read_options(&client, argc, argv) || !client_prepare(&client)) {
        return 2;
    }
    client_run(&client);
    client_report(&client);
    client_clear(&client);
    bool written = !client.ack_log || fclose(client.ack_log) == 0;
    return !written ? 2 : client.failed ? 1 : 0;
}
