/* A body of POST /v1/responses becomes a vote. */
#ifndef API_VOTE_FIELDS_H
#define API_VOTE_FIELDS_H

#include "api/mistakes.h"
#include "domain/vote.h"

/*
 * Reads one element of the body into vote (zeroed; the caller clears it either way): survey,
 * contact, answers, times, source, with its defaults. pointer is the element's JSON Pointer, "" for
 * a single one. False when there are mistakes.
 */
bool read_vote(const json_t *json, const char *pointer, int64_t now_us, struct vote *vote,
               struct mistakes *mistakes);

#endif
