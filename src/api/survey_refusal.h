/* What a survey that is there refuses. */
#ifndef API_SURVEY_REFUSAL_H
#define API_SURVEY_REFUSAL_H

#include "http/response.h"

/* 409 survey_archived: for an answer or an invitation. */
struct response respond_survey_archived(void);

#endif
