/* What is wrong with a request's head, decided by its bytes alone: libmicrohttpd's parser is not
 * strict enough (reference/stack.md 1.3). */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <stddef.h>

#include "http/request.h"

#define TARGET_BYTES_MAX 4096
#define HEADERS_MAX      64

struct head {
    const char *method;
    const char *target; /* raw, as it was sent; NULL when there was none */
    const char *version;
    const struct request_header *headers;
    size_t header_count;
};

/* Why a request is refused before anybody looks at what it asks for. */
struct refusal {
    unsigned status;
    const char *code;
    const char *detail;
};

/* The first thing wrong with head, or NULL. Whoever is refused here must be disconnected: where its
 * next request begins cannot be known. */
const struct refusal *guard_objection(const struct head *head);

/* The path and query of an absolute-form target ("http://host/a?b" gives "/a?b"); any other target
 * as it is. */
const char *target_origin_form(const char *target);

#endif
