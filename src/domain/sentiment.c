#include "domain/sentiment.h"

#include <math.h>

#include "base/embedded.h"
#include "domain/sentiment_features.h"
#include "domain/sentiment_language.h"
#include "domain/sentiment_phrases.h"

#define SPAN_WEIGHT_MIN 0.2    /* log-odds */
#define PHRASE_POLARITY (-0.6) /* what a phrase counts in polarity, of its weight */

bool sentiment_scorer_load(struct sentiment_scorer *scorer, const char **objection) {
    const struct embedded_file *model = embedded_file("config/model/sentiment.bin");
    const struct embedded_file *phrases = embedded_file("config/model/phrases.en.txt");
    size_t line;
    *scorer = (struct sentiment_scorer){0};
    if (!model || !sentiment_model_read(model->bytes, model->length, &scorer->model)) {
        *objection = "config/model/sentiment.bin is no model of this format";
        return false;
    }
    scorer->phrases =
        phrases ? sentiment_phrases_read(phrases->bytes, phrases->length, &line) : NULL;
    *objection =
        scorer->phrases ? NULL : "config/model/phrases.en.txt has a line that is no phrase";
    return scorer->phrases != NULL;
}

void sentiment_scorer_clear(struct sentiment_scorer *scorer) {
    sentiment_phrases_free(scorer->phrases);
    *scorer = (struct sentiment_scorer){0};
}

/* A comment and what was found in it. */
struct reading {
    struct sentiment_marks marks;
    struct sentiment_factors factors[HEAD_COUNT];
    struct sentiment_phrase phrases[SENTIMENT_PHRASES_FOUND_MAX];
    size_t phrase_count;
    double log_odds[HEAD_COUNT];
};

struct weights {
    double frustration;
    double polarity;
};

/* Compared by hand: this is asked of each word, and fmax is a call. */
static double larger(double one, double other) {
    return one > other ? one : other;
}

static double importance(const struct sentiment_span *span) {
    return larger(fabs(span->frustration), fabs(span->polarity));
}

static size_t least_important(const struct sentiment *sentiment) {
    size_t least = 0;
    for (size_t i = 1; i < sentiment->span_count; i++) {
        if (importance(&sentiment->spans[i]) < importance(&sentiment->spans[least])) {
            least = i;
        }
    }
    return least;
}

/* While there is room; then in place of a lesser one. */
static void add_span(struct sentiment *sentiment, const struct sentiment_span *span) {
    if (sentiment->span_count < SENTIMENT_SPANS_MAX) {
        sentiment->spans[sentiment->span_count++] = *span;
        return;
    }
    size_t least = least_important(sentiment);
    if (importance(span) > importance(&sentiment->spans[least])) {
        sentiment->spans[least] = *span;
    }
}

static void sort_spans(struct sentiment *sentiment) {
    for (size_t i = 1; i < sentiment->span_count; i++) {
        struct sentiment_span span = sentiment->spans[i];
        size_t at = i;
        for (; at > 0 && sentiment->spans[at - 1].start > span.start; at--) {
            sentiment->spans[at] = sentiment->spans[at - 1];
        }
        sentiment->spans[at] = span;
    }
}

static struct weights word_weights(const struct reading *reading, size_t place) {
    const struct sentiment_mark *mark = &reading->marks.marks[place];
    return (struct weights){
        sentiment_token_weight(reading->factors, mark, HEAD_FRUSTRATION),
        sentiment_token_weight(reading->factors, mark, HEAD_POLARITY),
    };
}

static bool is_told(struct weights weights) {
    return larger(fabs(weights.frustration), fabs(weights.polarity)) >= SPAN_WEIGHT_MIN;
}

static struct sentiment_span span_of(const struct reading *reading, size_t first, size_t last,
                                     struct weights weights) {
    return (struct sentiment_span){
        .start = reading->marks.marks[first].start,
        .end = reading->marks.marks[last].end,
        .frustration = weights.frustration,
        .polarity = weights.polarity,
    };
}

static void tell_word(const struct reading *reading, size_t place, struct sentiment *sentiment) {
    struct weights weights = word_weights(reading, place);
    if (is_told(weights)) {
        struct sentiment_span span = span_of(reading, place, place, weights);
        add_span(sentiment, &span);
    }
}

/* The further one from zero on its own side. */
static double at_least(double own, double words) {
    return own > 0 ? fmax(own, words) : fmin(own, words);
}

/* A phrase counts in place of its words, and at least as much. */
static void take_phrase(struct reading *reading, const struct sentiment_phrase *phrase,
                        struct sentiment *sentiment) {
    struct weights words = {0};
    for (size_t i = phrase->first; i <= phrase->last; i++) {
        struct weights word = word_weights(reading, i);
        words.frustration += word.frustration;
        words.polarity += word.polarity;
    }
    struct weights weights = {
        at_least(phrase->weight, words.frustration),
        at_least(PHRASE_POLARITY * phrase->weight, words.polarity),
    };
    reading->log_odds[HEAD_FRUSTRATION] += weights.frustration - words.frustration;
    reading->log_odds[HEAD_POLARITY] += weights.polarity - words.polarity;
    if (is_told(weights)) {
        struct sentiment_span span = span_of(reading, phrase->first, phrase->last, weights);
        span.is_phrase = true;
        add_span(sentiment, &span);
    }
}

/* From left to right: a phrase, or a word that is in none. */
static void take_spans(struct reading *reading, struct sentiment *sentiment) {
    size_t phrase = 0;
    for (size_t i = 0; i < reading->marks.count; i++) {
        if (phrase < reading->phrase_count && reading->phrases[phrase].first == i) {
            take_phrase(reading, &reading->phrases[phrase], sentiment);
            i = reading->phrases[phrase++].last;
        } else {
            tell_word(reading, i, sentiment);
        }
    }
    sort_spans(sentiment);
}

static enum sentiment_extent extent_of(const struct sentiment_marks *marks, const char *language) {
    if (marks->words == 0 && marks->foreign == 0) {
        return SENTIMENT_EMPTY;
    }
    if (!sentiment_is_english(marks, language)) {
        return SENTIMENT_OTHER_LANGUAGE;
    }
    return marks->words < SENTIMENT_WORDS_MIN ? SENTIMENT_SHORT : SENTIMENT_WHOLE;
}

static double likeliness(double log_odds) {
    return 1 / (1 + exp(-log_odds));
}

void sentiment_score(const struct sentiment_scorer *scorer, const char *text, size_t length,
                     const char *language, struct sentiment *sentiment) {
    struct reading reading;
    sentiment_mark_tokens(&scorer->model, text, length, &reading.marks);
    sentiment->span_count = 0;
    sentiment->extent = extent_of(&reading.marks, language);
    if (sentiment->extent != SENTIMENT_WHOLE && sentiment->extent != SENTIMENT_SHORT) {
        return;
    }
    reading.phrase_count =
        sentiment_phrases_find(scorer->phrases, text, &reading.marks, reading.phrases);
    sentiment_factors_of(&scorer->model, &reading.marks, reading.factors);
    for (unsigned head = 0; head < HEAD_COUNT; head++) {
        reading.log_odds[head] = sentiment_log_odds(reading.factors, &reading.marks, head);
    }
    take_spans(&reading, sentiment);
    sentiment->frustration = likeliness(reading.log_odds[HEAD_FRUSTRATION]);
    sentiment->polarity = 2 * likeliness(reading.log_odds[HEAD_POLARITY]) - 1;
}

const char *sentiment_extent_name(enum sentiment_extent extent) {
    static const char *const names[] = {NULL, "too_short", "empty", "language"};
    return names[extent];
}
