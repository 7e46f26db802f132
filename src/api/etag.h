/* Entity tags of answers that are made anew for each request. */
#ifndef API_ETAG_H
#define API_ETAG_H

#include <stdbool.h>
#include <stddef.h>

#include "http/request.h"

#define ETAG_SIZE 35 /* quotes, 32 hex digits, NUL */

/* A hash of the bytes, in quotes. */
void etag_of(const void *bytes, size_t length, char etag[ETAG_SIZE]);

/* True when an If-None-Match header (NULL: none was sent) names etag, by weak comparison, or is *.
 */
bool etag_matches(const char *if_none_match, const char *etag);

/*
 * False, for 412, when the request's If-Match or If-None-Match forbids to change what has etag
 * (NULL: what is not there yet), as RFC 9110 13.1 has it: If-Match compares strongly, * stands for
 * anything that is there.
 */
bool preconditions_hold(const struct request *request, const char *etag);

/* True when the request has one of the two. */
bool has_preconditions(const struct request *request);

#endif
