/* Metrics as JSON. */
#ifndef API_METRICS_JSON_H
#define API_METRICS_JSON_H

#include "api/metrics_answer.h"

/* The whole object. */
void metrics_append_json(struct text *text, const struct metrics_answer *answer);

#endif
