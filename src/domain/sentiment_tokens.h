/* A comment as tokens: words in lower case with their inner apostrophes, runs of ! and ?,
 * emoticons, other symbols one by one. tools/sentiment/tokens.py is the same in Python. */
#ifndef DOMAIN_SENTIMENT_TOKENS_H
#define DOMAIN_SENTIMENT_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SENTIMENT_WORD_BYTES_MAX 32 /* more of a word is passed over */
#define SENTIMENT_HASH_BASIS     0x811C9DC5U

enum sentiment_token_kind {
    TOKEN_WORD,
    TOKEN_MARKS, /* ! and ? */
    TOKEN_FACE,  /* :-) */
    TOKEN_SYMBOL,
};

struct sentiment_token {
    enum sentiment_token_kind kind;
    bool breaks;  /* ends a clause */
    bool negates; /* ends in n't */
    size_t start; /* bytes in the comment */
    size_t end;
    uint32_t hash;
    unsigned length;
    char text[SENTIMENT_WORD_BYTES_MAX + 1]; /* of length; a letter is twice in a row at most */
};

struct sentiment_reader {
    const unsigned char *begin;
    const unsigned char *end;
    const unsigned char *at;
    uint32_t before; /* the code point before at */
    size_t latin;    /* letters read so far */
    size_t foreign;  /* and letters of other scripts */
};

/* FNV-1a, by which tokens are known. */
static inline uint32_t sentiment_hash_on(uint32_t hash, char byte) {
    return (hash ^ (unsigned char)byte) * 0x01000193U;
}

uint32_t sentiment_hash(const char *text, size_t length);

/* text may be any bytes; what is not UTF-8 separates words. It is borrowed. */
void sentiment_reader_init(struct sentiment_reader *reader, const char *text, size_t length);

/* False at the end. Each byte is looked at a bounded number of times. */
bool sentiment_next_token(struct sentiment_reader *reader, struct sentiment_token *token);

#endif
