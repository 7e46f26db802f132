/* Scores as columns of a table in CSV. */
#ifndef API_SCORE_CSV_H
#define API_SCORE_CSV_H

#include "api/csv_columns.h"
#include "domain/score.h"

/* Withheld scores show no counts and no rates; coverage is never withheld. */
void put_score(struct columns *columns, const struct score *score);

#endif
