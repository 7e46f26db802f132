#include "domain/sentiment_model.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#define MAGIC  "UNDSENTI"
#define FORMAT 2

/* As it lies in the file: little-endian, without gaps. */
#define HEAD_VERSION 12
#define HEAD_NUMBERS (HEAD_VERSION + SENTIMENT_VERSION_BYTES)
#define LINE_NUMBERS ((size_t)5)
#define WEIGHTS_AT   (HEAD_NUMBERS + LINE_NUMBERS * HEAD_COUNT * sizeof(double))
#define WORDS_AT     (WEIGHTS_AT + (size_t)HEAD_COUNT * SENTIMENT_BUCKETS)
#define FILE_LENGTH  (WORDS_AT + (size_t)SENTIMENT_WORD_SLOTS * SENTIMENT_WORD_BYTES)

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
    for (size_t i = 0; i < SENTIMENT_WORD_SLOTS; i++) {
        if (sentiment_read_u32(words + i * SENTIMENT_WORD_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

bool sentiment_model_read(const void *bytes, size_t length, struct sentiment_model *model) {
    const unsigned char *file = bytes;
    if (length != FILE_LENGTH || memcmp(file, MAGIC, strlen(MAGIC)) != 0 ||
        sentiment_read_u32(file + strlen(MAGIC)) != FORMAT || !has_empty_slot(file + WORDS_AT)) {
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
