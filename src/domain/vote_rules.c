#include "domain/vote_rules.h"

#include <string.h>

#include "base/time.h"

enum later_vote judge_later_vote(const struct survey_response *current, const struct vote *vote) {
    if (current->trust == TRUST_CONFIRMED && current->confirmed_at_us != TIME_NONE &&
        vote->received_at_us > current->confirmed_at_us + vote->edit_window_us) {
        return LATER_VOTE_TOO_LATE;
    }
    return vote->trust == TRUST_CONFIRMED ? LATER_VOTE_COUNTS : LATER_VOTE_IS_HELD;
}

/* Who was invited after the first answer, and answers again, did answer the invitation. */
static void take_invitation(struct survey_response *current, const struct vote *vote) {
    if (vote->has_invitation && !current->has_invitation) {
        current->has_invitation = true;
        current->invitation_id = vote->invitation_id;
    }
}

bool apply_later_vote(struct survey_response *current, const struct vote *vote,
                      enum later_vote judgement) {
    if (judgement == LATER_VOTE_IS_HELD && current->trust == TRUST_CONFIRMED) {
        current->votes++;
        return true;
    }
    struct answers answers;
    if (!answers_copy(&vote->answers, &answers)) {
        return false;
    }
    answers_clear(&current->answers);
    current->answers = answers;
    current->answered_at_us = vote->answered_at_us;
    current->received_at_us = vote->received_at_us;
    current->trust = vote->trust;
    memcpy(current->source, vote->source, sizeof current->source);
    take_invitation(current, vote);
    current->votes++;
    if (judgement == LATER_VOTE_COUNTS) {
        current->revision++;
        if (current->confirmed_at_us == TIME_NONE) {
            current->confirmed_at_us = vote->received_at_us;
        }
    }
    return true;
}
