#include "domain/sentiment_characters.h"

#include <stddef.h>

#define NOT_UTF8 0xFFFD

static bool is_unseen(uint32_t code) {
    return sentiment_between(code, 0x300, 0x36F) || sentiment_between(code, 0x200B, 0x200F) ||
           sentiment_between(code, 0x2060, 0x206F) || sentiment_between(code, 0xFE00, 0xFE0F) ||
           code == 0xFEFF || sentiment_between(code, 0x1F3FB, 0x1F3FF);
}

static size_t length_by_first(unsigned char first) {
    return first < 0x80    ? 1
           : first < 0xC2  ? 0
           : first < 0xE0  ? 2
           : first < 0xF0  ? 3
           : first <= 0xF4 ? 4
                           : 0;
}

/* The length of what is at; 1, and NOT_UTF8, where it is none. */
static size_t decode(const unsigned char *at, const unsigned char *end, uint32_t *code) {
    size_t length = length_by_first(*at);
    *code = NOT_UTF8;
    if (length == 0 || (size_t)(end - at) < length) {
        return 1;
    }
    uint32_t decoded = length == 1 ? *at : *at & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return 1;
        }
        decoded = decoded << 6 | (at[i] & 0x3FU);
    }
    *code = decoded;
    return length;
}

const unsigned char *sentiment_skip_beyond_ascii(const unsigned char *at,
                                                 const unsigned char *end) {
    while (at < end && *at >= SENTIMENT_UNSEEN_FROM) {
        uint32_t code;
        size_t length = decode(at, end, &code);
        if (!is_unseen(code)) {
            break;
        }
        at += length;
    }
    return at;
}

struct sentiment_character sentiment_decode(const unsigned char *at, const unsigned char *end) {
    struct sentiment_character character;
    character.end = at + decode(at, end, &character.code);
    character.next = sentiment_skip_unseen(character.end, end);
    return character;
}

bool sentiment_is_symbol(uint32_t code) {
    if (code < 0x80) {
        return sentiment_between(code, '!', '~') && !sentiment_is_word(code);
    }
    return sentiment_between(code, 0xA1, 0xBF) || code == 0xD7 || code == 0xF7 ||
           sentiment_between(code, 0x20A0, 0x2BFF) || sentiment_between(code, 0x1F000, 0x1FAFF);
}

bool sentiment_is_apostrophe(uint32_t code) {
    return code == '\'' || code == 0x2019 || code == 0x2BC || code == 0xFF07;
}

bool sentiment_is_foreign(uint32_t code) {
    return (sentiment_between(code, 0x250, 0x1FFF) && !is_unseen(code) && code != 0x2BC) ||
           sentiment_between(code, 0x2C00, 0xFDFF) ||
           (sentiment_between(code, 0xFE70, 0xFFEF) && code != 0xFEFF && code != 0xFF07) ||
           (code >= 0x10000 && !sentiment_is_symbol(code));
}
