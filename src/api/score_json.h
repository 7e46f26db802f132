/* Scores as JSON text. */
#ifndef API_SCORE_JSON_H
#define API_SCORE_JSON_H

#include <stdbool.h>

#include "base/text.h"
#include "domain/score.h"

/* The members of S, without braces: "n":..,"provisional":.. Withheld scores show no counts and no
 * rates; coverage is never withheld. */
void score_append_json(struct text *text, const struct score *score);

/* name, which is JSON, then the value; null when it is not known. */
void json_append_decimal(struct text *text, const char *name, double value, bool known);

#endif
