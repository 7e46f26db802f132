/* A survey's definition as JSON: what PUT /v1/surveys takes, what the surveys table keeps. */
#ifndef STORE_SURVEY_JSON_H
#define STORE_SURVEY_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "domain/survey.h"

/*
 * Fills survey from definition: {display_name, accent_color "#rrggbb", questions [{question,
 * required, when [rating], and for the survey's own kind "choice" or "text", choices [{choice}],
 * many}], expires_after_days, edit_window_days, unsigned_links, archived, invite {delay_s, window
 * {from, to, weekdays}, fatigue_days, reminder_days, sample}, texts {language: {text: ...,
 * questions {question: ...}, choices {question: {choice: ...}}}}}; what is absent has its default.
 * Every mistake is appended to errors as {pointer, detail}; then survey is untouched and the answer
 * is false; false without errors means out of memory. Name, account and revision stay as they were.
 */
bool survey_from_json(const json_t *definition, struct survey *survey, json_t *errors);

/* The whole definition, defaults included; NULL when out of memory. The caller owns it. */
json_t *survey_to_json(const struct survey *survey);

#endif
