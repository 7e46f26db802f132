#ifndef STORE_SURVEY_H
#define STORE_SURVEY_H

#include <jansson.h>
#include <stdbool.h>

#include "domain/survey.h"
#include "store/db.h"

#define SURVEY_REVISION_ANY 0

/* Fills *survey (the caller clears it); OUTCOME_NOT_FOUND when the account has none of that name.
 */
enum outcome load_survey(struct db_connection *connection, int64_t account_id, const char *name,
                         struct survey *survey);

/*
 * Makes the survey or replaces its definition; fills in its revision and times. With a revision
 * other than SURVEY_REVISION_ANY it only replaces exactly that one, else OUTCOME_CONFLICT. *created
 * says whether it is new.
 */
enum outcome store_survey(struct db_connection *connection, struct survey *survey, int revision,
                          bool *created);

struct survey_list {
    struct survey *surveys; /* owned */
    size_t count;
};

/* The account's surveys by name, those after the name `after` ("" for all), at most limit of them.
 * The caller clears *list either way. */
enum outcome list_surveys_after(struct db_connection *connection, int64_t account_id,
                                const char *after, size_t limit, struct survey_list *list);

void survey_list_clear(struct survey_list *list);

#endif
