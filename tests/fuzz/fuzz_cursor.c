/* Whatever text comes in: no crash, and nothing but our own cursor is believed. Whatever a cursor
 * says: it is read as it was written, and no longer when one character is another. */
#include <sodium.h>

#include "domain/cursor.h"
#include "fuzz.h"

static const struct signing_key key = {.id = 1, .secret = "a secret nobody guesses by luck."};
static const struct signing_key other = {.id = 1, .secret = "a secret nobody guesses by luck!"};

static void read_text(const char *text) {
    struct cursor cursor;
    char again[CURSOR_TEXT_SIZE];
    int key_id = cursor_key_id(text);
    claim(key_id >= -1 && key_id <= SIGNING_KEY_ID_MAX);
    if (cursor_parse(text, &key, &cursor)) {
        claim(key_id == key.id);
        cursor_format(&cursor, &key, again);
        claim(strcmp(again, text) == 0);
    }
}

static void write_and_read(struct fuzz_bytes bytes) {
    struct cursor made;
    struct cursor read;
    char text[CURSOR_TEXT_SIZE];
    fuzz_take(&bytes, &made.account_id, sizeof made.account_id);
    fuzz_take(&bytes, made.filter_hash, sizeof made.filter_hash);
    fuzz_take(&bytes, &made.time_us, sizeof made.time_us);
    fuzz_take(&bytes, &made.id, sizeof made.id);
    cursor_format(&made, &key, text);
    claim(cursor_key_id(text) == key.id && cursor_parse(text, &key, &read));
    claim(read.account_id == made.account_id && read.time_us == made.time_us &&
          memcmp(read.filter_hash, made.filter_hash, sizeof read.filter_hash) == 0 &&
          memcmp(&read.id, &made.id, sizeof read.id) == 0);
    claim(!cursor_parse(text, &other, &read));
    if (fuzz_change(&bytes, text)) {
        claim(!cursor_parse(text, &key, &read));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    claim(sodium_init() >= 0);
    char *text = fuzz_text(data, size);
    read_text(text);
    free(text);
    write_and_read((struct fuzz_bytes){data, size});
    return 0;
}
