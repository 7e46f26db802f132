/*
 * Cross-origin requests (the Fetch standard): scripts of the configured origins may use /v1, with a
 * key they send themselves; never with cookies, which we have none of. All other origins' scripts
 * get no header, and so no answer.
 */
#ifndef HTTP_CORS_H
#define HTTP_CORS_H

#include <stdbool.h>

struct exchange;
struct response;

/* True for a request below /v1 while there are configured origins. */
bool cors_applies(const struct exchange *exchange);

/* Adds to an OPTIONS answer what the origin's scripts may send; methods as in Allow. */
void cors_permit(const struct exchange *exchange, const char *methods, struct response *response);

/* Adds to any answer who may read it and what of it. */
void cors_expose(const struct exchange *exchange, struct response *response);

#endif
