/* UUIDv7 (RFC 9562 5.7), made in this process and ordered within it. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UUID_BYTES     16
#define UUID_TEXT_SIZE 37 /* with the NUL */

struct uuid {
    unsigned char bytes[UUID_BYTES];
};

/* A new id; later calls in this process compare greater, also when the clock steps back. */
struct uuid uuid_new(void);

/* The id that always comes of this time and these bytes, of which it keeps 74 bits: give it a hash.
 * Times that it cannot hold become the first or last it can. */
struct uuid uuid_at(int64_t time_us, const unsigned char bytes[UUID_BYTES]);

void uuid_format(const struct uuid *uuid, char text[UUID_TEXT_SIZE]);

/* Reads the 36-character form, either case; leaves *uuid alone unless all of text is one. */
bool uuid_parse(const char *text, struct uuid *uuid);

#endif
