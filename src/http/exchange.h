/* Answering a request from another thread. */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include <stdint.h>

#include "http/response.h"

struct app;
struct exchange;

/* Keeps the exchange, with its request, alive past the handler that returns respond_later(). */
struct exchange *exchange_keep(struct exchange *exchange);

/* Gives the exchange back without an answer (one was given elsewhere). */
void exchange_drop(struct exchange *exchange);

/*
 * Answers the request and gives the exchange back; from any thread. Takes ownership of response.
 * When the deadline already answered (503), response is discarded.
 */
void exchange_answer(struct exchange *exchange, struct response response);

/* What its handler was given. */
struct app *exchange_app(const struct exchange *exchange);

/* When the server gives up and answers 503 itself; monotonic microseconds. */
int64_t exchange_deadline_us(const struct exchange *exchange);

#endif
