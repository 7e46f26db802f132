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

bool utf8_valid(const char *bytes, size_t length) {
    const unsigned char *at = (const unsigned char *)bytes;
    const unsigned char *end = at + length;
    while (at < end) {
        unsigned char low;
        unsigned char high;
        size_t count = sequence_length(*at, &low, &high);
        if (count == 0 || count > (size_t)(end - at)) {
            return false;
        }
        for (size_t i = 1; i < count; i++) {
            if (at[i] < low || at[i] > high) {
                return false;
            }
            low = 0x80;
            high = 0xbf;
        }
        at += count;
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

bool percent_decode(char *text, bool plus_is_space) {
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (*from != '%') {
            *to++ = plus_is_space && *from == '+' ? ' ' : *from;
            continue;
        }
        int byte = escaped_byte(from);
        if (byte <= 0) {
            return false;
        }
        *to++ = (char)byte;
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

const char *form_objection(char *text, struct request_param params[QUERY_PARAMS_MAX],
                           size_t *count) {
    static char empty[1] = "";
    *count = 0;
    for (char *pair = text; pair;) {
        char *next = cut(pair, '&');
        if (*pair) {
            if (*count == QUERY_PARAMS_MAX) {
                return "more than 64 parameters";
            }
            char *value = cut(pair, '=');
            if (!percent_decode(pair, true) || (value && !percent_decode(value, true))) {
                return "a parameter is not percent-encoded UTF-8 without NUL";
            }
            params[(*count)++] = (struct request_param){pair, value ? value : empty};
        }
        pair = next;
    }
    return NULL;
}
