/* HTTP calls to servers that others have chosen: webhooks. http_*.c alone know how; mail has its
 * own. */
#ifndef CLIENTS_HTTP_CLIENT_H
#define CLIENTS_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ip_networks;

#define HTTP_ERROR_SIZE  300
#define HTTP_ANSWER_SIZE 513 /* of what is kept of an answer, with the NUL */
#define HTTP_ANSWER_BYTES_READ                                                                     \
    ((size_t)64 * 1024) /* of an answer's body: then it is broken off                              \
                         */

struct http_client_options {
    const struct ip_networks *listed; /* private ones that may be called; lent, as all here */
    const char *ca_file;              /* "": the system's */
    int64_t timeout_ms;               /* of a whole call; connecting has at most 10 s of it */
    size_t connections_max;           /* open at once; for a single call of no matter */
    size_t host_connections_max;
};

struct http_header {
    const char *name;
    const char *value;
};

/* A POST of JSON. All of it is lent, until the call is begun. */
struct http_call {
    const char *url;
    const struct http_header *headers;
    size_t header_count;
    const char *body; /* lent until the call has ended */
    size_t body_length;
};

struct http_result {
    int status; /* 0: no answer came */
    int64_t latency_ms;
    int64_t retry_after_s;         /* from now on; 0: it does not ask for a pause */
    char error[HTTP_ERROR_SIZE];   /* without an answer: what went wrong, where; one line of ASCII.
                                      Never the path, a secret or a header's value. */
    char answer[HTTP_ANSWER_SIZE]; /* the first bytes of its body, as UTF-8 without controls */
};

/*
 * Makes one call, waiting for its end. Only public addresses are called, over https, and those that
 * are listed, over http as well: decided on the address that is connected to. No proxy, no
 * redirect, no cookie. An answer whose head came whole is one, whatever became of its body.
 */
void http_client_call(const struct http_client_options *options, const struct http_call *call,
                      struct http_result *result);

/* A number for the host and port that url names, the same for all that name it. */
uint64_t http_host_hash(const char *url);

/* ---- many at once, by one thread ---- */

struct http_client;

/* NULL, logged, when out of memory. *options is copied; what it lends must outlive the client. */
struct http_client *http_client_open(const struct http_client_options *options);

/* Breaks off what is on its way: http_client_next does not name it any more. */
void http_client_break_off(struct http_client *client);
void http_client_close(struct http_client *client);

/* Begins a call that http_client_next will name by its tag; false when out of memory. Connections
 * beyond the client's limits wait for one another, and their time runs meanwhile: begin no more. */
bool http_client_begin(struct http_client *client, const struct http_call *call, void *tag);

/* Moves all calls on and waits until something happens, at most wait_ms. */
void http_client_wait(struct http_client *client, int wait_ms);

/* From any thread: http_client_wait returns at once, or does so the next time. */
void http_client_wake(struct http_client *client);

/* One call that has ended, each once; NULL: none for now. */
void *http_client_next(struct http_client *client, struct http_result *result);

#endif
