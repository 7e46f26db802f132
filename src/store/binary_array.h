/* PostgreSQL arrays as binary parameters, which cost it less than literals: for what is sent with
 * every answer. Append the elements to an empty array, then params_binary_array. */
#ifndef STORE_BINARY_ARRAY_H
#define STORE_BINARY_ARRAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "base/uuid.h"
#include "store/params.h"

struct binary_array {
    struct text elements;
    size_t count;
};

void binary_array_clear(struct binary_array *array);

/* None of them is NULL, and those of one array are of one type. */
void binary_array_append_text(struct binary_array *array, const char *text);
void binary_array_append_uuid(struct binary_array *array, const struct uuid *uuid);
void binary_array_append_bigint(struct binary_array *array, int64_t value);
void binary_array_append_smallint(struct binary_array *array, int value);
void binary_array_append_time(struct binary_array *array, int64_t time_us); /* timestamptz */

/* The elements' type, by its number in PostgreSQL's pg_type. */
enum element_type {
    ELEMENT_BIGINT = 20,
    ELEMENT_SMALLINT = 21,
    ELEMENT_TEXT = 25,
    ELEMENT_TIMESTAMPTZ = 1184,
    ELEMENT_UUID = 2950,
};

/* Ends the array and appends it, copied, as the next parameter. */
void params_binary_array(struct params *params, enum element_type type, struct binary_array *array);

#endif
