/* A response as every part of the API shows it. */
#ifndef API_RESPONSE_JSON_H
#define API_RESPONSE_JSON_H

#include "base/text.h"
#include "domain/vote.h"

/* Appends {id, survey, contact, answers, sentiment, answered_at, trust, source, revision,
 * invitation?}; what is not known is left out. scorer finds the words that moved the estimate. */
void response_append_json(struct text *text, const struct survey_response *response,
                          const struct sentiment_scorer *scorer);

/* The same for its parts: an object each. */
void answers_append_json(struct text *text, const struct answers *answers);
void contact_append_json(struct text *text, const struct contact *contact);

/* The members alone, without braces. */
void contact_append_members(struct text *text, const struct contact *contact);

#endif
