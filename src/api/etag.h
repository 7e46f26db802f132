/* Entity tags of answers that are made anew for each request. */
#ifndef API_ETAG_H
#define API_ETAG_H

#include <stdbool.h>
#include <stddef.h>

#define ETAG_SIZE 35 /* quotes, 32 hex digits, NUL */

/* A hash of the bytes, in quotes. */
void etag_of(const void *bytes, size_t length, char etag[ETAG_SIZE]);

/* True when an If-None-Match header (NULL: none was sent) names etag, by weak comparison, or is *.
 */
bool etag_matches(const char *if_none_match, const char *etag);

#endif
