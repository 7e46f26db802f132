#include "domain/sentiment_features.h"

#include <math.h>
#include <string.h>

#include "domain/sentiment_tokens.h"

#define FNV_PRIME      0x01000193U
#define GRAM_BASIS     0x2F0B4C47U
#define START          0x5BD1E995U /* stands before the first token */
#define NEGATED        0x9E3779B9U /* what tells a negated word from the word */
#define NEGATION_REACH 3           /* words */
#define GRAM_BYTES_MIN 3
#define GRAM_BYTES_MAX 5
#define KEPT           100 /* hundredths of its valence that a word counts */
#define TURNED         (-74)
#define DAMPING        15.0
#define SPREAD         4.0

#define SEEN_PER_TOKEN 4 /* slots; two of them get filled */
#define SEEN_MIN       64

/*
 * Words and weights lie far apart in memory. So there are three passes over the tokens, each of
 * which fetches ahead what the next one reads.
 */
struct walk {
    const struct sentiment_model *model;
    struct sentiment_marks *marks;
    size_t count;                                         /* tokens */
    unsigned reach;                                       /* words that are still negated */
    size_t seen_slots;                                    /* a power of two */
    uint32_t seen[SEEN_PER_TOKEN * SENTIMENT_TOKENS_MAX]; /* features; 0 is an empty slot */
    size_t letter_count;
    char letters[SENTIMENT_TOKENS_MAX * SENTIMENT_WORD_BYTES_MAX]; /* the tokens' texts */
    uint32_t texts[SENTIMENT_TOKENS_MAX];                          /* where each begins */
    uint8_t lengths[SENTIMENT_TOKENS_MAX];
    uint32_t marked[SENTIMENT_TOKENS_MAX]; /* hashes that tell negated words apart */
    uint32_t pairs[SENTIMENT_TOKENS_MAX];  /* hashes with the token before */
    struct sentiment_word words[SENTIMENT_TOKENS_MAX];
};

/* ---- First pass: the tokens ---- */

static void keep_token(struct walk *walk, const struct sentiment_token *token) {
    size_t place = walk->count++;
    uint32_t hash = sentiment_hash(token->text, token->length);
    sentiment_word_prefetch(walk->model, hash);
    walk->marks->marks[place] = (struct sentiment_mark){
        .start = (uint32_t)token->start,
        .end = (uint32_t)token->end,
        .hash = hash,
        .is_word = token->kind == TOKEN_WORD,
        .breaks = token->breaks,
    };
    walk->marks->words += token->kind == TOKEN_WORD;
    memcpy(walk->letters + walk->letter_count, token->text, token->length);
    walk->texts[place] = (uint32_t)walk->letter_count;
    walk->lengths[place] = (uint8_t)token->length;
    walk->letter_count += token->length;
}

static void keep_tokens(struct walk *walk, const char *text, size_t length) {
    struct sentiment_reader reader;
    struct sentiment_token token;
    sentiment_reader_init(&reader, text, length);
    while (walk->count < SENTIMENT_TOKENS_MAX && sentiment_next_token(&reader, &token)) {
        keep_token(walk, &token);
    }
    walk->marks->latin = reader.latin;
    walk->marks->foreign = reader.foreign;
}

/* ---- Second pass: what is known of each, and what is negated ---- */

static bool is_negator(const struct walk *walk, size_t place) {
    const char *end = walk->letters + walk->texts[place] + walk->lengths[place];
    return walk->marks->marks[place].value == WORD_NEGATOR ||
           (walk->lengths[place] >= 3 && memcmp(end - 3, "n't", 3) == 0);
}

/* Whether the token is a negated word. */
static bool take_negation(struct walk *walk, const struct sentiment_mark *mark) {
    if (mark->breaks || mark->value == WORD_UNDOES_NEGATION || mark->negator) {
        walk->reach = 0;
    }
    bool negated = mark->is_word && walk->reach > 0;
    walk->reach -= negated;
    if (mark->negator) {
        walk->reach = NEGATION_REACH;
    }
    return negated;
}

static void weigh_valence(struct sentiment_marks *marks, struct sentiment_mark *mark) {
    if (mark->value >= -WORD_VALENCE_MAX && mark->value <= WORD_VALENCE_MAX) {
        mark->valence = mark->value * (mark->negated ? TURNED : KEPT);
        marks->positive += mark->valence > 0 ? mark->valence : 0;
        marks->negative -= mark->valence < 0 ? mark->valence : 0;
    }
}

static inline void prefetch_weights(const struct walk *walk, uint32_t hash) {
    __builtin_prefetch(walk->model->weights[sentiment_bucket(hash)]);
}

/* The hash that stands before the next token. */
static uint32_t look_up(struct walk *walk, size_t place, uint32_t before) {
    struct sentiment_mark *mark = &walk->marks->marks[place];
    walk->marked[place] = before;
    walk->pairs[place] = before;
    walk->words[place] = sentiment_word(walk->model, mark->hash);
    mark->value = (int16_t)walk->words[place].value;
    mark->is_known = walk->words[place].is_known;
    if (mark->value == WORD_PASSED_OVER) {
        return before;
    }
    mark->negator = mark->is_word && is_negator(walk, place);
    mark->negated = take_negation(walk, mark);
    weigh_valence(walk->marks, mark);
    walk->marked[place] = mark->negated ? mark->hash ^ NEGATED : mark->hash;
    walk->pairs[place] = (before * FNV_PRIME ^ walk->marked[place]) * FNV_PRIME;
    prefetch_weights(walk, walk->marked[place]);
    prefetch_weights(walk, walk->pairs[place]);
    return walk->marked[place];
}

/* ---- Third pass: weights ---- */

