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
    uint64_t filter; /* no word has a hash whose upper six bits are not here */
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
    uint16_t index[(1U << PHRASE_INDEX_BITS) + 1]; /* first opening by the hash's upper bits */
};

static inline uint32_t phrase_index_of(uint32_t hash) {
    return hash >> (32 - PHRASE_INDEX_BITS);
}

#endif
