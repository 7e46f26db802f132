/* Accept and Content-Type (RFC 9110 12.5.1, 8.3). */
#ifndef HTTP_ACCEPT_H
#define HTTP_ACCEPT_H

#include <stdbool.h>

#define QUALITY_MAX 1000

/* How a media type fares: by the most specific range that matches it. */
struct accepted {
    int specificity; /* 0 none, 1 any, 2 type/any, 3 exact */
    int quality;     /* 0..QUALITY_MAX */
};

#define ACCEPTED_NOTHING ((struct accepted){0, 0})

/* Updates *best with what one Accept header says about media_type. Malformed ranges are skipped. */
void accept_consider(const char *accept, const char *media_type, struct accepted *best);

/* The q of the range that starts at range and ends at end, in thousandths; QUALITY_MAX without one,
 * 0 when it cannot be read. */
int accept_quality(const char *range, const char *end);

/* True when content_type is media_type, whatever its parameters; charset must be UTF-8. */
bool content_type_is(const char *content_type, const char *media_type);

#endif
