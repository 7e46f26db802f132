/* What a further vote means for the response that is there already. */
#ifndef DOMAIN_VOTE_RULES_H
#define DOMAIN_VOTE_RULES_H

#include "domain/vote.h"

enum later_vote {
    LATER_VOTE_COUNTS,  /* it is the answer that counts now */
    LATER_VOTE_IS_HELD, /* kept as evidence; a confirmed answer stays as it is */
    LATER_VOTE_TOO_LATE,
};

/* The edit window starts at the first confirmed vote; without one, a vote is never too late. */
enum later_vote judge_later_vote(const struct survey_response *current, const struct vote *vote);

/*
 * Makes current what it is after vote, which was judged COUNTS or IS_HELD: answers, times, trust,
 * source, revision, votes, and its invitation if it had none. A held vote replaces the answers only
 * of a response that does not count either. False when out of memory; current is then untouched.
 */
bool apply_later_vote(struct survey_response *current, const struct vote *vote,
                      enum later_vote judgement);

#endif
