#include "api/json_pointer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define DETAIL_SIZE 400

const char *json_pointer_objection(const char *text) {
    if (*text && *text != '/') {
        return "is no JSON Pointer: it must begin with / (\"/ticket/id\"), or be empty";
    }
    for (const char *tilde = strchr(text, '~'); tilde; tilde = strchr(tilde + 1, '~')) {
        if (tilde[1] != '0' && tilde[1] != '1') {
            return "is no JSON Pointer: ~ is written ~0, and / inside a name ~1";
        }
    }
    return strlen(text) > JSON_POINTER_BYTES_MAX ? "has more than 500 bytes" : NULL;
}

/* Without the escapes, and with its end. */
static void read_step(const char *at, size_t length, char step[JSON_POINTER_BYTES_MAX + 1]) {
    const char *end = at + length;
    char *write = step;
    for (; at < end && write < step + JSON_POINTER_BYTES_MAX; at++, write++) {
        *write = *at;
        if (*at == '~' && at + 1 < end && *++at == '1') {
            *write = '/';
        }
    }
    *write = '\0';
}

/* RFC 6901 4: no sign and no leading zeros; "-" names what is after the last. */
static const json_t *element_at(const json_t *array, const char *step) {
    int64_t index;
    bool plain = strspn(step, "0123456789") == strlen(step) && (step[0] != '0' || step[1] == '\0');
    return plain && parse_int(step, 0, INT32_MAX, &index) ? json_array_get(array, (size_t)index)
                                                          : NULL;
}

const json_t *json_pointer_get(const json_t *document, const char *pointer) {
    while (document && *pointer == '/') {
        char step[JSON_POINTER_BYTES_MAX + 1];
        size_t length = strcspn(pointer + 1, "/");
        read_step(pointer + 1, length, step);
        document =
            json_is_array(document) ? element_at(document, step) : json_object_get(document, step);
        pointer += 1 + length;
    }
    return document;
}

size_t pointer_enter(struct text *pointer, const char *name) {
    size_t length = pointer->length;
    text_append_pointer_step(pointer, name);
    return length;
}

size_t pointer_enter_index(struct text *pointer, size_t index) {
    size_t length = pointer->length;
    text_append_char(pointer, '/');
    text_append_int(pointer, (int64_t)index);
    return length;
}

void pointer_leave(struct text *pointer, size_t length) {
    if (pointer->bytes && length <= pointer->length) {
        pointer->length = length;
        pointer->bytes[length] = '\0';
    }
}

void pointer_mistake(struct mistakes *mistakes, const struct text *pointer, const char *detail,
                     ...) {
    char text[DETAIL_SIZE];
    va_list args;
    va_start(args, detail);
    vsnprintf(text, sizeof text, detail, args);
    va_end(args);
    mistakes->out_of_memory |= pointer->failed;
    mistakes_add(mistakes, pointer->bytes ? pointer->bytes : "", "%s", text);
}
