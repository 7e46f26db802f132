#include "http/form.h"

#include <string.h>

/* The length of the sequence that starts with lead, or 0; *low and *high bound its second byte. */
static size_t sequence_length(unsigned char lead, unsigned char *low, unsigned char *high) {
    *low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    *high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        return 2;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
        return 3;
    }
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/* The length of the well-formed sequence that at starts with, or 0. */
static size_t valid_sequence(const unsigned char *at, size_t left) {
    unsigned char low;
    unsigned char high;
    size_t count = sequence_length(*at, &low, &high);
    if (count > left) {
        return 0;
    }
    for (size_t i = 1; i < count; i++) {
        if (at[i] < low || at[i] > high) {
            return 0;
        }
        low = 0x80;
        high = 0xbf;
    }
    return count;
}

bool utf8_valid(const char *bytes, size_t length) {
    const unsigned char *at = (const unsigned char *)bytes;
    while (length > 0) {
        size_t count = valid_sequence(at, length);
        if (count == 0) {
            return false;
        }
        at += count;
        length -= count;
    }
    return true;
}

static int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The byte that at spells ("%41"), or -1. */
static int escaped_byte(const char *at) {
    int high = hex_value(at[1]);
    int low = high < 0 ? -1 : hex_value(at[2]);
    return low < 0 ? -1 : high << 4 | low;
}

static void plus_to_space(char *text) {
    while ((text = strchr(text, '+'))) {
        *text = ' ';
    }
}

bool percent_decode(char *text, bool plus_is_space) {
    if (plus_is_space) {
        plus_to_space(text);
    }
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (*from != '%') {
            *to++ = *from;
            continue;
        }
        int byte = escaped_byte(from);
        if (byte <= 0) {
            return false;
        }
        *to++ = (char)(unsigned char)byte;
        from += 2;
    }
    *to = '\0';
    return utf8_valid(text, (size_t)(to - text));
}

/* Cuts text at the first separator; what follows it, or NULL. */
static char *cut(char *text, char separator) {
    char *at = strchr(text, separator);
    if (!at) {
        return NULL;
    }
    *at = '\0';
    return at + 1;
}

static bool read_pair(char *pair, struct request_param *param) {
    char *value = cut(pair, '=');
    *param = (struct request_param){pair, value ? value : ""};
    return percent_decode(pair, true) && (!value || percent_decode(value, true));
}

static const char *split(char *text, struct request_param params[], size_t most,
                         const char *too_many, size_t *count) {
    *count = 0;
    char *next;
    for (char *pair = text; pair; pair = next) {
        next = cut(pair, '&');
        if (!*pair) {
            continue;
        }
        if (*count == most) {
            return too_many;
        }
        if (!read_pair(pair, &params[(*count)++])) {
            return "a parameter is not percent-encoded UTF-8 without NUL";
        }
    }
    return NULL;
}

const char *query_objection(char *text, struct request_param params[QUERY_PARAMS_MAX],
                            size_t *count) {
    return split(text, params, QUERY_PARAMS_MAX, "more than 64 parameters", count);
}

const char *form_objection(char *text, struct request_param params[FORM_PARAMS_MAX],
                           size_t *count) {
    return split(text, params, FORM_PARAMS_MAX, "more than 256 fields", count);
}
