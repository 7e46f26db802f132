/* Which of our media types a client would rather have (RFC 9110 12.5.1). */
#ifndef DOMAIN_ACCEPT_H
#define DOMAIN_ACCEPT_H

#include <stddef.h>

/* The index of the type that accept (a header's value, NULL meaning anything) likes best, the
 * earlier one when it likes two the same; -1 when it takes none of them. */
int choose_media_type(const char *accept, const char *const types[], size_t count);

#endif
