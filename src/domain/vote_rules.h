/* What a further vote means for the response that is there already. */
#ifndef DOMAIN_VOTE_RULES_H
#define DOMAIN_VOTE_RULES_H

#include "domain/vote.h"

/*
 * A link that nobody signed takes one answer of a contact, and only where there is none that
 * anybody vouches for; such an answer yields to any of those as if there had been none.
 */

/* True when a vote of this source may not follow response at all. */
bool response_bars(const struct survey_response *response, const char *source);

/* True when response is as good as none to a vote of this source. */
bool response_yields(const struct survey_response *response, const char *source);

/* True when response's invitation, if it has one, is answered by it. */
bool response_answers_invitation(const struct survey_response *response);

enum later_vote {
    LATER_VOTE_COUNTS,  /* it is the answer that counts now */
    LATER_VOTE_IS_HELD, /* kept as evidence; a confirmed answer stays as it is */
    LATER_VOTE_TOO_LATE,
    LATER_VOTE_IS_BARRED,
    LATER_VOTE_IS_OLDER, /* only of a past one */
};

/* The edit window starts at the first confirmed vote; without one, a vote is never too late. */
enum later_vote judge_later_vote(const struct survey_response *current, const struct vote *vote);

/*
 * Makes current what it is after vote, which was judged COUNTS or IS_HELD: answers, times, trust,
 * source, revision, votes, and its invitation if it had none; when it yields, its contact and the
 * start of its edit window too. The estimate is then of what was there before. A held vote leaves
 * the answers of a response that counts as they are. False when out of memory; current is then
 * untouched.
 */
bool apply_later_vote(struct survey_response *current, const struct vote *vote,
                      enum later_vote judgement);

#endif
