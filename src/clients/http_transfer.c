/* One HTTP call: how curl is set, where it may connect to, how much of an answer is read. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/time.h"
#include "clients/http_parts.h"
#include "domain/public_address.h"

#define CONNECT_TIMEOUT_MS 10000 /* at most; the whole call's may be less */
#define CONNECTION_LIFE_S  300   /* names may mean other addresses by then */
#define CONNECTION_IDLE_S  60
#define BODY_PATIENCE_US   (3 * US_PER_SECOND) /* the status is known: the rest is for curiosity */

#define USER_AGENT "Understood/" UNDERSTOOD_VERSION

/* ---- what curl calls ---- */

static bool may_call(struct http_transfer *transfer, const struct sockaddr *address) {
    if (address_may_be_called(address, transfer->options->listed, transfer->encrypted)) {
        return true;
    }
    transfer->refusal = address_is_public(address) ? HTTP_NOT_ENCRYPTED : HTTP_NOT_PUBLIC;
    return false;
}

/* The address that is really connected to: whatever the URL spells, and whatever its name meant a
 * moment ago. */
static curl_socket_t open_socket(void *context, curlsocktype purpose,
                                 struct curl_sockaddr *address) {
    struct http_transfer *transfer = context;
    if (purpose != CURLSOCKTYPE_IPCXN || !may_call(transfer, &address->addr)) {
        return CURL_SOCKET_BAD;
    }
    transfer->opened = true;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static bool may_call_ip(struct http_transfer *transfer, const char *ip) {
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, ip, &four.sin_addr) == 1) {
        return may_call(transfer, (const struct sockaddr *)&four);
    }
    return inet_pton(AF_INET6, ip, &six.sin6_addr) == 1 &&
           may_call(transfer, (const struct sockaddr *)&six);
}

/* Connections that are used again opened no socket. */
/* NOLINTBEGIN(readability-non-const-parameter): as curl declares it */
static int before_request(void *context, char *remote_ip, char *local_ip, int remote_port,
                          int local_port) {
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    return may_call_ip(context, remote_ip) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}
/* NOLINTEND(readability-non-const-parameter) */

static bool is_head_end(const char *line, size_t length) {
    return length == 0 || line[0] == '\r' || line[0] == '\n';
}

/* After a head of 1xx another follows. */
static size_t take_head(char *line, size_t size, size_t count, void *context) {
    struct http_transfer *transfer = context;
    size_t length = size * count;
    long status = 0;
    transfer->head_bytes += length;
    if (is_head_end(line, length) && !transfer->headed_us) {
        curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
        transfer->headed_us = status >= 200 ? time_monotonic_us() : 0;
    }
    return transfer->head_bytes <= HTTP_ANSWER_BYTES_READ ? length : 0;
}

/* Fewer than came: curl breaks the transfer off. */
static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
    struct http_transfer *transfer = context;
    size_t length = size * count;
    if (transfer->body_bytes < sizeof transfer->body) {
        size_t room = sizeof transfer->body - transfer->body_bytes;
        memcpy(transfer->body + transfer->body_bytes, bytes, length < room ? length : room);
    }
    transfer->body_bytes += length;
    return transfer->body_bytes < HTTP_ANSWER_BYTES_READ ? length : 0;
}

static int check_patience(void *context, curl_off_t total, curl_off_t now, curl_off_t upload_total,
                          curl_off_t upload_now) {
    (void)total;
    (void)now;
    (void)upload_total;
    (void)upload_now;
    const struct http_transfer *transfer = context;
    return transfer->headed_us && time_monotonic_us() - transfer->headed_us > BODY_PATIENCE_US;
}

/* ---- how curl is set ---- */

static void set_limits(CURL *curl, const struct http_client_options *options) {
    long timeout_ms = (long)options->timeout_ms;
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     timeout_ms < CONNECT_TIMEOUT_MS ? timeout_ms : CONNECT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_MAXLIFETIME_CONN, (long)CONNECTION_LIFE_S);
    curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, (long)CONNECTION_IDLE_S);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    /* Else whoever gives up on a name waits for its resolver, and all others with it. */
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
}

