/* The columns of a table in CSV, each written by one call: its name, in the heading, or its value,
 * so that the two never differ. */
#ifndef API_CSV_COLUMNS_H
#define API_CSV_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "domain/score.h"

struct columns {
    struct text *text; /* lent */
    bool heading;
    const char *group; /* what all names begin with: "understood_" */
};

/* True when the column's value is yet to be appended: it is known, and this is no heading. */
bool columns_begin(struct columns *columns, const char *name, bool known);

/* NULL is not known. */
void put_word(struct columns *columns, const char *name, const char *word);
void put_int(struct columns *columns, const char *name, int64_t value, bool known);
void put_decimal(struct columns *columns, const char *name, double value, bool known);

/* Two: "low" and "high". */
void put_interval(struct columns *columns, struct interval interval, bool known);

/* "true" or "false" */
const char *word_of(bool yes);

#endif
