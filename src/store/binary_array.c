#include "store/binary_array.h"

#include <endian.h>
#include <string.h>

#include "base/cleanup.h"

void binary_array_clear(struct binary_array *array) {
    text_clear(&array->elements);
    array->count = 0;
}

static void append_length(struct text *text, size_t length) {
    uint32_t wire = htobe32((uint32_t)length);
    text_append_bytes(text, &wire, sizeof wire);
}

static void append(struct binary_array *array, const void *bytes, size_t length) {
    append_length(&array->elements, length);
    text_append_bytes(&array->elements, bytes, length);
    array->count++;
}

void binary_array_append_text(struct binary_array *array, const char *text) {
    append(array, text, strlen(text));
}

void binary_array_append_uuid(struct binary_array *array, const struct uuid *uuid) {
    append(array, uuid->bytes, sizeof uuid->bytes);
}

void binary_array_append_bigint(struct binary_array *array, int64_t value) {
    uint64_t wire = htobe64((uint64_t)value);
    append(array, &wire, sizeof wire);
}

void binary_array_append_smallint(struct binary_array *array, int value) {
    uint16_t wire = htobe16((uint16_t)value);
    append(array, &wire, sizeof wire);
}

void binary_array_append_time(struct binary_array *array, int64_t time_us) {
    binary_array_append_bigint(array, time_us - POSTGRES_EPOCH_US);
}

/* As array_recv reads it: dimensions, whether there are NULLs, the type; for the one dimension its
 * size and first index; the elements, each after its length. */
void params_binary_array(struct params *params, enum element_type type,
                         struct binary_array *array) {
    CLEANUP(text_clear) struct text wire = {0};
    append_length(&wire, array->count ? 1 : 0);
    append_length(&wire, 0);
    append_length(&wire, type);
    if (array->count) {
        append_length(&wire, array->count);
        append_length(&wire, 1);
        text_append_bytes(&wire, array->elements.bytes, array->elements.length);
    }
    if (wire.failed || array->elements.failed) {
        params->failed = true;
    } else {
        params_binary(params, wire.bytes, wire.length);
    }
}
