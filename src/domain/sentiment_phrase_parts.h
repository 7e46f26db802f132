/* How the phrases lie in memory; for sentiment_phrases*.c alone. */
#ifndef DOMAIN_SENTIMENT_PHRASE_PARTS_H
#define DOMAIN_SENTIMENT_PHRASE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PHRASE_STEPS_MAX     12
#define PHRASE_CHOICES_MAX   5 /* steps that may match in several ways */
#define PHRASE_GAP_WORDS_MAX 3
#define PHRASE_INDEX_BITS    12
#define PHRASE_PAIR_BITS     15
#define PHRASE_INDEX_WORDS   ((1U << PHRASE_INDEX_BITS) / 64)

enum step_kind {
    STEP_WORDS,  /* one of these words */
    STEP_ANY,    /* any word */
    STEP_NUMBER, /* a number in digits or in words */
    STEP_GAP,    /* up to PHRASE_GAP_WORDS_MAX words */
};

struct step {
    enum step_kind kind;
    bool optional;
    size_t first_word; /* in the list's words */
    size_t word_count;
};

struct phrase {
    double weight;
    size_t step_count;
    struct step steps[PHRASE_STEPS_MAX];
};

#define PHRASE_VOCABULARY_MAX 48

/* Words that mean something to all phrases. */
struct vocabulary {
    size_t count;
    uint64_t filter; /* all its words' phrase_filter_of */
    uint32_t hashes[PHRASE_VOCABULARY_MAX];
};

/* A word that phrases begin with. */
struct opening {
    uint32_t hash;
    uint32_t phrase;
};

struct sentiment_phrases {
    struct phrase *phrases; /* owned, as the others */
    size_t phrase_count;
    uint32_t *words; /* hashes */
    size_t word_count;
    struct opening *openings; /* sorted by hash */
    size_t opening_count;
    struct vocabulary numbers;
    struct vocabulary subjects;
    uint64_t filter[PHRASE_INDEX_WORDS];     /* a bit for each part of the index with openings */
    uint64_t open_ended[PHRASE_INDEX_WORDS]; /* and with one that any word may follow, or none */
    uint64_t pairs[(1U << PHRASE_PAIR_BITS) / 64]; /* openings and the words that may follow */
    uint16_t index[(1U << PHRASE_INDEX_BITS) + 1]; /* first opening by the hash's upper bits */
};

/* One bit for a word, which others share. */
static inline uint64_t phrase_filter_of(uint32_t hash) {
    return UINT64_C(1) << (hash >> 26);
}

static inline uint32_t phrase_index_of(uint32_t hash) {
    return hash >> (32 - PHRASE_INDEX_BITS);
}

static inline uint32_t phrase_pair_of(uint32_t hash, uint32_t next) {
    return (hash ^ next * 0x9E3779B9U) * 0x85EBCA6BU >> (32 - PHRASE_PAIR_BITS);
}

/* False where no phrase that begins with the first goes on with the second, but for few of them. */
static inline bool phrase_may_go_on(const struct sentiment_phrases *list, uint32_t hash,
                                    uint32_t next) {
    uint32_t part = phrase_index_of(hash);
    uint32_t pair = phrase_pair_of(hash, next);
    return (list->pairs[pair / 64] >> pair % 64 | list->open_ended[part / 64] >> part % 64) & 1;
}

/* False of nearly all words that no phrase begins with. */
static inline bool phrase_may_open(const struct sentiment_phrases *list, uint32_t hash) {
    uint32_t part = phrase_index_of(hash);
    return list->filter[part / 64] >> part % 64 & 1;
}

#endif
