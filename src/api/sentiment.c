/* POST /v1/sentiment: what the comments' model makes of a text. Nothing is kept. */
#include "domain/sentiment.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/fields.h"
#include "api/sentiment_json.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "domain/answers.h"
#include "domain/survey.h"

struct sentiment_body {
    char *text;     /* owned; NULL when it is blank */
    char *language; /* owned, or NULL */
};

static const struct field fields[] = {
    {.name = "text",
     .kind = FIELD_LONG_TEXT,
     .required = true,
     .offset = offsetof(struct sentiment_body, text),
     .min = 0,
     .max = COMMENT_CHARACTERS_MAX},
    {.name = "language",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct sentiment_body, language),
     .min = 2,
     .max = LANGUAGE_BYTES_MAX,
     .objection = language_objection},
};

static const struct field_table table = FIELD_TABLE(fields);

static void body_clear(struct sentiment_body *body) {
    free(body->text);
    free(body->language);
}

struct response score_sentiment(struct app *app, const struct request *request) {
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    CLEANUP(body_clear) struct sentiment_body body = {0};
    if (!read_fields(request->json, &table, "", &body, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    struct sentiment sentiment;
    struct text text = {0};
    const char *comment = body.text ? body.text : "";
    sentiment_score(app->sentiment, comment, strlen(comment), body.language, &sentiment);
    sentiment_append_json(&text, &sentiment, comment, app->sentiment->model.version);
    return respond_text(200, TYPE_JSON, &text);
}
