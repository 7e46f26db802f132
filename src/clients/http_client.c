#include "clients/http_client.h"

#include <stdlib.h>

#include "base/log.h"
#include "clients/curl_once.h"
#include "clients/http_parts.h"

struct http_client {
    struct http_client_options options;
    CURLM *multi;                 /* owned */
    struct http_transfer *idle;   /* owned */
    struct http_transfer *on_way; /* owned */
    int on_way_count;
};

/* ---- one, blocking ---- */

void http_client_call(const struct http_client_options *options, const struct http_call *call,
                      struct http_result *result) {
    curl_once();
    struct http_transfer *transfer = http_transfer_new(options);
    if (!transfer || !http_transfer_set(transfer, call)) {
        *result = (struct http_result){.error = "the call could not be made"};
    } else {
        http_transfer_end(transfer, curl_easy_perform(transfer->curl), result);
    }
    if (transfer) {
        http_transfer_free(transfer);
    }
}

/* ---- many ---- */

static void set_multi(CURLM *multi, const struct http_client_options *options) {
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)options->connections_max);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)options->host_connections_max);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)options->connections_max);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
}

struct http_client *http_client_open(const struct http_client_options *options) {
    curl_once();
    struct http_client *client = calloc(1, sizeof *client);
    CURLM *multi = client ? curl_multi_init() : NULL;
    if (!multi) {
        log_error("could not prepare for calling webhooks: out of memory");
        free(client);
        return NULL;
    }
    client->options = *options;
    client->multi = multi;
    set_multi(multi, options);
    return client;
}

static void free_idle(struct http_client *client) {
    while (client->idle) {
        struct http_transfer *next = client->idle->next;
        http_transfer_free(client->idle);
        client->idle = next;
    }
}

static void link_on_way(struct http_client *client, struct http_transfer *transfer) {
    transfer->previous_on_way = NULL;
    transfer->next_on_way = client->on_way;
    if (client->on_way) {
        client->on_way->previous_on_way = transfer;
    }
    client->on_way = transfer;
    client->on_way_count++;
}

static void unlink_on_way(struct http_client *client, struct http_transfer *transfer) {
    if (transfer->previous_on_way) {
        transfer->previous_on_way->next_on_way = transfer->next_on_way;
    } else {
        client->on_way = transfer->next_on_way;
    }
    if (transfer->next_on_way) {
        transfer->next_on_way->previous_on_way = transfer->previous_on_way;
    }
    client->on_way_count--;
}

static void put_aside(struct http_client *client, struct http_transfer *transfer) {
    transfer->next = client->idle;
    client->idle = transfer;
}

void http_client_break_off(struct http_client *client) {
    while (client->on_way) {
        struct http_transfer *transfer = client->on_way;
        curl_multi_remove_handle(client->multi, transfer->curl);
        unlink_on_way(client, transfer);
        put_aside(client, transfer);
    }
}

void http_client_close(struct http_client *client) {
    http_client_break_off(client);
    free_idle(client);
    curl_multi_cleanup(client->multi);
    free(client);
}

static struct http_transfer *take_idle(struct http_client *client) {
    struct http_transfer *transfer = client->idle;
    if (!transfer) {
        return http_transfer_new(&client->options);
    }
    client->idle = transfer->next;
    return transfer;
}

bool http_client_begin(struct http_client *client, const struct http_call *call, void *tag) {
    struct http_transfer *transfer = take_idle(client);
    if (!transfer) {
        return false;
    }
    transfer->tag = tag;
    if (!http_transfer_set(transfer, call) ||
        curl_multi_add_handle(client->multi, transfer->curl) != CURLM_OK) {
        put_aside(client, transfer);
        return false;
    }
    link_on_way(client, transfer);
    return true;
}

void http_client_wait(struct http_client *client, int wait_ms) {
    int running = 0;
    curl_multi_perform(client->multi, &running);
    if (running < client->on_way_count) {
        return; /* some have ended, and nothing more may happen */
    }
    curl_multi_poll(client->multi, NULL, 0, wait_ms, NULL);
    curl_multi_perform(client->multi, &running);
}

void http_client_wake(struct http_client *client) {
    curl_multi_wakeup(client->multi);
}

static const CURLMsg *next_end(struct http_client *client) {
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(client->multi, &left);
    while (message && message->msg != CURLMSG_DONE) {
        message = curl_multi_info_read(client->multi, &left);
    }
    return message;
}

void *http_client_next(struct http_client *client, struct http_result *result) {
    const CURLMsg *message = next_end(client);
    if (!message) {
        return NULL;
    }
    struct http_transfer *transfer = NULL;
    CURLcode code = message->data.result; /* the message goes with the handle */
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    curl_multi_remove_handle(client->multi, transfer->curl);
    http_transfer_end(transfer, code, result);
    unlink_on_way(client, transfer);
    put_aside(client, transfer);
    return transfer->tag;
}
