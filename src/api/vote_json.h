/* What happened to a response, as JSON arrays. */
#ifndef API_VOTE_JSON_H
#define API_VOTE_JSON_H

#include "base/text.h"
#include "domain/vote.h"
#include "store/reclassification.h"
#include "store/vote.h"

/* [{id, answers, answered_at, received_at, trust, source, effect, revision, evidence}]; with no
 * votes of its own, the one that response itself stands for. */
void votes_append_json(struct text *text, const struct survey_response *response,
                       const struct stored_votes *votes);

/* [{id, vote, trust_before, trust_after, reason, made_by, made_at}] */
void reclassifications_append_json(struct text *text,
                                   const struct reclassifications *reclassifications);

#endif
