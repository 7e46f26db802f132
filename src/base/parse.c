#include "base/parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_BYTES_MAX 15 /* before the point */
#define DECIMALS_MAX     3

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

bool parse_thousandths(const char *text, int64_t min, int64_t max, int64_t *result) {
    char digits[NUMBER_BYTES_MAX + DECIMALS_MAX + 1];
    const char *point = strchr(text, '.');
    size_t decimals = point ? strlen(point + 1) : 0;
    size_t whole = point ? (size_t)(point - text) : strlen(text);
    if (whole > NUMBER_BYTES_MAX || decimals > DECIMALS_MAX || (point && decimals == 0) || !*text) {
        return false;
    }
    snprintf(digits, sizeof digits, "%.*s%s%.*s", (int)whole, text, point ? point + 1 : "",
             (int)(DECIMALS_MAX - decimals), "000");
    return parse_int(digits, min, max, result);
}
