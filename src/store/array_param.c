#include "store/array_param.h"

#include "base/time.h"

static void begin_element(struct text *array) {
    text_append_char(array, array->length ? ',' : '{');
}

static void append_null(struct text *array) {
    begin_element(array);
    text_append(array, "NULL");
}

static void append_quoted(struct text *array, const char *text) {
    begin_element(array);
    text_append_char(array, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            text_append_char(array, '\\');
        }
        text_append_char(array, *text);
    }
    text_append_char(array, '"');
}

void array_append_text(struct text *array, const char *text) {
    text ? append_quoted(array, text) : append_null(array);
}

void array_append_int(struct text *array, int64_t value) {
    begin_element(array);
    text_append_int(array, value);
}

void array_append_decimal_if(struct text *array, bool known, double value) {
    if (!known) {
        append_null(array);
        return;
    }
    begin_element(array);
    text_append_decimal(array, value);
}

void array_append_uuid(struct text *array, const struct uuid *uuid) {
    char text[UUID_TEXT_SIZE];
    if (!uuid) {
        append_null(array);
        return;
    }
    uuid_format(uuid, text);
    begin_element(array);
    text_append(array, text);
}

void array_append_time(struct text *array, int64_t time_us) {
    char text[TIME_TEXT_SIZE];
    time_format(time_us, text);
    begin_element(array);
    text_append(array, text);
}

void array_append_bytes(struct text *array, const unsigned char *bytes, size_t length) {
    static const char digits[] = "0123456789abcdef";
    begin_element(array);
    text_append(array, "\"\\\\x");
    for (size_t i = 0; i < length; i++) {
        text_append_char(array, digits[bytes[i] >> 4]);
        text_append_char(array, digits[bytes[i] & 0xf]);
    }
    text_append_char(array, '"');
}

void params_array(struct params *params, struct text *array) {
    text_append(array, array->length ? "}" : "{}");
    if (array->failed) {
        params->failed = true;
    } else {
        params_copy(params, array->bytes);
    }
}
