/* How often a key may ask /v1, and a customer's address the public pages. */
#ifndef HTTP_LIMITS_H
#define HTTP_LIMITS_H

#include <stdbool.h>

struct exchange;
struct response;

/* Each counts the request and is true, with the 429 to answer, when it is one too many. A request
 * counts as one whatever it holds: one array of 1,000 answers costs less than 1,000 requests. */
bool key_limit_refuses(struct exchange *exchange, struct response *refusal);

/* Pages are the public routes below /s/, /l/ and /u/. Addresses in IPv6 count by their /64. A
 * trusted proxy that names nobody is not limited: that would be all customers at once. */
bool page_limit_refuses(struct exchange *exchange, struct response *refusal);

/* Keys that were looked up in vain, by the same addresses: past the limit no key is looked up for
 * one. Keys that are cached go on. */
bool unknown_key_limit_refuses(struct exchange *exchange, struct response *refusal);
void limits_note_unknown_key(const struct exchange *exchange);

/* Adds RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-11) where the request's
 * key was counted. */
void limits_tell(const struct exchange *exchange, struct response *response);

#endif
