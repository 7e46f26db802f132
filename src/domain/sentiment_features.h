/* What the model makes of a comment's tokens. tools/sentiment/features.py is the same in Python. */
#ifndef DOMAIN_SENTIMENT_FEATURES_H
#define DOMAIN_SENTIMENT_FEATURES_H

#include "domain/sentiment_model.h"

#define SENTIMENT_TOKENS_MAX 1024 /* what comes after is passed over */

/* One token; what it adds to the log-odds is sentiment_token_weight's. */
struct sentiment_mark {
    uint32_t start; /* bytes in the comment */
    uint32_t end;
    uint32_t hash;
    int32_t sums[HEAD_COUNT]; /* of weights */
    int32_t valence;          /* thousandths, turned where negated */
    int16_t value;            /* sentiment_word's */
    bool is_word;
    bool is_known;
    bool breaks;
    bool negated;
    bool negator;
};

struct sentiment_marks {
    size_t count;
    size_t words;
    size_t latin;             /* letters */
    size_t foreign;           /* and of other scripts */
    size_t size;              /* of all features, squared */
    int64_t sums[HEAD_COUNT]; /* of the marks' sums */
    int64_t positive;         /* sums of valences, thousandths */
    int64_t negative;
    struct sentiment_mark marks[SENTIMENT_TOKENS_MAX];
};

/* text may be any bytes. Linear in length. */
void sentiment_mark_tokens(const struct sentiment_model *model, const char *text, size_t length,
                           struct sentiment_marks *marks);

/* What a comment's parts count in the log-odds of one head. */
struct sentiment_factors {
    double bias;
    double sum;      /* of its weights */
    double positive; /* its valence where it is positive */
    double negative;
};

void sentiment_factors_of(const struct sentiment_model *model, const struct sentiment_marks *marks,
                          struct sentiment_factors factors[HEAD_COUNT]);

/* The log-odds: the bias and all tokens' weights. */
double sentiment_log_odds(const struct sentiment_factors factors[HEAD_COUNT],
                          const struct sentiment_marks *marks, enum sentiment_head head);

/* What the token adds to the log-odds. */
static inline double sentiment_token_weight(const struct sentiment_factors factors[HEAD_COUNT],
                                            const struct sentiment_mark *mark,
                                            enum sentiment_head head) {
    const struct sentiment_factors *of = &factors[head];
    return of->sum * mark->sums[head] +
           (mark->valence < 0 ? of->negative : of->positive) * mark->valence;
}

#endif
