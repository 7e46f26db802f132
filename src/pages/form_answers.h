/* The answers that a submitted form carries, and what is wrong with them. */
#ifndef PAGES_FORM_ANSWERS_H
#define PAGES_FORM_ANSWERS_H

#include <stdbool.h>

#include "domain/survey.h"
#include "http/request.h"

enum form_mistake {
    FORM_FINE,
    FORM_REQUIRED,      /* nothing was chosen */
    FORM_REQUIRED_TEXT, /* nothing was written */
    FORM_UNKNOWN,       /* not on the question's scale, or none of its choices */
    FORM_TEXT_LONG,     /* over COMMENT_CHARACTERS_MAX or EXTRA_TEXT_CHARACTERS_MAX */
};

/* The name of a question's field: the question's own, with this before those of the survey's own
 * questions, so that they are no other field of the form. */
#define FIELD_OWN_PREFIX "x-"
#define FIELD_NAME_SIZE  (sizeof FIELD_OWN_PREFIX + EXTRA_NAME_BYTES_MAX)
void format_field_name(const struct survey_question *asked, char name[FIELD_NAME_SIZE]);

struct form_answers {
    struct answers answers;                           /* owned texts, also when they are too long */
    enum form_mistake mistakes[SURVEY_QUESTIONS_MAX]; /* by the question's place in the survey */
    size_t mistake_count;
};

void form_answers_clear(struct form_answers *form);

/* Reads the fields of the survey's questions; *form must be clear. Answers to questions that do not
 * apply are dropped when there is no mistake. False when out of memory. */
bool form_answers_read(const struct request *request, const struct survey *survey,
                       struct form_answers *form);

/* Reads the answers in the link's query: any ratings that survey asks, each within its scale;
 * others are passed over. The first of them alone is *first, the one that the link is for. */
void link_answers_read(const struct request *request, const struct survey *survey,
                       struct answers *answers, struct answers *first);

#endif
