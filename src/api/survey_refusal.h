/* What a survey that is there refuses. */
#ifndef API_SURVEY_REFUSAL_H
#define API_SURVEY_REFUSAL_H

#include "http/response.h"

/* For an answer or an invitation: 409 survey_archived; 422 survey_deleted, when it was there as the
 * request came in. */
struct response respond_survey_archived(void);
struct response respond_survey_deleted(void);

#endif
