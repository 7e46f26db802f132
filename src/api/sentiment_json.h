#ifndef API_SENTIMENT_JSON_H
#define API_SENTIMENT_JSON_H

#include "base/text.h"
#include "domain/sentiment.h"

/* {polarity, frustration, reason, spans: [{start, end, text, kind, frustration, polarity}], model};
 * start and end count characters. comment is what was scored: UTF-8. */
void sentiment_append_json(struct text *text, const struct sentiment *sentiment,
                           const char *comment, const char *model);

#endif
