/* The model for comments that the binary carries. */
#ifndef CLI_SCORER_H
#define CLI_SCORER_H

#include <stdbool.h>

#include "domain/sentiment.h"

/* False, logged, when it cannot be loaded. */
bool load_scorer(struct sentiment_scorer *scorer);

#endif
