/* The model file: weights by hashed feature, the words that are known with their valences.
 * tools/sentiment/model_file.py writes it; config/model/sentiment.txt says what it was made from.
 */
#ifndef DOMAIN_SENTIMENT_MODEL_H
#define DOMAIN_SENTIMENT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SENTIMENT_BUCKET_BITS   17
#define SENTIMENT_BUCKETS       (1U << SENTIMENT_BUCKET_BITS)
#define SENTIMENT_VERSION_BYTES 24

enum sentiment_head { HEAD_FRUSTRATION, HEAD_POLARITY, HEAD_COUNT };

/* What the words' table says of a word in place of its valence, -39..39 tenths. */
enum sentiment_word_value {
    WORD_PASSED_OVER = -128, /* says who somebody is, or what every contact is about */
    WORD_NEGATOR = 127,
    WORD_UNDOES_NEGATION = 126,
    WORD_OTHER_LANGUAGE = 125,
    WORD_VALENCE_MAX = 39,
};

/* The log-odds are scale * sum / sqrt(features) + dense + bias. */
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
    int value;                /* a valence in tenths or one of the above; 0 for most words */
    unsigned grams;           /* its runs of letters */
    int32_t sums[HEAD_COUNT]; /* of their weights */
};

/* Reads bytes, which must outlive the model. False when they are not a model of this format. */
bool sentiment_model_read(const void *bytes, size_t length, struct sentiment_model *model);

/* hash is sentiment_hash's. */
void sentiment_word_prefetch(const struct sentiment_model *model, uint32_t hash);
struct sentiment_word sentiment_word(const struct sentiment_model *model, uint32_t hash);

/* FNV-1a. */
uint32_t sentiment_hash(const char *text, size_t length);

/* The upper bits of a hash, spread. */
static inline uint32_t sentiment_bucket(uint32_t hash) {
    return hash * 0x85EBCA6BU >> (32 - SENTIMENT_BUCKET_BITS);
}

#endif
