/*
 * The one rule by which answers, phrases and words become a response's frustration:
 *
 *   1. Answers first. A is that of the worst of them:
 *        understood  no 0.80, partly 0.40, yes 0.05
 *        csat        1 0.90, 2 0.75, 3 0.35, 4 0.10, 5 0.05
 *        nps         0-2 0.85, 3-4 0.75, 5-6 0.60, 7-8 0.25, 9-10 0.05
 *   2. T is the comment's frustration by its words and phrases (domain/sentiment.h). Only what
 * reads as frustrated adds to the answers, and where all of them are good (A up to 0.10) two fifths
 * of that: frustration = A + (1 - A) * share * max(0, 2 T - 1), share = 1 or 2/5
 *   3. Without an answer it is T, without such a comment A, without either there is none.
 *
 * So words never excuse a bad answer, and alone never make a satisfied customer frustrated (0.5).
 */
#ifndef DOMAIN_FRUSTRATION_H
#define DOMAIN_FRUSTRATION_H

#include <stdbool.h>

#include "domain/answers.h"
#include "domain/sentiment.h"

#define FRUSTRATED_FROM 0.5

/* sentiment may be NULL. False when nothing tells; otherwise *frustration is in 0..1. */
bool frustration_of(const struct answers *answers, const struct sentiment *sentiment,
                    double *frustration);

#endif
