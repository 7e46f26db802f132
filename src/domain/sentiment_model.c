#include "domain/sentiment_model.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#define MAGIC          "UNDSENTI"
#define FORMAT         1
#define WORD_SLOT_BITS 15
#define WORD_SLOTS     ((size_t)1 << WORD_SLOT_BITS)

/* As it lies in the file: little-endian, without gaps. */
#define HEAD_VERSION 12
#define HEAD_NUMBERS (HEAD_VERSION + SENTIMENT_VERSION_BYTES)
#define LINE_NUMBERS ((size_t)5)
#define WEIGHTS_AT   (HEAD_NUMBERS + LINE_NUMBERS * HEAD_COUNT * sizeof(double))
#define WORDS_AT     (WEIGHTS_AT + (size_t)HEAD_COUNT * SENTIMENT_BUCKETS)
#define WORD_BYTES   12 /* hash, two sums of 16 bits, how many, value, two that are not used */
#define FILE_LENGTH  (WORDS_AT + WORD_SLOTS * WORD_BYTES)

static uint32_t read_u32(const unsigned char *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return le32toh(value);
}

static double read_number(const unsigned char *bytes) {
    uint64_t bits;
    double number;
    memcpy(&bits, bytes, sizeof bits);
    bits = le64toh(bits);
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* False when one of them is no number. */
static bool read_line(const unsigned char *bytes, struct sentiment_line *line) {
    double numbers[LINE_NUMBERS];
    for (size_t i = 0; i < LINE_NUMBERS; i++) {
        numbers[i] = read_number(bytes + i * sizeof *numbers);
        if (!isfinite(numbers[i])) {
            return false;
        }
    }
    *line = (struct sentiment_line){numbers[0], numbers[1], {numbers[2], numbers[3], numbers[4]}};
    return true;
}

/* Looking a word up ends at an empty slot. */
static bool has_empty_slot(const unsigned char *words) {
    for (size_t i = 0; i < WORD_SLOTS; i++) {
        if (read_u32(words + i * WORD_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

bool sentiment_model_read(const void *bytes, size_t length, struct sentiment_model *model) {
    const unsigned char *file = bytes;
    if (length != FILE_LENGTH || memcmp(file, MAGIC, strlen(MAGIC)) != 0 ||
        read_u32(file + strlen(MAGIC)) != FORMAT || !has_empty_slot(file + WORDS_AT)) {
        return false;
    }
    struct sentiment_model read = {
        .weights = (const int8_t(*)[HEAD_COUNT])(file + WEIGHTS_AT),
        .words = file + WORDS_AT,
    };
    memcpy(read.version, file + HEAD_VERSION, SENTIMENT_VERSION_BYTES);
    for (size_t i = 0; i < HEAD_COUNT; i++) {
        const unsigned char *line = file + HEAD_NUMBERS + LINE_NUMBERS * i * sizeof(double);
        if (!read_line(line, &read.lines[i])) {
            return false;
        }
    }
    *model = read;
    return true;
}

uint32_t sentiment_hash(const char *text, size_t length) {
    uint32_t hash = 0x811C9DC5U;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)text[i]) * 0x01000193U;
    }
    return hash;
}

static int32_t read_sum(const unsigned char *bytes) {
    return (int16_t)(bytes[0] | bytes[1] << 8);
}

static struct sentiment_word read_word(const unsigned char *bytes) {
    return (struct sentiment_word){
        .is_known = true,
        .sums = {read_sum(bytes + 4), read_sum(bytes + 6)},
        .grams = bytes[8],
        .value = (int8_t)bytes[9],
    };
}

static const unsigned char *slot_of(const struct sentiment_model *model, uint32_t slot) {
    return model->words + (size_t)slot * WORD_BYTES;
}

void sentiment_word_prefetch(const struct sentiment_model *model, uint32_t hash) {
    __builtin_prefetch(slot_of(model, hash >> (32 - WORD_SLOT_BITS)));
}

struct sentiment_word sentiment_word(const struct sentiment_model *model, uint32_t hash) {
    uint32_t slot = hash >> (32 - WORD_SLOT_BITS);
    const unsigned char *word = slot_of(model, slot);
    uint32_t there;
    while ((there = read_u32(word)) != 0) {
        if (there == hash) {
            return read_word(word);
        }
        slot = (uint32_t)((slot + 1) % WORD_SLOTS);
        word = slot_of(model, slot);
    }
    return (struct sentiment_word){0};
}
