/* Whatever text comes in: what is read as base64 is written again as just that text; and whatever
 * bytes are written are read again. */
#include <sodium.h>

#include "base/base64.h"
#include "fuzz.h"

#define BYTES_MAX 200

static int variant_of(enum base64 kind) {
    return kind == BASE64_URL ? sodium_base64_VARIANT_URLSAFE_NO_PADDING
                              : sodium_base64_VARIANT_ORIGINAL;
}

static void read_and_write(const char *text, enum base64 kind) {
    unsigned char bytes[BYTES_MAX];
    char again[BYTES_MAX * 2];
    size_t length;
    if (base64_decode(text, kind, bytes, sizeof bytes, &length)) {
        sodium_bin2base64(again, sizeof again, bytes, length, variant_of(kind));
        claim(strcmp(again, text) == 0);
    }
}

static void write_and_read(const uint8_t *data, size_t size, enum base64 kind) {
    unsigned char bytes[BYTES_MAX];
    char text[BYTES_MAX * 2];
    size_t length = size < BYTES_MAX ? size : BYTES_MAX;
    sodium_bin2base64(text, sizeof text, data, length, variant_of(kind));
    claim(base64_decode_exactly(text, kind, bytes, length) && memcmp(bytes, data, length) == 0);
    claim(length == 0 || !base64_decode_exactly(text, kind, bytes, length - 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    claim(sodium_init() >= 0);
    char *text = fuzz_text(data, size);
    static const enum base64 kinds[] = {BASE64_STANDARD, BASE64_URL};
    for (int i = 0; i < 2; i++) {
        read_and_write(text, kinds[i]);
        write_and_read(data, size, kinds[i]);
    }
    free(text);
    return 0;
}
