#include "store/survey_reading.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

void reading_object(struct reading *reading, const char *parent, const char *name,
                    const char *detail) {
    CLEANUP(text_clear) struct text pointer = {0};
    text_append(&pointer, parent);
    if (name) {
        text_append_pointer_step(&pointer, name);
    }
    json_t *mistake =
        json_pack("{s:s, s:s}", "pointer", pointer.bytes ? pointer.bytes : "", "detail", detail);
    reading->out_of_memory |= json_array_append_new(reading->errors, mistake) != 0;
}

static bool is_among(const char *name, const char *const known[], size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, known[i]) == 0) {
            return true;
        }
    }
    return false;
}

void reading_object_to_unknown(struct reading *reading, const json_t *item, const char *pointer,
                               const char *const known[], size_t count) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)item, name, value) {
        if (!is_among(name, known, count)) {
            reading_object(reading, pointer, name, "is not known");
        }
    }
}

const char *reading_text_objection(const json_t *value, size_t bytes_max) {
    const char *text = json_string_value(value);
    if (!text) {
        return "must be a string";
    }
    if (text_is_blank(text)) {
        return "must not be blank";
    }
    for (const char *at = text; *at; at++) {
        if (((unsigned char)*at < 0x20 && *at != '\n') || *at == 0x7f) {
            return "must not contain control characters";
        }
    }
    return strlen(text) > bytes_max ? "is too long" : NULL;
}

void reading_copy_text(struct reading *reading, const char *text, char **copy) {
    free(*copy);
    *copy = strdup(text);
    reading->out_of_memory |= !*copy;
}
