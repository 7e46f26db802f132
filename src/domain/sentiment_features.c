#include "domain/sentiment_features.h"

#include <math.h>
#include <string.h>

#include "domain/sentiment_tokens.h"

#define FNV_PRIME      0x01000193U
#define GRAM_BASIS     0x2F0B4C47U
#define WORD_SIZE      2           /* of a word's and a pair's feature; a run of letters has 1 */
#define START          0x5BD1E995U /* stands before the first token */
#define NEGATED        0x9E3779B9U /* what tells a negated word from the word */
#define NEGATION_REACH 3           /* words */
#define GRAM_BYTES_MIN 3
#define GRAM_BYTES_MAX 5
#define GRAMS_MAX      (3 * SENTIMENT_WORD_BYTES_MAX)
#define KEPT           100 /* hundredths of its valence that a word counts */
#define TURNED         (-74)
#define DAMPING        15.0
#define SPREAD         4.0
#define THOUSAND       1000.0 /* valences are in thousandths */

#define SEEN_PER_TOKEN 8 /* slots; two of them get filled */
#define SEEN_MIN       64

/*
 * Words and weights lie far apart in memory. So there are three passes over the tokens, each of
 * which fetches ahead what the next one reads.
 */
struct walk {
    const struct sentiment_model *model;
    struct sentiment_marks *marks;
    const char *text;
    unsigned reach;                       /* words that are still negated */
    uint32_t seen_last;                   /* the last slot; slots are a power of two */
    uint32_t own[SENTIMENT_TOKENS_MAX];   /* buckets of the words, negated or not */
    uint32_t pairs[SENTIMENT_TOKENS_MAX]; /* and of them with the one before */
    uint8_t grams[SENTIMENT_TOKENS_MAX];  /* runs of letters of a known word */
    uint32_t seen[SEEN_PER_TOKEN * SENTIMENT_TOKENS_MAX]; /* buckets + 1; 0 is an empty slot */
};

/* ---- First pass: the tokens ---- */

static void keep_token(struct walk *walk, const struct sentiment_token *token) {
    sentiment_word_prefetch(walk->model, token->hash);
    walk->marks->marks[walk->marks->count++] = (struct sentiment_mark){
        .start = (uint32_t)token->start,
        .end = (uint32_t)token->end,
        .hash = token->hash,
        .is_word = token->kind == TOKEN_WORD,
        .breaks = token->breaks,
        .negator = token->negates,
    };
    walk->marks->words += token->kind == TOKEN_WORD;
}

static void keep_tokens(struct walk *walk, size_t length) {
    struct sentiment_reader reader;
    struct sentiment_token token;
    sentiment_reader_init(&reader, walk->text, length);
    while (walk->marks->count < SENTIMENT_TOKENS_MAX && sentiment_next_token(&reader, &token)) {
        keep_token(walk, &token);
    }
    walk->marks->latin = reader.latin;
    walk->marks->foreign = reader.foreign;
}

/* ---- Second pass: what is known of each, and what is negated ---- */

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

static inline uint32_t fetch_bucket(const struct walk *walk, uint32_t hash) {
    uint32_t bucket = sentiment_bucket(hash);
    __builtin_prefetch(walk->model->weights[bucket]);
    return bucket;
}

/* What the token counts if it is there for the first time: what the words' table has added up. */
static void take_known_weights(struct walk *walk, size_t place, const struct sentiment_word *word) {
    struct sentiment_mark *mark = &walk->marks->marks[place];
    mark->is_known = word->is_known;
    walk->grams[place] = mark->is_word ? (uint8_t)word->grams : 0;
    for (size_t i = 0; i < HEAD_COUNT; i++) {
        mark->sums[i] = (mark->is_word ? word->sums[i] : 0) +
                        (mark->negated ? 0 : WORD_SIZE * word->weights[i]);
    }
}

/* The hash that stands before the next token. */
static uint32_t look_up(struct walk *walk, size_t place, uint32_t before) {
    struct sentiment_mark *mark = &walk->marks->marks[place];
    struct sentiment_word word = sentiment_word(walk->model, mark->hash);
    mark->value = (int16_t)word.value;
    if (mark->value == WORD_PASSED_OVER) {
        mark->is_known = true;
        mark->negator = false;
        return before;
    }
    mark->negator = mark->is_word && (mark->negator || mark->value == WORD_NEGATOR);
    mark->negated = take_negation(walk, mark);
    weigh_valence(walk->marks, mark);
    take_known_weights(walk, place, &word);
    uint32_t hash = mark->negated ? mark->hash ^ NEGATED : mark->hash;
    walk->own[place] = fetch_bucket(walk, hash);
    walk->pairs[place] = fetch_bucket(walk, (before * FNV_PRIME ^ hash) * FNV_PRIME);
    return hash;
}

/* ---- Third pass: weights ---- */

static bool is_first(struct walk *walk, uint32_t bucket) {
    uint32_t slot = bucket & walk->seen_last;
    while (walk->seen[slot] != 0) {
        if (walk->seen[slot] == bucket + 1) {
            return false;
        }
        slot = (slot + 1) & walk->seen_last;
    }
    walk->seen[slot] = bucket + 1;
    return true;
}

static inline void add_weights(struct walk *walk, size_t place, uint32_t bucket, int size) {
    walk->marks->size += (size_t)(size * size);
    for (size_t i = 0; i < HEAD_COUNT; i++) {
        walk->marks->marks[place].sums[i] += size * walk->model->weights[bucket][i];
    }
}

