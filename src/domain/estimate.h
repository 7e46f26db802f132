/*
 * What a response says of its customer's mood, by the model that estimated it: an estimate, never a
 * fact. It follows from the response's answers and its contact's language alone, so that it can be
 * made anew at any time.
 */
#ifndef DOMAIN_ESTIMATE_H
#define DOMAIN_ESTIMATE_H

#include <stdbool.h>

#include "domain/answers.h"
#include "domain/sentiment.h"

#define ESTIMATE_STEPS 10000 /* a number between 0 and 1 is told in steps of these */

struct estimate {
    bool has_polarity;
    bool has_frustration;
    double polarity;    /* -1 (unpleasant) .. 1, of the comment */
    double frustration; /* 0 .. 1, of answers and comment (domain/frustration.h) */
    char model[SENTIMENT_VERSION_BYTES + 1]; /* "": nobody has estimated it */
};

/* language is the contact's (BCP 47), or NULL. Takes up to 150 KiB of stack. */
void estimate_of(const struct sentiment_scorer *scorer, const struct answers *answers,
                 const char *language, struct estimate *estimate);

/* The estimate reads as frustrated. */
bool estimate_frustrated(const struct estimate *estimate);

#endif
