/* One statement in a dozen numbers of rows, so that any count is a few prepared statements. */
#ifndef STORE_MULTI_ROW_H
#define STORE_MULTI_ROW_H

#include <stddef.h>

#include "base/text.h"

#define MULTI_ROW_SIZES 12 /* 1 to 8 rows, for one answer alone; then 16, 32, 64, 128 */

/* Each sql is head, some rows of "($1,$2,..)", and tail; owned for the program's lifetime. */
struct multi_row {
    const char *head; /* "INSERT INTO t (a, b) VALUES " */
    const char *tail; /* " ON CONFLICT DO NOTHING" */
    size_t columns;
    char *sql[MULTI_ROW_SIZES];
};

/* The statement for the largest size that is at most count (> 0), and that size in *rows; NULL when
 * out of memory. Thread-safe. */
const char *multi_row_sql(struct multi_row *statement, size_t count, size_t *rows);

/* Appends "$4,$5,$6" for first 4 and count 3. */
void append_parameters(struct text *sql, size_t first, size_t count);

#endif
