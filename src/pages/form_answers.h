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
    FORM_UNKNOWN,       /* not on the question's scale */
    FORM_COMMENT_LONG,  /* over COMMENT_CHARACTERS_MAX */
};

struct form_answers {
    struct answers answers; /* owned comment, also when it is too long */
    enum form_mistake mistakes[QUESTIONS];
    size_t mistake_count;
};

void form_answers_clear(struct form_answers *form);

/* Reads the fields named as the survey's questions; *form must be clear. False when out of memory.
 */
bool form_answers_read(const struct request *request, const struct survey *survey,
                       struct form_answers *form);

/* Reads the answers in the link's query: any ratings that survey asks, each within its scale;
 * others are passed over. The first of them alone is *first, the one that the link is for. */
void link_answers_read(const struct request *request, const struct survey *survey,
                       struct answers *answers, struct answers *first);

#endif
