/* The checks between the guard and the handler, in their order. Each stores what it objects to in
 * exchange->refusal and then returns true. */
#ifndef HTTP_CHECKS_H
#define HTTP_CHECKS_H

#include <stdbool.h>

struct exchange;

/* 404, 405 with Allow, 501, and the answer to OPTIONS; fills request.route and its path parameters.
 */
bool route_refuses(struct exchange *exchange);

/* 401, 403, 429, 503; fills request.principal. Without may_block it sets authorization_unknown, and
 * does not refuse, when the key is not cached. */
bool scope_refuses(struct exchange *exchange, bool may_block);

/* 406, 415, 411, 413, and a query that cannot be decoded. */
bool media_refuses(struct exchange *exchange);

/* A body that is not the JSON or form that the route needs. */
bool body_refuses(struct exchange *exchange);

#endif
