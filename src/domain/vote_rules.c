#include "domain/vote_rules.h"

#include <string.h>

#include "base/time.h"

bool response_bars(const struct survey_response *response, const char *source) {
    bool counts = response->trust == TRUST_CONFIRMED;
    return source_is_unverified(source) && (counts || !source_is_unverified(response->source));
}

bool response_yields(const struct survey_response *response, const char *source) {
    return source_is_unverified(response->source) && !source_is_unverified(source);
}

bool response_answers_invitation(const struct survey_response *response) {
    return response->has_invitation && response->trust == TRUST_CONFIRMED &&
           !source_is_unverified(response->source);
}

enum later_vote judge_later_vote(const struct survey_response *current, const struct vote *vote) {
    if (response_bars(current, vote->source)) {
        return LATER_VOTE_IS_BARRED;
    }
    if (vote->past && current->trust == TRUST_CONFIRMED &&
        !response_yields(current, vote->source) && vote->answered_at_us < current->answered_at_us) {
        return LATER_VOTE_IS_OLDER;
    }
    if (current->trust == TRUST_CONFIRMED && current->confirmed_at_us != TIME_NONE &&
        !response_yields(current, vote->source) &&
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

/* What vote says of the contact takes the place of what nobody vouched for. */
static bool take_contact(struct survey_response *current, const struct vote *vote) {
    struct contact contact;
    if (!response_yields(current, vote->source)) {
        return true;
    }
    if (!contact_copy(&vote->contact, &contact)) {
        return false;
    }
    contact_clear(&current->contact);
    current->contact = contact;
    take_invitation(current, vote);
    return true;
}

bool apply_later_vote(struct survey_response *current, const struct vote *vote,
                      enum later_vote judgement) {
    if (judgement == LATER_VOTE_IS_HELD && current->trust == TRUST_CONFIRMED) {
        bool taken = take_contact(current, vote);
        current->votes += taken;
        return taken;
    }
    struct answers answers;
    if (!answers_copy(&vote->answers, &answers)) {
        return false;
    }
    bool anew = response_yields(current, vote->source);
    if (!take_contact(current, vote)) {
        answers_clear(&answers);
        return false;
    }
    current->confirmed_at_us = anew ? TIME_NONE : current->confirmed_at_us;
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
