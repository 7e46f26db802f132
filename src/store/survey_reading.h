/* What the readers and writers of a survey's definition share: survey_json.c and its neighbours. */
#ifndef STORE_SURVEY_READING_H
#define STORE_SURVEY_READING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "domain/survey.h"

#define POINTER_BYTES_MAX 64 /* of those we make ourselves */

/* Reading goes on past a mistake, so that all of them are told at once. */
struct reading {
    struct survey survey; /* what has been read so far */
    bool first_read;      /* the first question was understood: others may depend on it */
    bool questions_whole; /* without a mistake: else texts may be for a question we did not get */
    json_t *errors;       /* lent */
    bool out_of_memory;
};

/* Notes a mistake. parent is a JSON Pointer already; name, unless NULL, is the member of it that is
 * wrong. */
void reading_object(struct reading *reading, const char *parent, const char *name,
                    const char *detail);

/* The same for each member of item that is not among the first count of known. */
void reading_object_to_unknown(struct reading *reading, const json_t *item, const char *pointer,
                               const char *const known[], size_t count);

/* Why value is no text for people, or NULL: bounded, not blank, no control characters but a line's
 * end. */
const char *reading_text_objection(const json_t *value, size_t bytes_max);

/* An owned copy in *copy, in the place of what it had. */
void reading_copy_text(struct reading *reading, const char *text, char **copy);

/* survey_json_questions.c, survey_json_texts.c: fill reading->survey. The questions come first. */
void read_survey_questions(struct reading *reading, const json_t *value);
void read_survey_texts(struct reading *reading, const json_t *value);

/* survey_json_invite.c */
void read_survey_invite(struct reading *reading, const json_t *value);
json_t *survey_invite_to_json(const struct invite_rules *rules);

#endif
