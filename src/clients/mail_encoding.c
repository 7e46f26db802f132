#include "clients/mail_encoding.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#define LINE_BYTES_MAX    76
#define HEADER_BYTES_MAX  78
#define BASE64_LINE_BYTES 57 /* become 76 */
#define WORD_COLUMNS_MAX  60 /* of one encoded word without its marks, which are 12 */
#define FEW               3  /* one in so many may be beyond ASCII in what is "mostly ASCII" */

static const char hex_digits[] = "0123456789ABCDEF";

static bool is_ascii(unsigned char byte) {
    return byte < 0x80;
}

static bool mostly_ascii(const char *text) {
    size_t beyond = 0;
    size_t length = 0;
    for (; text[length]; length++) {
        beyond += !is_ascii((unsigned char)text[length]);
    }
    return beyond * FEW <= length;
}

static void append_hex(struct text *out, unsigned char byte) {
    text_append_char(out, '=');
    text_append_char(out, hex_digits[byte >> 4]);
    text_append_char(out, hex_digits[byte & 15]);
}

/* Appends 3 bytes or fewer as 4 characters. */
static void append_base64(struct text *out, const char *bytes, size_t length) {
    char encoded[sodium_base64_ENCODED_LEN(BASE64_LINE_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(encoded, sizeof encoded, (const unsigned char *)bytes, length,
                      sodium_base64_VARIANT_ORIGINAL);
    text_append(out, encoded);
}

/* ---- bodies ---- */

enum mail_encoding mail_encoding_for(const char *body) {
    return mostly_ascii(body) ? MAIL_QUOTED_PRINTABLE : MAIL_BASE64;
}

const char *mail_encoding_name(enum mail_encoding encoding) {
    return encoding == MAIL_BASE64 ? "base64" : "quoted-printable";
}

/* The bytes of the line end at this place, or 0. */
static size_t line_end(const char *at) {
    return *at == '\n' ? 1 : at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

/* A blank before a line end would be lost on the way. */
static bool is_literal(const char *at) {
    unsigned char byte = (unsigned char)*at;
    if (byte == ' ' || byte == '\t') {
        return at[1] != '\0' && line_end(at + 1) == 0;
    }
    return byte > ' ' && byte < 0x7f && byte != '=';
}

static void append_quoted_printable(struct text *out, const char *body) {
    size_t column = 0;
    for (const char *at = body; *at;) {
        size_t end = line_end(at);
        if (end) {
            text_append(out, "\r\n");
            column = 0;
            at += end;
            continue;
        }
        bool literal = is_literal(at);
        size_t width = literal ? 1 : 3;
        if (column + width >= LINE_BYTES_MAX) {
            text_append(out, "=\r\n");
            column = 0;
        }
        if (literal) {
            text_append_char(out, *at);
        } else {
            append_hex(out, (unsigned char)*at);
        }
        column += width;
        at++;
    }
    text_append(out, column ? "\r\n" : "");
}

/* Base64 is of the lines as they are on the way, which end in CRLF. */
static void append_canonical(struct text *out, const char *body) {
    for (const char *at = body; *at;) {
        size_t end = line_end(at);
        text_append_bytes(out, end ? "\r\n" : at, end ? 2 : 1);
        at += end ? end : 1;
    }
}

static void append_base64_lines(struct text *out, const char *body) {
    struct text canonical = {0};
    append_canonical(&canonical, body);
    for (size_t done = 0; done < canonical.length; done += BASE64_LINE_BYTES) {
        size_t left = canonical.length - done;
        append_base64(out, canonical.bytes + done,
                      left < BASE64_LINE_BYTES ? left : BASE64_LINE_BYTES);
        text_append(out, "\r\n");
    }
    out->failed = out->failed || canonical.failed;
    text_clear(&canonical);
}

void mail_append_body(struct text *out, enum mail_encoding encoding, const char *body) {
    if (encoding == MAIL_BASE64) {
        append_base64_lines(out, body);
    } else {
        append_quoted_printable(out, body);
    }
}

/* ---- headers ---- */

/* The bytes of the character at this place; at most 4, whatever they are. */
static size_t character_length(const char *at) {
    size_t length = 1;
    while (length < 4 && ((unsigned char)at[length] & 0xc0) == 0x80) {
        length++;
    }
    return length;
}

/* What Q leaves as it is also in a name before an address (RFC 2047 5.3). */
static bool is_plain_in_q(unsigned char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || (byte && strchr("!*+-/", byte));
}

static size_t columns_in_q(const char *at, size_t length) {
    size_t columns = 0;
    for (size_t i = 0; i < length; i++) {
        columns += is_plain_in_q((unsigned char)at[i]) || at[i] == ' ' ? 1 : 3;
    }
    return columns;
}

static void append_q(struct text *out, const char *at, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (at[i] == ' ') {
            text_append_char(out, '_');
        } else if (is_plain_in_q((unsigned char)at[i])) {
            text_append_char(out, at[i]);
        } else {
            append_hex(out, (unsigned char)at[i]);
        }
    }
}

/* How many bytes, whole characters, go into an encoded word of so many columns; at least one
 * character does. */
static size_t word_length(const char *text, bool in_q, size_t columns_max) {
    size_t length = 0;
    size_t columns = 0;
    while (text[length]) {
        size_t character = character_length(text + length);
        columns = in_q ? columns + columns_in_q(text + length, character)
                       : (length + character + 2) / 3 * 4;
        if (length > 0 && columns > columns_max) {
            break;
        }
        length += character;
    }
    return length;
}

/* Blanks between encoded words do not count, so each begins a line but the first. */
static void append_encoded_words(struct text *out, const char *text, size_t column) {
    bool in_q = mostly_ascii(text);
    size_t columns_max = column < WORD_COLUMNS_MAX ? WORD_COLUMNS_MAX - column : 0;
    const char *before = "";
    while (*text) {
        size_t length = word_length(text, in_q, columns_max);
        text_append_format(out, "%s=?UTF-8?%c?", before, in_q ? 'Q' : 'B');
        if (in_q) {
            append_q(out, text, length);
        } else {
            append_base64(out, text, length);
        }
        text_append(out, "?=");
        text += length;
        before = "\r\n ";
        columns_max = WORD_COLUMNS_MAX;
    }
}

/* Without control characters and blanks at the ends, which no reader shows or keeps. */
static void append_clean(struct text *out, const char *text) {
    text += strspn(text, " \t\r\n");
    text_append(out, "");
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        text_append_char(out, (char)(byte < ' ' || byte == 0x7f ? ' ' : byte));
    }
    while (out->length > 0 && out->bytes[out->length - 1] == ' ') {
        out->bytes[--out->length] = '\0';
    }
}

static bool is_short_ascii(const struct text *text, size_t column) {
    for (size_t i = 0; i < text->length; i++) {
        if (!is_ascii((unsigned char)text->bytes[i])) {
            return false;
        }
    }
    return column + text->length <= HEADER_BYTES_MAX;
}

void mail_append_words(struct text *out, const char *words, size_t column) {
    struct text clean = {0};
    append_clean(&clean, words);
    out->failed = out->failed || clean.failed;
    if (clean.length == 0 || (is_short_ascii(&clean, column) && !strstr(clean.bytes, "=?"))) {
        text_append_bytes(out, clean.bytes, clean.length);
    } else {
        append_encoded_words(out, clean.bytes, column);
    }
    text_clear(&clean);
}

static void append_quoted(struct text *out, const struct text *name) {
    text_append_char(out, '"');
    for (size_t i = 0; i < name->length; i++) {
        if (name->bytes[i] == '"' || name->bytes[i] == '\\') {
            text_append_char(out, '\\');
        }
        text_append_char(out, name->bytes[i]);
    }
    text_append_char(out, '"');
}

void mail_append_name(struct text *out, const char *name, size_t column) {
    struct text clean = {0};
    append_clean(&clean, name);
    out->failed = out->failed || clean.failed;
    if (clean.length == 0) {
        text_append(out, "\"\"");
    } else if (is_short_ascii(&clean, column) && !strstr(clean.bytes, "=?")) {
        append_quoted(out, &clean);
    } else {
        append_encoded_words(out, clean.bytes, column);
    }
    text_clear(&clean);
}
