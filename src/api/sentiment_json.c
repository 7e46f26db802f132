#include "api/sentiment_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCORE_STEPS 1e4 /* an estimate needs no more digits */

static void append_number(struct text *text, const char *name, double value) {
    text_append_format(text, ",\"%s\":", name);
    text_append_decimal(text, round(value * SCORE_STEPS) / SCORE_STEPS);
}

void append_score_member(struct text *text, const char *name, double value, bool is_known) {
    if (is_known) {
        append_number(text, name, value);
    } else {
        text_append_format(text, ",\"%s\":null", name);
    }
}

/* Characters of UTF-8 begin with any byte but those of the form 10xxxxxx. */
static size_t count_characters(const char *bytes, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        count += ((unsigned char)bytes[i] & 0xC0) != 0x80;
    }
    return count;
}

static void append_span_text(struct text *text, const char *bytes, size_t length) {
    char *copy = strndup(bytes, length);
    if (copy) {
        text_append_json(text, copy);
    }
    text->failed = text->failed || !copy;
    free(copy);
}

/* characters: as many as there are before the span. */
static void append_span(struct text *text, const struct sentiment_span *span, const char *comment,
                        size_t characters) {
    size_t length = span->end - span->start;
    text_append(text, "{\"start\":");
    text_append_int(text, (int64_t)characters);
    text_append(text, ",\"end\":");
    text_append_int(text, (int64_t)(characters + count_characters(comment + span->start, length)));
    text_append(text, ",\"text\":");
    append_span_text(text, comment + span->start, length);
    text_append(text, span->is_phrase ? ",\"kind\":\"phrase\"" : ",\"kind\":\"word\"");
    append_number(text, "frustration", span->frustration);
    append_number(text, "polarity", span->polarity);
    text_append_char(text, '}');
}

void sentiment_append_spans(struct text *text, const struct sentiment *sentiment,
                            const char *comment) {
    const char *reason = sentiment_extent_name(sentiment->extent);
    if (reason) {
        text_append_format(text, ",\"reason\":\"%s\"", reason);
    }
    text_append(text, ",\"spans\":[");
    size_t at = 0;
    size_t characters = 0;
    for (size_t i = 0; i < sentiment->span_count; i++) {
        const struct sentiment_span *span = &sentiment->spans[i];
        characters += count_characters(comment + at, span->start - at);
        at = span->start;
        if (i > 0) {
            text_append_char(text, ',');
        }
        append_span(text, span, comment, characters);
    }
    text_append_char(text, ']');
}

void sentiment_append_json(struct text *text, const struct sentiment *sentiment,
                           const char *comment, const char *model) {
    bool is_whole = sentiment->extent == SENTIMENT_WHOLE;
    text_append(text, "{\"model\":");
    text_append_json(text, model);
    append_score_member(text, "polarity", sentiment->polarity,
                        is_whole || sentiment->extent == SENTIMENT_SHORT);
    append_score_member(text, "frustration", sentiment->frustration, is_whole);
    sentiment_append_spans(text, sentiment, comment);
    text_append_char(text, '}');
}
