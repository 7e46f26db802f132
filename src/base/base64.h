/* Base64 (RFC 4648) read strictly: only its own digits, no spare bits, no text after it. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

enum base64 {
    BASE64_STANDARD, /* section 4: + and /, padded */
    BASE64_URL,      /* section 5: - and _, not padded */
};

/* Decodes text into at most size bytes and says how many there were; false when it is no base64 of
 * that kind, or longer. bytes are then undefined. */
bool base64_decode(const char *text, enum base64 kind, void *bytes, size_t size, size_t *length);

/* The same for texts of one length, as our own tokens are. */
bool base64_decode_exactly(const char *text, enum base64 kind, void *bytes, size_t size);

#endif
