#ifndef STORE_SURVEY_H
#define STORE_SURVEY_H

#include <jansson.h>
#include <stdbool.h>

#include "domain/survey.h"
#include "store/db.h"

#define SURVEY_REVISION_ANY  (-1)
#define SURVEY_REVISION_NONE 0 /* there is no such survey */

/* Fills *survey (the caller clears it); OUTCOME_NOT_FOUND when the account has none of that name.
 */
enum outcome load_survey(struct db_connection *connection, int64_t account_id, const char *name,
                         struct survey *survey);

/* SURVEY_REVISION_NONE is no failure. */
enum outcome load_survey_revision(struct db_connection *connection, int64_t account_id,
                                  const char *name, int *revision);

/*
 * Makes the survey or replaces its definition; fills in its revision and times. With a revision
 * other than SURVEY_REVISION_ANY it only replaces exactly that one (SURVEY_REVISION_NONE: makes a
 * new one), else OUTCOME_CONFLICT. *created says whether it is new.
 */
enum outcome store_survey(struct db_connection *connection, struct survey *survey, int revision,
                          bool *created);

/*
 * Deletes a survey that nobody was ever invited to and nobody ever answered; no vote or invitation
 * can come in between. *in_use: it was not, since somebody was. OUTCOME_CONFLICT: it has another
 * revision than the one given.
 */
enum outcome remove_survey(struct db_connection *connection, int64_t account_id, const char *name,
                           int revision, bool *in_use);

struct survey_list {
    struct survey *surveys; /* owned */
    size_t count;
};

struct survey_filter {
    int64_t account_id;
    const char *after; /* a name; "" for all */
    bool with_archived;
};

/* The surveys by name, at most limit of them. The caller clears *list either way. */
enum outcome list_surveys_from(struct db_connection *connection, const struct survey_filter *filter,
                               size_t limit, struct survey_list *list);

void survey_list_clear(struct survey_list *list);

#endif
