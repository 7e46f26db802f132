/* Whatever text comes in: no crash, and nothing but our own token is believed. Whatever a token
 * says: it is read as it was signed, and no longer when one character is another. */
#include <sodium.h>

#include "domain/token.h"
#include "fuzz.h"

static const struct signing_key keys[] = {
    {.id = 1, .secret = "a secret nobody guesses by luck."},
    {.id = 2, .secret = "a secret nobody guesses by luck!"},
};

static void read_text(const char *text) {
    struct token token;
    char again[TOKEN_TEXT_SIZE];
    if (token_read(text, TOKEN_ANSWERS, keys, 1, &token) ||
        token_read(text, TOKEN_OPTS_OUT, keys, 1, &token)) {
        token_sign(&keys[0], &token, again);
        claim(strcmp(again, text) == 0);
    }
}

static void sign_and_read(struct fuzz_bytes bytes) {
    struct token made;
    struct token read;
    char text[TOKEN_TEXT_SIZE];
    fuzz_take(&bytes, &made.account_id, sizeof made.account_id);
    fuzz_take(&bytes, &made.invitation_id, sizeof made.invitation_id);
    made.purpose = fuzz_take_byte(&bytes) & 1 ? TOKEN_OPTS_OUT : TOKEN_ANSWERS;
    enum token_purpose other = made.purpose == TOKEN_ANSWERS ? TOKEN_OPTS_OUT : TOKEN_ANSWERS;
    token_sign(&keys[1], &made, text);
    claim(strlen(text) == TOKEN_LENGTH && token_read(text, made.purpose, keys, 2, &read));
    claim(read.purpose == made.purpose && read.account_id == made.account_id &&
          memcmp(&read.invitation_id, &made.invitation_id, sizeof read.invitation_id) == 0);
    claim(!token_read(text, other, keys, 2, &read));
    claim(!token_read(text, made.purpose, keys, 1, &read));
    if (fuzz_change(&bytes, text)) {
        claim(!token_read(text, made.purpose, keys, 2, &read));
        claim(!token_read(text, other, keys, 2, &read));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    claim(sodium_init() >= 0);
    char *text = fuzz_text(data, size);
    read_text(text);
    free(text);
    sign_and_read((struct fuzz_bytes){data, size});
    return 0;
}
