/* The model file: weights by hashed feature, the words that are known with their valences.
 * tools/sentiment/model_file.py writes it; config/model/sentiment.txt says what it was made from.
 */
#ifndef DOMAIN_SENTIMENT_MODEL_H
#define DOMAIN_SENTIMENT_MODEL_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SENTIMENT_BUCKET_BITS    17
#define SENTIMENT_BUCKETS        (1U << SENTIMENT_BUCKET_BITS)
#define SENTIMENT_VERSION_BYTES  24
#define SENTIMENT_WORD_SLOT_BITS 15
#define SENTIMENT_WORD_SLOTS     (1U << SENTIMENT_WORD_SLOT_BITS)
#define SENTIMENT_WORD_BYTES     12 /* hash, two sums of 16 bits, how many, value, two weights */

enum sentiment_head { HEAD_FRUSTRATION, HEAD_POLARITY, HEAD_COUNT };

/* What the words' table says of a word in place of its valence, -39..39 tenths. */
enum sentiment_word_value {
    WORD_PASSED_OVER = -128, /* says who somebody is, or what every contact is about */
    WORD_NEGATOR = 127,
    WORD_UNDOES_NEGATION = 126,
    WORD_OTHER_LANGUAGE = 125,
    WORD_VALENCE_MAX = 39,
};

/* The log-odds are scale * sum / sqrt(size) + dense + bias. */
struct sentiment_line {
    double scale;
    double bias;
    double dense[3];
};

struct sentiment_model {
    char version[SENTIMENT_VERSION_BYTES + 1];
    struct sentiment_line lines[HEAD_COUNT];
    const int8_t (*weights)[HEAD_COUNT]; /* by bucket; borrowed, as the others */
    const unsigned char *words;
};

/* A word that the comments had from which the model was made, or that is listed. */
struct sentiment_word {
    bool is_known;
    int value;                  /* a valence in tenths or one of the above; 0 for most words */
    unsigned grams;             /* its runs of letters */
    int32_t sums[HEAD_COUNT];   /* of their weights */
    int8_t weights[HEAD_COUNT]; /* its own, where it is not negated */
};

/* Reads bytes, which must outlive the model. False when they are not a model of this format. */
bool sentiment_model_read(const void *bytes, size_t length, struct sentiment_model *model);

/* The upper bits of a hash, spread. */
static inline uint32_t sentiment_bucket(uint32_t hash) {
    return hash * 0x85EBCA6BU >> (32 - SENTIMENT_BUCKET_BITS);
}

/* ---- Words: looked up for each token, so everything about one lies together ---- */

static inline uint32_t sentiment_read_u32(const unsigned char *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return le32toh(value);
}

static inline const unsigned char *sentiment_word_slot(const struct sentiment_model *model,
                                                       uint32_t slot) {
    return model->words + (size_t)(slot % SENTIMENT_WORD_SLOTS) * SENTIMENT_WORD_BYTES;
}

/* hash is sentiment_hash's. */
static inline void sentiment_word_prefetch(const struct sentiment_model *model, uint32_t hash) {
    __builtin_prefetch(sentiment_word_slot(model, hash >> (32 - SENTIMENT_WORD_SLOT_BITS)));
}

static inline struct sentiment_word sentiment_word_read(const unsigned char *record) {
    return (struct sentiment_word){
        .is_known = true,
        .value = (int8_t)record[9],
        .grams = record[8],
        .sums = {(int16_t)(record[4] | record[5] << 8), (int16_t)(record[6] | record[7] << 8)},
        .weights = {(int8_t)record[10], (int8_t)record[11]},
    };
}

static inline struct sentiment_word sentiment_word(const struct sentiment_model *model,
                                                   uint32_t hash) {
    uint32_t slot = hash >> (32 - SENTIMENT_WORD_SLOT_BITS);
    const unsigned char *word = sentiment_word_slot(model, slot);
    uint32_t there;
    while ((there = sentiment_read_u32(word)) != 0) {
        if (there == hash) {
            return sentiment_word_read(word);
        }
        word = sentiment_word_slot(model, ++slot);
    }
    return (struct sentiment_word){0};
}

#endif
