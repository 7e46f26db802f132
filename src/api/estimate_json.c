#include "api/estimate_json.h"

#include <string.h>

#include "api/sentiment_json.h"

static void append_frustrated(struct text *text, const struct estimate *estimate) {
    const char *word = estimate_frustrated(estimate) ? "true" : "false";
    text_append(text, ",\"frustrated\":");
    text_append(text, estimate->has_frustration ? word : "null");
}

static void append_spans(struct text *text, const struct survey_response *response,
                         const struct sentiment_scorer *scorer) {
    struct sentiment sentiment = {.extent = SENTIMENT_WHOLE};
    const char *comment = response->answers.comment;
    if (comment && strcmp(response->estimate.model, scorer->model.version) == 0) {
        sentiment_score(scorer, comment, strlen(comment), response->contact.language, &sentiment);
    }
    sentiment_append_spans(text, &sentiment, comment);
}

void estimate_append_json(struct text *text, const struct survey_response *response,
                          const struct sentiment_scorer *scorer) {
    const struct estimate *estimate = &response->estimate;
    text_append(text, "{\"model\":");
    text_append_json(text, estimate->model[0] ? estimate->model : NULL);
    append_score_member(text, "polarity", estimate->polarity, estimate->has_polarity);
    append_score_member(text, "frustration", estimate->frustration, estimate->has_frustration);
    append_frustrated(text, estimate);
    append_spans(text, response, scorer);
    text_append_char(text, '}');
}