static inline void add_weights(struct walk *walk, size_t place, uint32_t bucket) {
    walk->marks->features++;
    for (size_t i = 0; i < HEAD_COUNT; i++) {
        walk->marks->marks[place].sums[i] += walk->model->weights[bucket][i];
    }
}

static bool is_first(struct walk *walk, uint32_t bucket) {
    size_t slot = bucket;
    while (walk->seen[slot % walk->seen_slots] != 0) {
        if (walk->seen[slot % walk->seen_slots] == bucket + 1) {
            return false;
        }
        slot++;
    }
    walk->seen[slot % walk->seen_slots] = bucket + 1;
    return true;
}

/* Once for each word and each pair of words: whether it is the first time. */
static bool add_once(struct walk *walk, size_t place, uint32_t hash) {
    uint32_t bucket = sentiment_bucket(hash);
    bool first = is_first(walk, bucket);
    if (first) {
        add_weights(walk, place, bucket);
    }
    return first;
}

static inline uint32_t extend(uint32_t hash, char byte) {
    return (hash ^ (unsigned char)byte) * FNV_PRIME;
}

/* Runs of three to five bytes of the word between < and >. */
static void add_grams(struct walk *walk, size_t place) {
    char padded[SENTIMENT_WORD_BYTES_MAX + 2];
    size_t length = walk->lengths[place] + 2U;
    padded[0] = '<';
    memcpy(padded + 1, walk->letters + walk->texts[place], length - 2);
    padded[length - 1] = '>';
    for (size_t start = 0; start + GRAM_BYTES_MIN <= length; start++) {
        uint32_t hash = extend(extend(GRAM_BASIS, padded[start]), padded[start + 1]);
        size_t last = start + GRAM_BYTES_MAX < length ? start + GRAM_BYTES_MAX : length;
        for (size_t end = start + GRAM_BYTES_MIN - 1; end < last; end++) {
            hash = extend(hash, padded[end]);
            add_weights(walk, place, sentiment_bucket(hash));
        }
    }
}

/* What the file already has added up. */
static void add_known_grams(struct walk *walk, size_t place) {
    const struct sentiment_word *word = &walk->words[place];
    walk->marks->features += word->grams;
    for (size_t i = 0; i < HEAD_COUNT; i++) {
        walk->marks->marks[place].sums[i] += word->sums[i];
    }
}

static void add_features(struct walk *walk, size_t place) {
    const struct sentiment_mark *mark = &walk->marks->marks[place];
    if (mark->value == WORD_PASSED_OVER) {
        return;
    }
    bool first = add_once(walk, place, walk->marked[place]);
    if (first && mark->is_word && mark->is_known) {
        add_known_grams(walk, place);
    } else if (first && mark->is_word) {
        add_grams(walk, place);
    }
    add_once(walk, place, walk->pairs[place]);
}

static void clear_seen(struct walk *walk) {
    walk->seen_slots = SEEN_MIN;
    while (walk->seen_slots < SEEN_PER_TOKEN * walk->count) {
        walk->seen_slots *= 2;
    }
    memset(walk->seen, 0, walk->seen_slots * sizeof *walk->seen);
}

void sentiment_mark_tokens(const struct sentiment_model *model, const char *text, size_t length,
                           struct sentiment_marks *marks) {
    struct walk walk; /* large: only what must be is zero */
    walk.model = model;
    walk.marks = marks;
    walk.count = 0;
    walk.reach = 0;
    walk.letter_count = 0;
    memset(marks, 0, offsetof(struct sentiment_marks, marks));
    keep_tokens(&walk, text, length);
    marks->count = walk.count;
    clear_seen(&walk);
    uint32_t before = START;
    for (size_t i = 0; i < walk.count; i++) {
        before = look_up(&walk, i, before);
    }
    for (size_t i = 0; i < walk.count; i++) {
        add_features(&walk, i);
    }
}

struct dense {
    double total;
    double root;
    double spread;
    double positive;
    double negative;
};

static struct dense dense_of(const struct sentiment_marks *marks) {
    struct dense dense = {
        .positive = (double)marks->positive / 1000,
        .negative = (double)marks->negative / 1000,
    };
    dense.total = dense.positive - dense.negative;
    dense.root = sqrt(dense.total * dense.total + DAMPING);
    dense.spread = dense.positive + dense.negative + SPREAD;
    return dense;
}

double sentiment_log_odds(const struct sentiment_model *model, const struct sentiment_marks *marks,
                          enum sentiment_head head) {
    const struct sentiment_line *line = &model->lines[head];
    struct dense dense = dense_of(marks);
    int64_t sum = 0;
    for (size_t i = 0; i < marks->count; i++) {
        sum += marks->marks[i].sums[head];
    }
    double features = marks->features > 0 ? (double)marks->features : 1;
    return line->bias + line->dense[0] * (dense.total / dense.root) +
           line->dense[1] * (dense.negative / dense.spread) +
           line->dense[2] * (dense.positive / dense.spread) +
           line->scale * (double)sum / sqrt(features);
}

void sentiment_factors_of(const struct sentiment_model *model, const struct sentiment_marks *marks,
                          struct sentiment_factors factors[HEAD_COUNT]) {
    struct dense dense = dense_of(marks);
    double features = marks->features > 0 ? (double)marks->features : 1;
    for (size_t i = 0; i < HEAD_COUNT; i++) {
        const struct sentiment_line *line = &model->lines[i];
        factors[i] = (struct sentiment_factors){
            .sum = line->scale / sqrt(features),
            .valence = line->dense[0] / dense.root / 1000,
            .positive = line->dense[2] / dense.spread / 1000,
            .negative = -line->dense[1] / dense.spread / 1000,
        };
    }
}
