/*
 * Whatever bytes come in as a comment: scores within their range, at most SENTIMENT_SPANS_MAX
 * spans, each inside the text, on a character's boundary where the text is UTF-8, none over
 * another; the same again the second time. Whatever comes in as a list of phrases or as a model is
 * read or refused.
 */
#include <math.h>

#include "domain/sentiment.h"
#include "domain/sentiment_features.h"
#include "domain/sentiment_phrases.h"
#include "fuzz.h"

static const struct sentiment_scorer *loaded(void) {
    static struct sentiment_scorer scorer;
    const char *objection;
    if (!scorer.phrases) {
        claim(sentiment_scorer_load(&scorer, &objection));
    }
    return &scorer;
}

static bool is_inside_character(const uint8_t *data, size_t size, size_t at) {
    return at < size && (data[at] & 0xC0) == 0x80;
}

static void check_spans(const struct sentiment *sentiment, const uint8_t *data, size_t size,
                        bool is_utf8) {
    size_t end = 0;
    claim(sentiment->span_count <= SENTIMENT_SPANS_MAX);
    for (size_t i = 0; i < sentiment->span_count; i++) {
        const struct sentiment_span *span = &sentiment->spans[i];
        claim(span->start >= end && span->start < span->end && span->end <= size);
        claim(isfinite(span->frustration) && isfinite(span->polarity));
        if (is_utf8) {
            claim(!is_inside_character(data, size, span->start));
            claim(!is_inside_character(data, size, span->end));
        }
        end = span->end;
    }
}

static bool same(const struct sentiment *one, const struct sentiment *other) {
    return one->extent == other->extent && one->span_count == other->span_count &&
           (one->extent == SENTIMENT_EMPTY || one->extent == SENTIMENT_OTHER_LANGUAGE ||
            (one->polarity == other->polarity && one->frustration == other->frustration));
}

static void check_scores(const uint8_t *data, size_t size, const char *language, bool is_utf8) {
    struct sentiment sentiment;
    struct sentiment again;
    sentiment_score(loaded(), (const char *)data, size, language, &sentiment);
    sentiment_score(loaded(), (const char *)data, size, language, &again);
    claim(same(&sentiment, &again));
    check_spans(&sentiment, data, size, is_utf8);
    if (sentiment.extent == SENTIMENT_WHOLE || sentiment.extent == SENTIMENT_SHORT) {
        claim(sentiment.frustration >= 0 && sentiment.frustration <= 1);
        claim(sentiment.polarity >= -1 && sentiment.polarity <= 1);
    } else {
        claim(sentiment.span_count == 0);
    }
}

static bool all_utf8(const uint8_t *data, size_t size) {
    for (size_t at = 0; at < size;) {
        size_t length = data[at] < 0x80 ? 1 : data[at] < 0xE0 ? 2 : data[at] < 0xF0 ? 3 : 4;
        if ((data[at] >= 0x80 && data[at] < 0xC2) || data[at] > 0xF4 || at + length > size) {
            return false;
        }
        for (size_t i = 1; i < length; i++) {
            if (!is_inside_character(data, size, at + i)) {
                return false;
            }
        }
        at += length;
    }
    return true;
}

static void check_phrases(const uint8_t *data, size_t size) {
    static struct sentiment_marks marks;
    struct sentiment_phrase found[SENTIMENT_PHRASES_FOUND_MAX];
    size_t line;
    struct sentiment_phrases *phrases = sentiment_phrases_read((const char *)data, size, &line);
    if (!phrases) {
        claim(line > 0);
        return;
    }
    sentiment_mark_tokens(&loaded()->model, (const char *)data, size, &marks);
    size_t count = sentiment_phrases_find(phrases, (const char *)data, &marks, found);
    claim(count <= SENTIMENT_PHRASES_FOUND_MAX);
    for (size_t i = 0; i < count; i++) {
        claim(found[i].first <= found[i].last && found[i].last < marks.count);
        claim(i == 0 || found[i].first > found[i - 1].last);
    }
    sentiment_phrases_free(phrases);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sentiment_model model;
    bool is_utf8 = all_utf8(data, size);
    check_scores(data, size, size % 4 ? "en" : NULL, is_utf8);
    check_phrases(data, size);
    claim(!sentiment_model_read(data, size, &model)); /* too small to be one */
    return 0;
}
