/* Whatever Idempotency-Key comes in: a key of 1 to 255 visible characters, which is the same key
 * quoted and bare, or a refusal. */
#include <sodium.h>

#include "api/idempotency_key.h"
#include "fuzz.h"

static struct idempotency of(const char *value) {
    struct request_header header = {"idempotency-key", value};
    struct request request = {
        .method = "POST", .path = "/", .body = "{}", .headers = &header, .header_count = 1};
    struct idempotency idempotency;
    claim(request_idempotency(&request, &idempotency) && idempotency.given);
    return idempotency;
}

static void quote(const char *key, char *quoted) {
    *quoted++ = '"';
    for (; *key; key++) {
        if (*key == '"' || *key == '\\') {
            *quoted++ = '\\';
        }
        *quoted++ = *key;
    }
    *quoted++ = '"';
    *quoted = '\0';
}

static void check_key(const char *value, const char *key) {
    char quoted[2 * IDEMPOTENCY_KEY_BYTES_MAX + 3];
    char again[IDEMPOTENCY_KEY_BYTES_MAX + 1];
    size_t length = strlen(key);
    claim(length >= 1 && length <= IDEMPOTENCY_KEY_BYTES_MAX);
    for (const char *at = key; *at; at++) {
        claim(*at >= 0x20 && *at <= 0x7e);
    }
    quote(key, quoted);
    claim(parse_idempotency_key(quoted, again) && strcmp(again, key) == 0);
    struct idempotency one = of(value);
    struct idempotency other = of(quoted);
    claim(idempotency_same_key(&one, &other));
    if (!strpbrk(key, " \"\\")) {
        claim(parse_idempotency_key(key, again) && strcmp(again, key) == 0);
    }
    memcpy(again, key, length + 1);
    again[0] = key[0] == 'x' ? 'y' : 'x';
    quote(again, quoted);
    other = of(quoted);
    claim(!idempotency_same_key(&one, &other));
}

/* Any visible key can be sent quoted. */
static void write_and_read(const uint8_t *data, size_t size) {
    char key[IDEMPOTENCY_KEY_BYTES_MAX + 1];
    char quoted[2 * IDEMPOTENCY_KEY_BYTES_MAX + 3];
    char again[IDEMPOTENCY_KEY_BYTES_MAX + 1];
    size_t length = size < IDEMPOTENCY_KEY_BYTES_MAX ? size : IDEMPOTENCY_KEY_BYTES_MAX;
    for (size_t i = 0; i < length; i++) {
        key[i] = (char)(0x20 + data[i] % (0x7f - 0x20));
    }
    key[length] = '\0';
    quote(key, quoted);
    claim(parse_idempotency_key(quoted, again) == (length > 0));
    claim(length == 0 || strcmp(again, key) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    claim(sodium_init() >= 0);
    char *value = fuzz_text(data, size);
    char key[IDEMPOTENCY_KEY_BYTES_MAX + 1];
    if (parse_idempotency_key(value, key)) {
        check_key(value, key);
    }
    free(value);
    write_and_read(data, size);
    return 0;
}