static void set_reach(CURL *curl, const struct http_client_options *options) {
    bool plain = options->listed->count > 0;
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, plain ? "https,http" : "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* nor one of the environment */
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, USER_AGENT);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (*options->ca_file) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
}

static void set_callbacks(struct http_transfer *transfer) {
    CURL *curl = transfer->curl;
    curl_easy_setopt(curl, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->complaint);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(curl, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, check_patience);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
}

struct http_transfer *http_transfer_new(const struct http_client_options *options) {
    struct http_transfer *transfer = calloc(1, sizeof *transfer);
    CURL *curl = transfer ? curl_easy_init() : NULL;
    if (!curl) {
        free(transfer);
        return NULL;
    }
    transfer->curl = curl;
    transfer->options = options;
    set_limits(curl, options);
    set_reach(curl, options);
    set_callbacks(transfer);
    return transfer;
}

void http_transfer_free(struct http_transfer *transfer) {
    curl_easy_cleanup(transfer->curl);
    curl_slist_free_all(transfer->headers);
    free(transfer);
}

/* ---- one call ---- */

/* False when out of memory: the list is then as it was. */
static bool add_header(struct http_transfer *transfer, const char *line) {
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);
    if (longer) {
        transfer->headers = longer;
    }
    return longer != NULL;
}

static bool add_headers(struct http_transfer *transfer, const struct http_call *call) {
    bool added = add_header(transfer, "Content-Type: application/json") &&
                 add_header(transfer, "Expect:"); /* else curl waits for leave to send */
    for (size_t i = 0; added && i < call->header_count; i++) {
        CLEANUP(text_clear) struct text line = {0};
        const struct http_header *header = &call->headers[i];
        /* curl sends an empty one when its name ends in a semicolon. */
        text_append_format(&line, "%s%s%s", header->name, *header->value ? ": " : ";",
                           header->value);
        added = !line.failed && add_header(transfer, line.bytes);
    }
    return added;
}

static void forget(struct http_transfer *transfer) {
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    transfer->host[0] = transfer->complaint[0] = '\0';
    transfer->refusal = HTTP_NOT_REFUSED;
    transfer->opened = false;
    transfer->headed_us = 0;
    transfer->head_bytes = transfer->body_bytes = 0;
}

bool http_transfer_set(struct http_transfer *transfer, const struct http_call *call) {
    CURL *curl = transfer->curl;
    forget(transfer);
    transfer->begun_us = time_monotonic_us();
    if (!http_read_url(call->url, transfer->host, &transfer->encrypted) ||
        !add_headers(transfer, call)) {
        return false;
    }
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_length);
    return curl_easy_setopt(curl, CURLOPT_URL, call->url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK;
}

static void take_answer(const struct http_transfer *transfer, struct http_result *result) {
    long status = 0;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->curl, CURLINFO_RETRY_AFTER, &retry_after_s);
    result->status = (int)status;
    result->retry_after_s = retry_after_s > 0 ? retry_after_s : 0;
    size_t kept = transfer->body_bytes;
    http_clean(transfer->body, kept < sizeof transfer->body ? kept : sizeof transfer->body,
               result->answer, sizeof result->answer);
}

void http_transfer_end(struct http_transfer *transfer, CURLcode code, struct http_result *result) {
    *result = (struct http_result){
        .latency_ms = (time_monotonic_us() - transfer->begun_us) / 1000,
    };
    if (transfer->headed_us) {
        result->latency_ms = (transfer->headed_us - transfer->begun_us) / 1000;
        take_answer(transfer, result);
    } else {
        http_describe(transfer, code, result->error);
    }
    curl_easy_setopt(transfer->curl, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(transfer->curl, CURLOPT_HTTPHEADER, NULL);
    forget(transfer);
}
