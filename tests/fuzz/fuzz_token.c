/* Whatever text comes in: no crash, and nothing but our own token is believed. */
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "domain/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct signing_key key = {.id = 1, .secret = "a secret nobody guesses by luck."};
    char *text = malloc(size + 1);
    if (!text || sodium_init() < 0) {
        abort();
    }
    memcpy(text, data, size);
    text[size] = '\0';
    struct token token;
    char again[TOKEN_TEXT_SIZE];
    if (token_read(text, &key, 1, &token)) {
        token_sign(&key, &token, again);
        if (strcmp(again, text) != 0) {
            abort();
        }
    }
    free(text);
    return 0;
}
