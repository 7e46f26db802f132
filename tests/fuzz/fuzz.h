/* What the targets share: a claim that does not hold ends the run, and libFuzzer keeps the input.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void claim(bool holds) {
    if (!holds) {
        abort();
    }
}

/* The input as a string, as long as its first NUL lets it be; the caller frees it. Exactly as large
 * as it must be, so that a step beyond its end is seen. */
static inline char *fuzz_text(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    claim(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

/* The input as a row of values; beyond its end there are zeros. */
struct fuzz_bytes {
    const uint8_t *at;
    size_t left;
};

static inline void fuzz_take(struct fuzz_bytes *bytes, void *to, size_t size) {
    size_t count = size < bytes->left ? size : bytes->left;
    memset(to, 0, size);
    memcpy(to, bytes->at, count);
    bytes->at += count;
    bytes->left -= count;
}

static inline unsigned fuzz_take_byte(struct fuzz_bytes *bytes) {
    uint8_t byte;
    fuzz_take(bytes, &byte, 1);
    return byte;
}

/* Another byte than NUL at one place of text; false when it happens to be the same byte. */
static inline bool fuzz_change(struct fuzz_bytes *bytes, char *text) {
    size_t place = (fuzz_take_byte(bytes) << 8 | fuzz_take_byte(bytes)) % strlen(text);
    char before = text[place];
    unsigned byte = fuzz_take_byte(bytes);
    text[place] = (char)(byte ? byte : 1);
    return text[place] != before;
}

#endif
