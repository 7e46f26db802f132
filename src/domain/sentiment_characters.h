/* Code points of a comment, and what they are to the tokens. */
#ifndef DOMAIN_SENTIMENT_CHARACTERS_H
#define DOMAIN_SENTIMENT_CHARACTERS_H

#include <stdbool.h>
#include <stdint.h>

struct sentiment_character {
    uint32_t code; /* 0 at the end */
    const unsigned char *end;
    const unsigned char *next; /* the next one that can be seen: variation selectors, accents that
                                  combine and spaces without width are passed over */
};

/* For any character; at is before end. */
struct sentiment_character sentiment_decode(const unsigned char *at, const unsigned char *end);

static inline struct sentiment_character sentiment_character_at(const unsigned char *at,
                                                                const unsigned char *end) {
    if (at >= end) {
        return (struct sentiment_character){0, at, at};
    }
    if (*at < 0x80 && (end - at == 1 || at[1] < 0x80)) {
        return (struct sentiment_character){*at, at + 1, at + 1};
    }
    return sentiment_decode(at, end);
}

#define SENTIMENT_UNSEEN_FROM 0xCC /* the first byte of any that cannot be seen */

const unsigned char *sentiment_skip_beyond_ascii(const unsigned char *at, const unsigned char *end);

/* The first that can be seen. */
static inline const unsigned char *sentiment_skip_unseen(const unsigned char *at,
                                                         const unsigned char *end) {
    return at < end && *at >= SENTIMENT_UNSEEN_FROM ? sentiment_skip_beyond_ascii(at, end) : at;
}

static inline bool sentiment_between(uint32_t code, uint32_t first, uint32_t last) {
    return code - first <= last - first;
}

/* Digits and Latin letters, also accented ones. */
static inline bool sentiment_is_word(uint32_t code) {
    return sentiment_between(code | 0x20, 'a', 'z') || sentiment_between(code, '0', '9') ||
           (sentiment_between(code, 0xC0, 0x24F) && code != 0xD7 && code != 0xF7);
}

bool sentiment_is_symbol(uint32_t code);
bool sentiment_is_apostrophe(uint32_t code);

/* A letter of another script. */
bool sentiment_is_foreign(uint32_t code);

#endif
