/* One row of a CSV file (RFC 4180), safe to open in a spreadsheet. */
#ifndef API_CSV_H
#define API_CSV_H

#include "base/text.h"

#define CSV_CONTENT_TYPE "text/csv; charset=utf-8; header=present"

/*
 * Appends one field of outside text, after a comma unless it is the row's first; NULL is an empty
 * field, which the first of a row must not be. What a spreadsheet would take for a formula (a
 * leading = + - @ TAB CR LF, or full-width = + - @) gets a leading apostrophe: OWASP, CSV
 * Injection. So does what looks as if it had got one, that it can be taken off again.
 */
void csv_append_text(struct text *row, const char *value);

/* How much of a field's or one text's beginning is that apostrophe: 1 or 0. */
size_t csv_guard_length(const char *value);

/* The same for words, numbers and times of our own making. */
void csv_append_plain(struct text *row, const char *value);

/* Several texts in one field, each made safe, joined by "; ". */
void csv_append_texts(struct text *row, char *const values[], size_t count);

void csv_end_row(struct text *row);

#endif
