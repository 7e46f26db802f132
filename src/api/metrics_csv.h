/* Metrics as CSV. */
#ifndef API_METRICS_CSV_H
#define API_METRICS_CSV_H

#include "api/metrics_answer.h"

/*
 * The heading and one row for the total, the window before (when compared), each point of the
 * series and each group. All rows and all answers have the same columns, empty where there is
 * nothing to tell; after them come two columns or more for each question with choices.
 */
void metrics_append_csv(struct text *text, const struct metrics_answer *answer);

#endif
