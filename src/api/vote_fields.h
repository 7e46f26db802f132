/* A body of POST /v1/responses becomes a vote. */
#ifndef API_VOTE_FIELDS_H
#define API_VOTE_FIELDS_H

#include "api/mistakes.h"
#include "domain/survey.h"
#include "domain/vote.h"

struct vote_source {
    const json_t *json;
    const char *pointer; /* to json in the body; "" for a single one */
    int64_t now_us;
};

/*
 * Reads one element of the body into vote (zeroed; the caller clears it either way): survey,
 * contact, answers, times, source, with its defaults. survey is the one that json
 * names: choices and texts must be to its own questions; NULL when it is not known, then they are
 * passed over. False when there are mistakes.
 */
bool read_vote(const struct vote_source *source, const struct survey *survey, struct vote *vote,
               struct mistakes *mistakes);

/*
 * The same for an answer of the past, as the list and the export of responses give it: with trust
 * and any source (the vote's own when there is none), revision and invitation passed over. Of
 * answered_at and the contact's solved_at one is required and stands for the other; it was received
 * when it was answered. The vote, whose account is given, gets its id: the row's own, else
 * vote_past_id.
 */
bool read_past_vote(const struct vote_source *source, const struct survey *survey,
                    struct vote *vote, struct mistakes *mistakes);

#endif
