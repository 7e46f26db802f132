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

#endif
