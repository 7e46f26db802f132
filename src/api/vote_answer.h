/* What a client hears of its vote. */
#ifndef API_VOTE_ANSWER_H
#define API_VOTE_ANSWER_H

#include "http/response.h"
#include "intake/intake.h"

struct app;

/* 201 for a new response, 200 for a changed one, 202 for one that is held; or the problem. */
struct response respond_vote(const struct app *app, const struct vote_result *result);

/* The problem of a vote that intake did not take. */
struct response respond_refusal(enum submission submission);

#endif
