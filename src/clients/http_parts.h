/* What the files of the HTTP client share. */
#ifndef CLIENTS_HTTP_PARTS_H
#define CLIENTS_HTTP_PARTS_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clients/http_client.h"

#define HTTP_HOST_SIZE 256

/* Why no socket was opened. */
enum http_refusal {
    HTTP_NOT_REFUSED,
    HTTP_NOT_PUBLIC,
    HTTP_NOT_ENCRYPTED,
};

/* One call; its handle is used again by later ones. */
struct http_transfer {
    CURL *curl;                                /* owned */
    const struct http_client_options *options; /* lent */
    void *tag;
    struct curl_slist *headers; /* owned */
    char host[HTTP_HOST_SIZE];  /* with the port, where the URL has one */
    bool encrypted;
    enum http_refusal refusal;
    bool opened; /* a socket, at least */
    int64_t begun_us;
    int64_t headed_us; /* when the head of the answer was whole; 0: not yet */
    size_t head_bytes;
    size_t body_bytes;
    char body[HTTP_ANSWER_SIZE - 1]; /* its first bytes */
    char complaint[CURL_ERROR_SIZE];
    struct http_transfer *next; /* among those that are idle */
    struct http_transfer *previous_on_way;
    struct http_transfer *next_on_way;
};

/* ---- http_transfer.c ---- */

/* NULL when out of memory. */
struct http_transfer *http_transfer_new(const struct http_client_options *options);
void http_transfer_free(struct http_transfer *transfer);

/* Makes transfer's handle ready for the call; false when out of memory, or it cannot be one. */
bool http_transfer_set(struct http_transfer *transfer, const struct http_call *call);

/* Says how it ended, by curl's code, and lets go of what the call lent. */
void http_transfer_end(struct http_transfer *transfer, CURLcode code, struct http_result *result);

/* ---- http_url.c ---- */

/* Whom a URL calls, with the port where it names one; false when it is none. */
bool http_read_url(const char *text, char host[HTTP_HOST_SIZE], bool *encrypted);

/* ---- http_words.c ---- */

/* What went wrong, for people. */
void http_describe(const struct http_transfer *transfer, CURLcode code,
                   char words[HTTP_ERROR_SIZE]);

/* Bytes as UTF-8: what is none, and what is no character to be seen, becomes '?' or a blank. */
void http_clean(const char *bytes, size_t length, char *text, size_t size);

#endif
