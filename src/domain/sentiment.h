/*
 * What a comment's words say of the mood it was written in: an estimate, from a model that
 * tools/sentiment trains, and from a list of phrases. English only. How it joins with the answers
 * is domain/frustration.h's business.
 */
#ifndef DOMAIN_SENTIMENT_H
#define DOMAIN_SENTIMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/sentiment_model.h"

#define SENTIMENT_SPANS_MAX 16
#define SENTIMENT_WORDS_MIN 3 /* of fewer the words' frustration is not told */

struct sentiment_phrases;

struct sentiment_scorer {
    struct sentiment_model model;
    struct sentiment_phrases *phrases; /* owned */
};

/* Why there is no score, or not the whole one. */
enum sentiment_extent {
    SENTIMENT_WHOLE,
    SENTIMENT_SHORT, /* too few words: polarity alone */
    SENTIMENT_EMPTY, /* not a word */
    SENTIMENT_OTHER_LANGUAGE,
};

/* A word or a phrase that moved the scores. */
struct sentiment_span {
    size_t start; /* bytes */
    size_t end;
    bool is_phrase;
    double
        frustration; /* log-odds; all spans, the small ones not told and a constant are the score */
    double polarity;
};

struct sentiment {
    enum sentiment_extent extent;
    double polarity;    /* -1 (unpleasant) .. 1; unless empty or in another language */
    double frustration; /* 0..1, from 0.5 on it reads as frustrated; only when whole */
    size_t span_count;
    struct sentiment_span spans[SENTIMENT_SPANS_MAX]; /* the weightiest, from left to right */
};

/* From the files that the binary carries. False, with *objection (static) saying why not. */
bool sentiment_scorer_load(struct sentiment_scorer *scorer, const char **objection);
void sentiment_scorer_clear(struct sentiment_scorer *scorer);

/*
 * text may be any bytes; what is not UTF-8 separates words, and of more than SENTIMENT_TOKENS_MAX
 * tokens the rest is passed over. language is the contact's (BCP 47), or NULL when nobody knows
 * it. Thread-safe; time is linear in length.
 */
void sentiment_score(const struct sentiment_scorer *scorer, const char *text, size_t length,
                     const char *language, struct sentiment *sentiment);

/* "too_short", "empty", "language", or NULL for a whole score. */
const char *sentiment_extent_name(enum sentiment_extent extent);

#endif
