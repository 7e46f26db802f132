/* Whatever text comes in has a key, and a key is its own key: it is found again by what is kept. */
#include "domain/address.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = fuzz_text(data, size);
    char *key = address_key(text);
    claim(key != NULL);
    char *again = address_key(key);
    claim(again != NULL && strcmp(again, key) == 0);
    free(again);
    free(key);
    free(text);
    return 0;
}
