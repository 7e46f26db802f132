#include "store/params.h"

#include <endian.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"

#define FIRST_CAPACITY 64U
#define NUMBER_BYTES   24U
#define DECIMALS       4
#define DECIMALS_SCALE 10000

/* length bytes that live until params_reset; NULL when out of memory. */
static char *take_bytes(struct params *params, size_t length) {
    char *bytes = arena_take(&params->arena, length);
    if (!bytes) {
        params->failed = true;
    }
    return bytes;
}

static bool grow(struct params *params) {
    size_t capacity = params->capacity ? params->capacity * 2 : FIRST_CAPACITY;
    const char **values = realloc(params->values, capacity * sizeof *values);
    params->values = values ? values : params->values;
    int *lengths = realloc(params->lengths, capacity * sizeof *lengths);
    params->lengths = lengths ? lengths : params->lengths;
    int *formats = realloc(params->formats, capacity * sizeof *formats);
    params->formats = formats ? formats : params->formats;
    if (!values || !lengths || !formats) {
        params->failed = true;
        return false;
    }
    params->capacity = capacity;
    return true;
}

static void append(struct params *params, const char *value, int length, int format) {
    if (params->count == params->capacity && !grow(params)) {
        return;
    }
    params->values[params->count] = value;
    params->lengths[params->count] = length;
    params->formats[params->count++] = format;
}

void params_text(struct params *params, const char *lent) {
    append(params, lent, 0, 0);
}

void params_binary(struct params *params, const void *bytes, size_t length) {
    char *copy = take_bytes(params, length);
    if (copy) {
        memcpy(copy, bytes, length);
        append(params, copy, (int)length, 1);
    }
}

void params_timestamptz(struct params *params, int64_t time_us) {
    if (time_us == TIME_NONE) {
        params_text(params, NULL);
        return;
    }
    uint64_t wire = htobe64((uint64_t)(time_us - POSTGRES_EPOCH_US));
    params_binary(params, &wire, sizeof wire);
}

void params_uuid_binary(struct params *params, const struct uuid *uuid) {
    params_binary(params, uuid->bytes, sizeof uuid->bytes);
}

void params_copy(struct params *params, const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = take_bytes(params, size);
    if (copy) {
        memcpy(copy, text, size);
    }
    params_text(params, copy);
}

static void append_number(struct params *params, int64_t value) {
    char *digits = take_bytes(params, NUMBER_BYTES);
    if (!digits) {
        return;
    }
    char *first = digits + NUMBER_BYTES - 1;
    *first = '\0';
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--first = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0) {
        *--first = '-';
    }
    params_text(params, first);
}

void params_int(struct params *params, int64_t value) {
    static const char *const small[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"};
    if (value >= 0 && value < (int64_t)COUNT(small)) {
        params_text(params, small[value]);
    } else {
        append_number(params, value);
    }
}

void params_int_unless(struct params *params, int64_t value, int64_t none) {
    if (value == none) {
        params_text(params, NULL);
    } else {
        params_int(params, value);
    }
}

void params_time(struct params *params, int64_t time_us) {
    char *text = time_us == TIME_NONE ? NULL : take_bytes(params, TIME_TEXT_SIZE);
    if (text) {
        time_format(time_us, text);
    }
    params_text(params, text);
}

void params_uuid(struct params *params, const struct uuid *uuid) {
    char *text = take_bytes(params, UUID_TEXT_SIZE);
    if (text) {
        uuid_format(uuid, text);
    }
    params_text(params, text);
}

void params_bytes(struct params *params, const unsigned char *bytes, size_t length) {
    static const char digits[] = "0123456789abcdef";
    char *text = take_bytes(params, 2 * length + 3);
    if (text) {
        text[0] = '\\';
        text[1] = 'x';
        for (size_t i = 0; i < length; i++) {
            text[2 + 2 * i] = digits[bytes[i] >> 4];
            text[3 + 2 * i] = digits[bytes[i] & 0xf];
        }
        text[2 + 2 * length] = '\0';
    }
    params_text(params, text);
}

static char *append_quoted(char *at, const char *text) {
    *at++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            *at++ = '\\';
        }
        *at++ = *text;
    }
    *at++ = '"';
    return at;
}

void params_texts(struct params *params, char *const texts[], size_t count) {
    size_t length = 3;
    for (size_t i = 0; i < count; i++) {
        length += 2 * strlen(texts[i]) + 3;
    }
    char *array = take_bytes(params, length);
    if (!array) {
        return;
    }
    char *at = array;
    *at++ = '{';
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            *at++ = ',';
        }
        at = append_quoted(at, texts[i]);
    }
    *at++ = '}';
    *at = '\0';
    params_text(params, array);
}

void params_milli(struct params *params, int64_t milli) {
    char *text = take_bytes(params, NUMBER_BYTES + 4);
    if (text) {
        int64_t whole = milli / 1000;
        int64_t rest = milli % 1000;
        snprintf(text, NUMBER_BYTES + 4, "%s%lld.%03lld", milli < 0 ? "-" : "",
                 (long long)(whole < 0 ? -whole : whole), (long long)(rest < 0 ? -rest : rest));
    }
    params_text(params, text);
}

void params_decimal_if(struct params *params, bool known, double value) {
    char *text = known ? take_bytes(params, NUMBER_BYTES + DECIMALS) : NULL;
    long long scaled = llround(fabs(value) * DECIMALS_SCALE);
    if (text) {
        snprintf(text, NUMBER_BYTES + DECIMALS, "%s%lld.%04lld", value < 0 ? "-" : "",
                 scaled / DECIMALS_SCALE, scaled % DECIMALS_SCALE);
    }
    params_text(params, text);
}

bool params_ready(const struct params *params) {
    return !params->failed;
}

struct db_params params_from(const struct params *params, size_t first, size_t count) {
    return (struct db_params){
        .count = count,
        .values = params->values + first,
        .lengths = params->lengths + first,
        .formats = params->formats + first,
    };
}

void params_reset(struct params *params) {
    arena_reset(&params->arena);
    params->count = 0;
    params->failed = false;
}

void params_clear(struct params *params) {
    arena_clear(&params->arena);
    free(params->values);
    free(params->lengths);
    free(params->formats);
    *params = (struct params){0};
}
