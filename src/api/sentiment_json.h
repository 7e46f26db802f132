#ifndef API_SENTIMENT_JSON_H
#define API_SENTIMENT_JSON_H

#include "base/text.h"
#include "domain/sentiment.h"

/* {model, polarity, frustration, reason, spans: [{start, end, text, kind, frustration, polarity}]};
 * start and end count characters. comment is what was scored: UTF-8. */
void sentiment_append_json(struct text *text, const struct sentiment *sentiment,
                           const char *comment, const char *model);

/* Appends two of its members, each after a comma: the reason, if there is one, and the spans. */
void sentiment_append_spans(struct text *text, const struct sentiment *sentiment,
                            const char *comment);

/* Appends ,"name":0.1235 or ,"name":null. */
void append_score_member(struct text *text, const char *name, double value, bool is_known);

#endif
