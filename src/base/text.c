#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 256U
#define DECIMALS_SCALE 1000000

void text_clear(struct text *text) {
    free(text->bytes);
    *text = (struct text){.bytes_max = text->bytes_max};
}

/* Room for length more bytes and the terminating NUL. */
static bool make_room(struct text *text, size_t length) {
    size_t limit = text->bytes_max ? text->bytes_max : TEXT_BYTES_MAX_DEFAULT;
    if (text->failed || length > limit - text->length) {
        text->failed = true;
        return false;
    }
    size_t needed = text->length + length + 1;
    if (needed <= text->capacity) {
        return true;
    }
    size_t capacity = text->capacity ? text->capacity : FIRST_CAPACITY;
    while (capacity < needed) {
        capacity *= 2;
    }
    char *grown = realloc(text->bytes, capacity);
    if (!grown) {
        text->failed = true;
        return false;
    }
    text->bytes = grown;
    text->capacity = capacity;
    return true;
}

void text_append_bytes(struct text *text, const void *bytes, size_t length) {
    if (length == 0 || !make_room(text, length)) {
        return;
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_append(struct text *text, const char *string) {
    text_append_bytes(text, string, strlen(string));
}

void text_append_char(struct text *text, char character) {
    text_append_bytes(text, &character, 1);
}

void text_append_int(struct text *text, int64_t value) {
    char digits[24];
    char *first = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--first = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0) {
        *--first = '-';
    }
    text_append_bytes(text, first, (size_t)(digits + sizeof digits - first));
}

void text_append_decimal(struct text *text, double value) {
    int64_t scaled = llround(value * DECIMALS_SCALE);
    int64_t magnitude = scaled < 0 ? -scaled : scaled;
    if (scaled < 0) {
        text_append_char(text, '-');
    }
    text_append_int(text, magnitude / DECIMALS_SCALE);
    int64_t rest = magnitude % DECIMALS_SCALE;
    if (rest) {
        text_append_char(text, '.');
    }
    for (int64_t place = DECIMALS_SCALE / 10; rest; place /= 10) {
        text_append_char(text, (char)('0' + rest / place));
        rest %= place;
    }
}

void text_append_format(struct text *text, const char *format, ...) {
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length >= 0 && make_room(text, (size_t)length)) {
        vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

static void append_json_escape(struct text *text, unsigned char character) {
    switch (character) {
    case '"':
        text_append(text, "\\\"");
        break;
    case '\\':
        text_append(text, "\\\\");
        break;
    case '\n':
        text_append(text, "\\n");
        break;
    case '\r':
        text_append(text, "\\r");
        break;
    case '\t':
        text_append(text, "\\t");
        break;
    default:
        text_append_format(text, "\\u%04x", character);
    }
}

static bool plain_in_json(unsigned char character) {
    return character >= 0x20 && character != '"' && character != '\\';
}

void text_append_json(struct text *text, const char *string) {
    if (!string) {
        text_append(text, "null");
        return;
    }
    text_append_char(text, '"');
    const char *run = string;
    const char *at = string;
    for (; *at; at++) {
        if (plain_in_json((unsigned char)*at)) {
            continue;
        }
        text_append_bytes(text, run, (size_t)(at - run));
        append_json_escape(text, (unsigned char)*at);
        run = at + 1;
    }
    text_append_bytes(text, run, (size_t)(at - run));
    text_append_char(text, '"');
}

static const char *html_entity(char character) {
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void text_append_html(struct text *text, const char *string) {
    const char *run = string;
    const char *at = string;
    for (; *at; at++) {
        const char *entity = html_entity(*at);
        if (!entity) {
            continue;
        }
        text_append_bytes(text, run, (size_t)(at - run));
        text_append(text, entity);
        run = at + 1;
    }
    text_append_bytes(text, run, (size_t)(at - run));
}

void text_append_percent_encoded(struct text *text, const char *string) {
    for (; *string; string++) {
        unsigned char byte = (unsigned char)*string;
        bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
        bool digit = byte >= '0' && byte <= '9';
        if (letter || digit || strchr("-._~", byte)) {
            text_append_char(text, (char)byte);
        } else {
            text_append_format(text, "%%%02X", byte);
        }
    }
}

void text_append_pointer_step(struct text *text, const char *name) {
    text_append_char(text, '/');
    for (; *name; name++) {
        if (*name == '~' || *name == '/') {
            text_append(text, *name == '~' ? "~0" : "~1");
        } else {
            text_append_char(text, *name);
        }
    }
}

char *text_take(struct text *text) {
    if (text->failed) {
        return NULL;
    }
    char *bytes = text->bytes ? text->bytes : calloc(1, 1);
    text->bytes = NULL;
    text_clear(text);
    return bytes;
}

/* C0, DEL and C1, whose two bytes in UTF-8 are c2 80..9f. */
static bool is_control(const char *at, bool multi_line) {
    unsigned char byte = (unsigned char)*at;
    if (byte < 0x20) {
        return !multi_line || !(byte == '\n' || byte == '\r' || byte == '\t');
    }
    return byte == 0x7f || (byte == 0xc2 && (unsigned char)at[1] < 0xa0);
}

bool text_has_control(const char *utf8, bool multi_line) {
    for (; *utf8; utf8++) {
        if (is_control(utf8, multi_line)) {
            return true;
        }
    }
    return false;
}

bool text_is_blank(const char *string) {
    return string[strspn(string, " \t\r\n")] == '\0';
}
