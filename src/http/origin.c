#include "http/origin.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/array.h"

#define PORT_DIGITS_MAX 5

static bool starts_with(const struct word *word, const char *start) {
    size_t length = strlen(start);
    return word->length > length && memcmp(word->text, start, length) == 0;
}

static size_t name_length(const char *text, size_t length) {
    size_t at = 0;
    while (at < length && (islower((unsigned char)text[at]) || isdigit((unsigned char)text[at]) ||
                           text[at] == '-' || text[at] == '.' || text[at] == '_')) {
        at++;
    }
    return at;
}

static size_t bracketed_length(const char *text, size_t length) {
    const char *close = memchr(text, ']', length);
    if (!close || close - text < 3) {
        return 0;
    }
    for (const char *at = text + 1; at < close; at++) {
        if (*at != ':' && *at != '.' && !isdigit((unsigned char)*at) &&
            !(*at >= 'a' && *at <= 'f')) {
            return 0;
        }
    }
    return (size_t)(close - text) + 1;
}

static bool port_is_sound(const char *text, size_t length, const char *usual) {
    bool is_usual = length == strlen(usual) && memcmp(text, usual, length) == 0;
    if (length < 1 || length > PORT_DIGITS_MAX || text[0] == '0' || is_usual) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!isdigit((unsigned char)text[i])) {
            return false;
        }
    }
    return true;
}

bool origin_is_sound(const struct word *word) {
    static const struct {
        const char *scheme;
        const char *port;
    } schemes[] = {{"http://", "80"}, {"https://", "443"}};
    for (size_t i = 0; i < COUNT(schemes); i++) {
        if (!starts_with(word, schemes[i].scheme)) {
            continue;
        }
        const char *host = word->text + strlen(schemes[i].scheme);
        size_t length = word->length - strlen(schemes[i].scheme);
        size_t end = *host == '[' ? bracketed_length(host, length) : name_length(host, length);
        return end > 0 && (end == length ||
                           (host[end] == ':' &&
                            port_is_sound(host + end + 1, length - end - 1, schemes[i].port)));
    }
    return false;
}