/* The token's text between < and >, read once more. How long it is. */
static size_t read_padded(const struct walk *walk, size_t place,
                          char padded[SENTIMENT_WORD_BYTES_MAX + 2]) {
    const struct sentiment_mark *mark = &walk->marks->marks[place];
    struct sentiment_reader reader;
    struct sentiment_token token;
    sentiment_reader_init(&reader, walk->text + mark->start, mark->end - mark->start);
    token.length = 0;
    sentiment_next_token(&reader, &token);
    padded[0] = '<';
    memcpy(padded + 1, token.text, token.length);
    padded[token.length + 1] = '>';
    return token.length + 2;
}

/* Runs of three to five bytes of a word that is not known. */
static void add_grams(struct walk *walk, size_t place) {
    char padded[SENTIMENT_WORD_BYTES_MAX + 2];
    uint32_t buckets[GRAMS_MAX];
    size_t length = read_padded(walk, place, padded);
    size_t count = 0;
    for (size_t start = 0; start + GRAM_BYTES_MIN <= length; start++) {
        uint32_t hash = sentiment_hash_on(GRAM_BASIS, padded[start]);
        hash = sentiment_hash_on(hash, padded[start + 1]);
        size_t last = start + GRAM_BYTES_MAX < length ? start + GRAM_BYTES_MAX : length;
        for (size_t end = start + GRAM_BYTES_MIN - 1; end < last; end++) {
            hash = sentiment_hash_on(hash, padded[end]);
            buckets[count++] = fetch_bucket(walk, hash);
        }
    }
    for (size_t i = 0; i < count; i++) {
        add_weights(walk, place, buckets[i], 1);
    }
}

/* What the second pass could not take from the words' table. */
static void add_word(struct walk *walk, size_t place) {
    const struct sentiment_mark *mark = &walk->marks->marks[place];
    walk->marks->size += walk->grams[place];
    if (mark->is_known && !mark->negated) {
        walk->marks->size += (size_t)WORD_SIZE * WORD_SIZE;
    } else {
        add_weights(walk, place, walk->own[place], WORD_SIZE);
    }
    if (mark->is_word && !mark->is_known) {
        add_grams(walk, place);
    }
}

static void forget_weights(struct sentiment_mark *mark) {
    memset(mark->sums, 0, sizeof mark->sums);
}

/* A word, with its runs of letters, and a pair of words count once each. */
static void add_features(struct walk *walk, size_t place) {
    struct sentiment_mark *mark = &walk->marks->marks[place];
    if (mark->value == WORD_PASSED_OVER) {
        return;
    }
    if (is_first(walk, walk->own[place])) {
        add_word(walk, place);
    } else {
        forget_weights(mark);
    }
    if (is_first(walk, walk->pairs[place])) {
        add_weights(walk, place, walk->pairs[place], WORD_SIZE);
    }
    for (size_t i = 0; i < HEAD_COUNT; i++) {
        walk->marks->sums[i] += mark->sums[i];
    }
}

static void clear_seen(struct walk *walk) {
    uint32_t slots = SEEN_MIN;
    while (slots < SEEN_PER_TOKEN * walk->marks->count) {
        slots *= 2;
    }
    walk->seen_last = slots - 1;
    memset(walk->seen, 0, slots * sizeof *walk->seen);
}

void sentiment_mark_tokens(const struct sentiment_model *model, const char *text, size_t length,
                           struct sentiment_marks *marks) {
    struct walk walk; /* large: only what must be is zero */
    walk.model = model;
    walk.marks = marks;
    walk.text = text;
    walk.reach = 0;
    memset(marks, 0, offsetof(struct sentiment_marks, marks));
    keep_tokens(&walk, length);
    clear_seen(&walk);
    uint32_t before = START;
    for (size_t i = 0; i < marks->count; i++) {
        before = look_up(&walk, i, before);
    }
    for (size_t i = 0; i < marks->count; i++) {
        add_features(&walk, i);
    }
}

void sentiment_factors_of(const struct sentiment_model *model, const struct sentiment_marks *marks,
                          struct sentiment_factors factors[HEAD_COUNT]) {
    double positive = (double)marks->positive / THOUSAND;
    double negative = (double)marks->negative / THOUSAND;
    double total = positive - negative;
    double by_total = 1 / (THOUSAND * sqrt(total * total + DAMPING));
    double by_side = 1 / (THOUSAND * (positive + negative + SPREAD));
    double by_sum = 1 / sqrt(marks->size > 0 ? (double)marks->size : 1);
    for (size_t i = 0; i < HEAD_COUNT; i++) {
        const struct sentiment_line *line = &model->lines[i];
        factors[i] = (struct sentiment_factors){
            .bias = line->bias,
            .sum = line->scale * by_sum,
            .positive = line->dense[0] * by_total + line->dense[2] * by_side,
            .negative = line->dense[0] * by_total - line->dense[1] * by_side,
        };
    }
}

double sentiment_log_odds(const struct sentiment_factors factors[HEAD_COUNT],
                          const struct sentiment_marks *marks, enum sentiment_head head) {
    const struct sentiment_factors *of = &factors[head];
    return of->bias + of->sum * (double)marks->sums[head] + of->positive * (double)marks->positive -
           of->negative * (double)marks->negative;
}
