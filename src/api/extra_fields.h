/* The members "choices" and "texts" of an answer: what a survey's own questions were answered. */
#ifndef API_EXTRA_FIELDS_H
#define API_EXTRA_FIELDS_H

#include <jansson.h>
#include <stdbool.h>

#include "api/mistakes.h"
#include "domain/survey.h"

/*
 * Reads {"choices": {question: [choice, ..] or choice}, "texts": {question: text}} of answers,
 * where pointer says that object stands, into *extras, which was empty. Every question and choice
 * must be the survey's. Null, an empty array and a blank text are no answer.
 */
void read_extras(const json_t *answers, const char *pointer, const struct survey *survey,
                 struct extras *extras, struct mistakes *mistakes);

/* Adds a mistake for each answer to a question that its condition rules out: the first question was
 * answered otherwise. */
void check_conditions(const struct answers *answers, const char *pointer,
                      const struct survey *survey, struct mistakes *mistakes);

#endif
