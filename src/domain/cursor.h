/* Where a list goes on: opaque to the client, bound to its account and its filters, and signed. */
#ifndef DOMAIN_CURSOR_H
#define DOMAIN_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"
#include "domain/token.h"

#define CURSOR_FILTER_BYTES 16
#define CURSOR_TEXT_SIZE    96 /* with the NUL */

struct cursor {
    int64_t account_id;
    unsigned char filter_hash[CURSOR_FILTER_BYTES]; /* of all that decides what is listed */
    int64_t time_us;                                /* of the last item given */
    struct uuid id;                                 /* of the last item given */
};

/* The hash of a filter's canonical text. */
void cursor_filter_hash(const char *filter, unsigned char hash[CURSOR_FILTER_BYTES]);

/* URL-safe text without padding. */
void cursor_format(const struct cursor *cursor, const struct signing_key *key,
                   char text[CURSOR_TEXT_SIZE]);

/* The id of the key that text claims to be signed with, or -1 when it is not a cursor at all. */
int cursor_key_id(const char *text);

/* False, leaving *cursor alone, unless text was made by cursor_format with this key. */
bool cursor_parse(const char *text, const struct signing_key *key, struct cursor *cursor);

#endif
