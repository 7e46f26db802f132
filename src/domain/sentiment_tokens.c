#include "domain/sentiment_tokens.h"

#include <string.h>

#include "domain/sentiment_characters.h"

#define MARKS_KEPT_MAX 3

/* Of ASCII the letters in lower case, and digits; 0 for the rest. */
static const unsigned char lowered[256] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6',
    ['7'] = '7', ['8'] = '8', ['9'] = '9', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd',
    ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k',
    ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r',
    ['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y',
    ['z'] = 'z', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f',
    ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm',
    ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't',
    ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z'};

/* What a character of ASCII can be. */
enum role { BREAKS = 1, EYES = 2, NOSE = 4, MOUTH = 8 };

static const unsigned char roles[0x80] = {
    ['.'] = BREAKS,         [','] = BREAKS,         [';'] = BREAKS | EYES,  [':'] = BREAKS | EYES,
    ['('] = BREAKS | MOUTH, [')'] = BREAKS | MOUTH, ['['] = BREAKS | MOUTH, [']'] = BREAKS | MOUTH,
    ['{'] = BREAKS,         ['}'] = BREAKS,         ['='] = EYES,           ['-'] = NOSE,
    ['\''] = NOSE,          ['/'] = MOUTH,          ['\\'] = MOUTH,         ['|'] = MOUTH,
    ['*'] = MOUTH,          ['$'] = MOUTH,          ['@'] = MOUTH,          ['D'] = MOUTH,
    ['P'] = MOUTH,          ['p'] = MOUTH,          ['O'] = MOUTH,          ['o'] = MOUTH,
    ['3'] = MOUTH};

uint32_t sentiment_hash(const char *text, size_t length) {
    uint32_t hash = SENTIMENT_HASH_BASIS;
    for (size_t i = 0; i < length; i++) {
        hash = sentiment_hash_on(hash, text[i]);
    }
    return hash;
}

void sentiment_reader_init(struct sentiment_reader *reader, const char *text, size_t length) {
    const unsigned char *begin = (const unsigned char *)text;
    *reader = (struct sentiment_reader){.begin = begin, .end = begin + length};
    reader->at = sentiment_skip_unseen(begin, reader->end);
}

static inline struct sentiment_character character_at(const struct sentiment_reader *reader,
                                                      const unsigned char *at) {
    return sentiment_character_at(at, reader->end);
}

static void end_token(struct sentiment_reader *reader, struct sentiment_token *token,
                      const struct sentiment_character *last) {
    token->end = (size_t)(last->end - reader->begin);
    reader->at = last->next;
    reader->before = last->code;
}

/* A third one of the same letter, and what is beyond the longest word, is left out. */
static void add_letter(struct sentiment_token *token, const char *letter, size_t length) {
    char *end = token->text + token->length;
    if (token->length + length > SENTIMENT_WORD_BYTES_MAX) {
        return;
    }
    if (token->length >= 2 * length && memcmp(end - length, letter, length) == 0 &&
        memcmp(end - 2 * length, letter, length) == 0) {
        return;
    }
    memcpy(end, letter, length);
    token->length += (unsigned)length;
}

/* From U+00C0 to U+024F: two bytes each. */
static void add_accented(struct sentiment_token *token, uint32_t code) {
    uint32_t lower = code <= 0xDE ? code + 32 : code;
    char letter[2] = {(char)(0xC0 | lower >> 6), (char)(0x80 | (lower & 0x3F))};
    add_letter(token, letter, sizeof letter);
}

static bool add_character(struct sentiment_reader *reader, struct sentiment_token *token,
                          const struct sentiment_character *character) {
    uint32_t code = character->code;
    if (code < 0x80 && lowered[code]) {
        add_letter(token, (const char *)&lowered[code], 1);
        reader->latin += code > '9';
        return true;
    }
    if (code >= 0x80 && sentiment_is_word(code)) {
        add_accented(token, code);
        reader->latin++;
        return true;
    }
    if (sentiment_is_apostrophe(code) && token->length > 0 &&
        sentiment_is_word(character_at(reader, character->next).code)) {
        add_letter(token, "'", 1);
        return true;
    }
    return false;
}

/* The letters and digits of ASCII that stand next: nearly all there is, so they are hashed as they
 * are read. What comes after them. */
static const unsigned char *add_plain_letters(struct sentiment_reader *reader,
                                              struct sentiment_token *token) {
    const unsigned char *at = reader->at;
    uint32_t hash = SENTIMENT_HASH_BASIS;
    unsigned length = 0;
    size_t digits = 0;
    char last = 0;
    char last_but_one = 0;
    for (; at < reader->end && lowered[*at]; at++) {
        char letter = (char)lowered[*at];
        digits += letter <= '9';
        if ((letter == last && letter == last_but_one) || length == SENTIMENT_WORD_BYTES_MAX) {
            continue;
        }
        token->text[length++] = letter;
        hash = sentiment_hash_on(hash, letter);
        last_but_one = last;
        last = letter;
    }
    reader->latin += (size_t)(at - reader->at) - digits;
    token->length = length;
    token->hash = hash;
    return at;
}

/* Apostrophes and accented letters, and what follows them. */
static void read_rest(struct sentiment_reader *reader, struct sentiment_token *token,
                      struct sentiment_character last) {
    last.next = sentiment_skip_unseen(last.end, reader->end);
    struct sentiment_character character = character_at(reader, last.next);
    while (add_character(reader, token, &character)) {
        last = character;
        character = character_at(reader, character.next);
    }
    token->negates = token->length >= 3 && memcmp(token->text + token->length - 3, "n't", 3) == 0;
    token->hash = sentiment_hash(token->text, token->length);
    end_token(reader, token, &last);
}

static void read_word(struct sentiment_reader *reader, struct sentiment_token *token) {
    const unsigned char *at = add_plain_letters(reader, token);
    bool has_plain = at > reader->at;
    struct sentiment_character last = {has_plain ? at[-1] : 0, at, at};
    token->kind = TOKEN_WORD;
    if (has_plain && (at == reader->end || (*at < 0x80 && *at != '\''))) {
        end_token(reader, token, &last);
    } else {
        read_rest(reader, token, last);
    }
}

static void read_marks(struct sentiment_reader *reader, struct sentiment_token *token,
                       struct sentiment_character character) {
    struct sentiment_character last = character;
    while (character.code == '!' || character.code == '?') {
        if (token->length < MARKS_KEPT_MAX) {
            token->text[token->length++] = (char)character.code;
        }
        last = character;
        character = character_at(reader, character.next);
    }
    token->kind = TOKEN_MARKS;
    token->breaks = true;
    end_token(reader, token, &last);
}

static bool can_be(uint32_t code, unsigned role) {
    return code < 0x80 && (roles[code] & role) != 0;
}

static bool read_heart(struct sentiment_reader *reader, struct sentiment_token *token,
                       const struct sentiment_character *first) {
    struct sentiment_character three = character_at(reader, first->next);
    if (first->code != '<' || three.code != '3' ||
        sentiment_is_word(character_at(reader, three.next).code)) {
        return false;
    }
    memcpy(token->text, "<3", 2);
    token->length = 2;
    token->kind = TOKEN_FACE;
    end_token(reader, token, &three);
    return true;
}

/* Eyes, a nose or a tear, a mouth: a letter is a mouth only at a word's end. */
static bool read_face(struct sentiment_reader *reader, struct sentiment_token *token,
                      const struct sentiment_character *eyes) {
    if (!can_be(eyes->code, EYES) || sentiment_is_word(reader->before)) {
        return false;
    }
    struct sentiment_character nose = character_at(reader, eyes->next);
    bool has_nose = can_be(nose.code, NOSE);
    struct sentiment_character mouth = has_nose ? character_at(reader, nose.next) : nose;
    if (!can_be(mouth.code, MOUTH) || (sentiment_is_word(mouth.code) &&
                                       sentiment_is_word(character_at(reader, mouth.next).code))) {
        return false;
    }
    token->text[token->length++] = (char)eyes->code;
    if (nose.code == '\'') {
        token->text[token->length++] = '\'';
    }
    token->text[token->length++] = (char)mouth.code;
    token->kind = TOKEN_FACE;
    end_token(reader, token, &mouth);
    return true;
}

static void read_symbol(struct sentiment_reader *reader, struct sentiment_token *token,
                        const struct sentiment_character *symbol) {
    token->length = (unsigned)(symbol->end - reader->at);
    memcpy(token->text, reader->at, token->length);
    token->kind = TOKEN_SYMBOL;
    token->breaks = can_be(symbol->code, BREAKS);
    end_token(reader, token, symbol);
}

static void read_other(struct sentiment_reader *reader, struct sentiment_token *token,
                       const struct sentiment_character *first) {
    token->length = 0;
    if (first->code == '!' || first->code == '?') {
        read_marks(reader, token, *first);
    } else if (!read_heart(reader, token, first) && !read_face(reader, token, first)) {
        read_symbol(reader, token, first);
    }
    token->hash = sentiment_hash(token->text, token->length);
}

static bool read_token(struct sentiment_reader *reader, struct sentiment_token *token,
                       const struct sentiment_character *first) {
    token->start = (size_t)(reader->at - reader->begin);
    token->breaks = false;
    token->negates = false;
    if (sentiment_is_word(first->code)) {
        read_word(reader, token);
    } else if (sentiment_is_symbol(first->code)) {
        read_other(reader, token, first);
    } else {
        return false;
    }
    return true;
}

static void skip_blanks(struct sentiment_reader *reader) {
    const unsigned char *at = reader->at;
    while (at < reader->end && *at <= ' ') {
        reader->before = *at++;
    }
    reader->at = at > reader->at ? sentiment_skip_unseen(at, reader->end) : at;
}

bool sentiment_next_token(struct sentiment_reader *reader, struct sentiment_token *token) {
    for (skip_blanks(reader); reader->at < reader->end; skip_blanks(reader)) {
        struct sentiment_character first = character_at(reader, reader->at);
        if (read_token(reader, token, &first)) {
            return true;
        }
        reader->foreign += sentiment_is_foreign(first.code);
        reader->at = first.next;
        reader->before = first.code;
    }
    return false;
}
