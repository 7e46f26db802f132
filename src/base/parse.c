#include "base/parse.h"

#include <errno.h>
#include <stdlib.h>

bool parse_int(const char *text, int64_t min, int64_t max, int64_t *result) {
    const char *digits = *text == '-' ? text + 1 : text;
    if (*digits < '0' || *digits > '9') {
        return false;
    }
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (*end != '\0' || errno == ERANGE || value < min || value > max) {
        return false;
    }
    *result = value;
    return true;
}
