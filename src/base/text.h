/* A growing string with a ceiling. Failure is sticky: append freely, check `failed` once at the
 * end. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *
        bytes; /* owned; NUL-terminated once anything was appended; may be NULL while length is 0 */
    size_t length;
    size_t capacity;
    size_t bytes_max; /* 0 means TEXT_BYTES_MAX_DEFAULT */
    bool failed;      /* out of memory or over bytes_max; what was there is kept */
};

#define TEXT_BYTES_MAX_DEFAULT (64U << 20)

void text_clear(struct text *text);
void text_append(struct text *text, const char *string);
void text_append_bytes(struct text *text, const void *bytes, size_t length);
void text_append_char(struct text *text, char character);
void text_append_int(struct text *text, int64_t value);
/* With six decimals at most, as short as it goes; |value| below 10^12. */
void text_append_decimal(struct text *text, double value);
void text_append_format(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends string as a JSON string with its quotes; invalid UTF-8 must not reach it. NULL becomes
 * null. */
void text_append_json(struct text *text, const char *string);

/* Appends string with & < > " ' as HTML entities; safe in element content and quoted attributes. */
void text_append_html(struct text *text, const char *string);

/* Appends string as one segment, or one value, of a URL: only what RFC 3986 calls unreserved stays
 * as it is. */
void text_append_percent_encoded(struct text *text, const char *string);

/* Appends / and name, escaped: one step of a JSON Pointer (RFC 6901). */
void text_append_pointer_step(struct text *text, const char *name);

/* True when UTF-8 has C0, DEL or C1 characters; line breaks and tabs are none when multi_line. */
bool text_has_control(const char *utf8, bool multi_line);

/* True when there is nothing but blanks, tabs and line breaks, or nothing at all. */
bool text_is_blank(const char *string);

/* Gives the bytes away (the caller frees them) and empties text; NULL when it failed. An empty text
 * gives "". */
char *text_take(struct text *text);

#endif
