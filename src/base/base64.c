#include "base/base64.h"

#include <sodium.h>
#include <string.h>

bool base64_decode(const char *text, enum base64 kind, void *bytes, size_t size, size_t *length) {
    /* Checked here, since libsodium 1.0.18 reads every byte from 0x80 on as the last digit. */
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=";
    int variant = kind == BASE64_URL ? sodium_base64_VARIANT_URLSAFE_NO_PADDING
                                     : sodium_base64_VARIANT_ORIGINAL;
    size_t text_length = strlen(text);
    return strspn(text, digits) == text_length &&
           sodium_base642bin(bytes, size, text, text_length, NULL, length, NULL, variant) == 0;
}

bool base64_decode_exactly(const char *text, enum base64 kind, void *bytes, size_t size) {
    size_t length = 0;
    return base64_decode(text, kind, bytes, size, &length) && length == size;
}
