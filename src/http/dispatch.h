/* From a request to its answer: the order of the checks, and which thread runs the handler. */
#ifndef HTTP_DISPATCH_H
#define HTTP_DISPATCH_H

#include <stdbool.h>

#include "http/guard.h"

struct exchange;

/* With the head alone: true to go on reading the body, false when exchange->response must be sent
 * now and the connection closed. */
bool dispatch_head(struct exchange *exchange, const struct head *head);

/* With the whole request: true when exchange->response is ready, false when the exchange was
 * suspended and somebody will answer it. */
bool dispatch_whole(struct exchange *exchange);

#endif
