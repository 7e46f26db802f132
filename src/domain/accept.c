#include "domain/accept.h"

#include <string.h>
#include <strings.h>

#define QUALITY_MAX 1000

enum match { NO_MATCH, ANY_TYPE, ANY_SUBTYPE, EXACT };

static size_t skip_spaces(const char *text, size_t at, size_t end) {
    while (at < end && (text[at] == ' ' || text[at] == '\t')) {
        at++;
    }
    return at;
}

/* "0.5" as thousandths; anything that is no number between 0 and 1 counts as 1. */
static int read_quality(const char *text, size_t length) {
    if (length == 0 || (text[0] != '0' && text[0] != '1') || (length > 1 && text[1] != '.')) {
        return QUALITY_MAX;
    }
    int quality = text[0] == '1' ? QUALITY_MAX : 0;
    int unit = QUALITY_MAX / 10;
    for (size_t i = 2; i < length && text[i] >= '0' && text[i] <= '9'; i++, unit /= 10) {
        quality += (text[i] - '0') * unit;
    }
    return quality > QUALITY_MAX ? QUALITY_MAX : quality;
}

/* The q of a range's parameters, which start at the first semicolon. */
static int find_quality(const char *range, size_t at, size_t end) {
    while (at < end) {
        at = skip_spaces(range, at + 1, end);
        size_t stop = at;
        while (stop < end && range[stop] != ';') {
            stop++;
        }
        if (stop - at >= 2 && (range[at] | 0x20) == 'q' && range[at + 1] == '=') {
            return read_quality(range + at + 2, stop - at - 2);
        }
        at = stop;
    }
    return QUALITY_MAX;
}

static enum match match_type(const char *range, size_t length, const char *type) {
    size_t slash = (size_t)(strchr(type, '/') - type);
    if (length == 3 && memcmp(range, "*/*", 3) == 0) {
        return ANY_TYPE;
    }
    if (length == slash + 2 && range[length - 1] == '*' &&
        strncasecmp(range, type, slash + 1) == 0) {
        return ANY_SUBTYPE;
    }
    return length == strlen(type) && strncasecmp(range, type, length) == 0 ? EXACT : NO_MATCH;
}

/* How much type is wanted: the quality of the most specific range that names it. */
static int quality_of(const char *accept, const char *type) {
    enum match best = NO_MATCH;
    int quality = 0;
    size_t end;
    for (size_t at = 0; accept[at]; at = end + (accept[end] == ',')) {
        end = at + strcspn(accept + at, ",");
        size_t first = skip_spaces(accept, at, end);
        size_t name_end = first + strcspn(accept + first, ";, \t");
        size_t params = first + strcspn(accept + first, ";,");
        enum match match = match_type(accept + first, name_end - first, type);
        if (match > best) {
            best = match;
            quality = find_quality(accept, params, end);
        }
    }
    return quality;
}

int choose_media_type(const char *accept, const char *const types[], size_t count) {
    if (!accept || accept[strspn(accept, " \t")] == '\0') {
        return 0;
    }
    int chosen = -1;
    int best = 0;
    for (size_t i = 0; i < count; i++) {
        int quality = quality_of(accept, types[i]);
        if (quality > best) {
            best = quality;
            chosen = (int)i;
        }
    }
    return chosen;
}
