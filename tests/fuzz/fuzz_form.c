/* Whatever form comes in: what is let through is text, in bounds, and complete. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct request_param *param) {
    if (!utf8_valid(param->name, strlen(param->name)) ||
        !utf8_valid(param->value, strlen(param->value))) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct request_param params[QUERY_PARAMS_MAX];
    size_t count = 0;
    char *text = malloc(size + 1);
    if (!text) {
        abort();
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (!form_objection(text, params, &count)) {
        if (count > QUERY_PARAMS_MAX) {
            abort();
        }
        for (size_t i = 0; i < count; i++) {
            check(&params[i]);
        }
    }
    free(text);
    return 0;
}
