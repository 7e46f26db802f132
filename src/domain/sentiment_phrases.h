/* Phrases that say more than their words: config/model/phrases.en.txt says how they are written. */
#ifndef DOMAIN_SENTIMENT_PHRASES_H
#define DOMAIN_SENTIMENT_PHRASES_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/sentiment_features.h"

#define SENTIMENT_PHRASES_FOUND_MAX 16

struct sentiment_phrases;

/* One that was found: from the mark first to the mark last. */
struct sentiment_phrase {
    size_t first;
    size_t last;
    double weight; /* log-odds of frustration */
};

/* NULL when a line is no phrase: *line is then its number, counted from 1, or 0 when there is no
 * memory. What it returns is owned by the caller. */
struct sentiment_phrases *sentiment_phrases_read(const char *text, size_t length, size_t *line);
void sentiment_phrases_free(struct sentiment_phrases *phrases);

/*
 * The phrases of a comment from left to right, none of them over another; of those that begin at
 * one word the weightiest. How many there are. text is what was marked. Linear in the marks.
 */
size_t sentiment_phrases_find(const struct sentiment_phrases *phrases, const char *text,
                              const struct sentiment_marks *marks,
                              struct sentiment_phrase found[SENTIMENT_PHRASES_FOUND_MAX]);

#endif
