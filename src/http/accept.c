#include "http/accept.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define BLANK " \t"

/* The specificity with which range (length bytes) covers media_type; 0 when it does not. */
static int range_specificity(const char *range, size_t length, const char *media_type) {
    if (length == 3 && memcmp(range, "*/*", 3) == 0) {
        return 1;
    }
    size_t type_length = strcspn(media_type, "/") + 1;
    if (length == type_length + 1 && range[length - 1] == '*' &&
        strncasecmp(range, media_type, type_length) == 0) {
        return 2;
    }
    return length == strlen(media_type) && strncasecmp(range, media_type, length) == 0 ? 3 : 0;
}

/* "1", "0.75", "0.001" in thousandths. */
static int parse_quality(const char *text) {
    if (*text == '1') {
        return QUALITY_MAX;
    }
    int quality = 0;
    int unit = 100;
    if (text[0] == '0' && text[1] == '.') {
        for (text += 2; isdigit((unsigned char)*text) && unit > 0; text++, unit /= 10) {
            quality += (*text - '0') * unit;
        }
    }
    return quality;
}

int accept_quality(const char *range, const char *end) {
    const char *at = memchr(range, ';', (size_t)(end - range));
    while (at && at < end) {
        at += 1 + strspn(at + 1, BLANK);
        if (strncasecmp(at, "q=", 2) == 0) {
            return parse_quality(at + 2);
        }
        at = memchr(at, ';', (size_t)(end - at));
    }
    return QUALITY_MAX;
}

void accept_consider(const char *accept, const char *media_type, struct accepted *best) {
    const char *range = accept;
    while (*range) {
        range += strspn(range, BLANK ",");
        const char *end = range + strcspn(range, ",");
        int specificity = range_specificity(range, strcspn(range, "; \t,"), media_type);
        if (specificity > best->specificity) {
            *best = (struct accepted){specificity, accept_quality(range, end)};
        }
        range = end;
    }
}

static bool charset_is_utf8(const char *parameters) {
    const char *charset = strcasestr(parameters, "charset=");
    if (!charset) {
        return true;
    }
    charset += strlen("charset=");
    charset += *charset == '"';
    return strncasecmp(charset, "utf-8", 5) == 0 && !isalnum((unsigned char)charset[5]);
}

bool content_type_is(const char *content_type, const char *media_type) {
    size_t length = strcspn(content_type, "; \t");
    return length == strlen(media_type) && strncasecmp(content_type, media_type, length) == 0 &&
           charset_is_utf8(content_type + length);
}
