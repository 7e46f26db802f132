/* One question of a survey: one of those that every survey may ask, or one of its own. */
#ifndef DOMAIN_QUESTION_H
#define DOMAIN_QUESTION_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/answers.h"

#define BUILT_IN_QUESTIONS   5
#define SURVEY_QUESTIONS_MAX (BUILT_IN_QUESTIONS + EXTRA_QUESTIONS_MAX)
#define RATING_NONE          (-1)
#define RATING_MAX           NPS_MAX /* of all scales */

enum question {
    QUESTION_UNDERSTOOD,
    QUESTION_CSAT,
    QUESTION_NPS,
    QUESTION_CES,
    QUESTION_COMMENT,
    QUESTION_CHOICE, /* the survey's own: from a list */
    QUESTION_TEXT,   /* the survey's own: a text */
    QUESTIONS,
};

struct survey_choice {
    char name[EXTRA_NAME_BYTES_MAX + 1];
};

struct survey_question {
    enum question question;
    bool required; /* on the page; the API takes any one answer */
    bool many;     /* several choices at once */
    unsigned when; /* asked only after these ratings of the survey's first question: bit 1 <<
                      rating; 0: always */
    char name[EXTRA_NAME_BYTES_MAX + 1]; /* of the survey's own */
    struct survey_choice *choices;       /* owned; of a QUESTION_CHOICE */
    size_t choice_count;
};

/* "understood", "csat", "nps", "ces", "comment": as in JSON, in SQL and on the page; for the
 * survey's own their kind, "choice" or "text". */
const char *question_name(enum question question);

/* False for words that are no question of every survey. */
bool question_from_name(const char *name, enum question *question);

/* True for QUESTION_CHOICE and QUESTION_TEXT. */
bool question_is_own(enum question question);

/* The ratings that can be given, bit 1 << rating; 0 for what is no rating. */
unsigned question_ratings(enum question question);

/* The rating that answers have: enum understood or the number; RATING_NONE when there is none. */
int answers_rating(const struct answers *answers, enum question question);

/* Takes out the answer to this question. */
void answers_drop(struct answers *answers, const struct survey_question *asked);

/* The name in this survey: question_name, or the survey's own. Lent. */
const char *survey_question_name(const struct survey_question *asked);

/* True when choice is one of the question's. */
bool survey_question_offers(const struct survey_question *asked, const char *choice);

/* Why name cannot name a survey's own question or a choice, or NULL. */
const char *extra_name_objection(const char *name);

#endif
