#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a whole decimal number, with a leading minus at most; leaves *result alone unless all of
 * text is one and it lies in min..max. */
bool parse_int(const char *text, int64_t min, int64_t max, int64_t *result);

/* Reads a decimal number of at most three digits behind its point, in thousandths: "0.25" is 250.
 * Leaves *result alone unless all of text is one and the thousandths lie in min..max. */
bool parse_thousandths(const char *text, int64_t min, int64_t max, int64_t *result);

#endif
