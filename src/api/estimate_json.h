/* What a response says of its customer's mood, as it is shown with the response. */
#ifndef API_ESTIMATE_JSON_H
#define API_ESTIMATE_JSON_H

#include "base/text.h"
#include "domain/vote.h"

/* Appends {model, polarity, frustration, frustrated, reason?, spans}; what nobody can tell is null.
 * The spans are found in the comment anew, and only when scorer is what estimated the response. */
void estimate_append_json(struct text *text, const struct survey_response *response,
                          const struct sentiment_scorer *scorer);

#endif
