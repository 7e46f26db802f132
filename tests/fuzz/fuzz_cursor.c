/* Whatever text comes in: no crash, and nothing but our own cursor is believed. */
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "domain/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct signing_key key = {.id = 1, .secret = "a secret nobody guesses by luck."};
    char *text = malloc(size + 1);
    if (!text || sodium_init() < 0) {
        abort();
    }
    memcpy(text, data, size);
    text[size] = '\0';
    struct cursor cursor;
    char again[CURSOR_TEXT_SIZE];
    int key_id = cursor_key_id(text);
    if (key_id < -1 || key_id > SIGNING_KEY_ID_MAX) {
        abort();
    }
    if (cursor_parse(text, &key, &cursor)) {
        cursor_format(&cursor, &key, again);
        if (strcmp(again, text) != 0) {
            abort();
        }
    }
    free(text);
    return 0;
}
