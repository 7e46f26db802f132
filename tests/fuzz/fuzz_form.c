/* Whatever form comes in: what is let through is text, in bounds, complete, and the same once it is
 * written and read again. */
#include "fuzz.h"
#include "http/form.h"

static void append_escaped(char **to, const char *from) {
    for (; *from; from++) {
        static const char digits[] = "0123456789abcdef";
        unsigned char byte = (unsigned char)*from;
        *(*to)++ = '%';
        *(*to)++ = digits[byte >> 4];
        *(*to)++ = digits[byte & 15];
    }
}

/* All of it escaped: whatever a name or value has in it stays inside. The caller frees it. */
static char *written(const struct request_param params[], size_t count) {
    size_t size = 1;
    for (size_t i = 0; i < count; i++) {
        size += 3 * (strlen(params[i].name) + strlen(params[i].value)) + 2;
    }
    char *text = malloc(size);
    char *to = text;
    claim(text != NULL);
    for (size_t i = 0; i < count; i++) {
        append_escaped(&to, params[i].name);
        *to++ = '=';
        append_escaped(&to, params[i].value);
        *to++ = '&';
    }
    *to = '\0';
    return text;
}

static void check(const struct request_param params[], size_t count) {
    struct request_param again[FORM_PARAMS_MAX];
    size_t again_count = 0;
    claim(count <= FORM_PARAMS_MAX);
    char *text = written(params, count);
    claim(!form_objection(text, again, &again_count) && again_count == count);
    for (size_t i = 0; i < count; i++) {
        claim(utf8_valid(params[i].name, strlen(params[i].name)));
        claim(utf8_valid(params[i].value, strlen(params[i].value)));
        claim(strcmp(params[i].name, again[i].name) == 0);
        claim(strcmp(params[i].value, again[i].value) == 0);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct request_param params[FORM_PARAMS_MAX];
    size_t count = 0;
    char *text = fuzz_text(data, size);
    bool hidden = strstr(text, "%00"); /* would end a text early */
    if (!form_objection(text, params, &count)) {
        claim(!hidden);
        check(params, count);
    }
    free(text);
    return 0;
}
