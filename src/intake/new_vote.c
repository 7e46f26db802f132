#include "intake/new_vote.h"

#include <string.h>

#include "base/time.h"
#include "domain/vote_rules.h"
#include "intake/batch_events.h"

void settle_new_vote(struct batch_tools *tools, struct batch_item *item) {
    const struct vote *vote = item->vote;
    bool confirmed = vote->trust == TRUST_CONFIRMED;
    item->response = (struct survey_response){
        .account_id = vote->account_id,
        .id = vote->id,
        .contact = vote->contact,
        .answers = vote->answers,
        .estimate = vote->estimate,
        .trust = vote->trust,
        .answered_at_us = vote->answered_at_us,
        .received_at_us = vote->received_at_us,
        .confirmed_at_us = confirmed ? vote->received_at_us : TIME_NONE,
        .revision = 1,
        .votes = 1,
        .has_invitation = vote->has_invitation,
        .invitation_id = vote->invitation_id,
        .evidence = vote->evidence,
    };
    memcpy(item->response.survey, vote->survey, sizeof vote->survey);
    memcpy(item->response.source, vote->source, sizeof vote->source);
    item->result = (struct vote_result){
        .outcome = OUTCOME_OK,
        .effect = confirmed ? EFFECT_CREATED : EFFECT_HELD,
        .response = &item->response,
    };
    if (confirmed) {
        note_event(item, EVENT_RESPONSE_RECORDED);
    }
    item->invitation_answered =
        item->context.invited && response_answers_invitation(&item->response);
    rollup_count_response(&tools->deltas,
                          &(struct rollup_place){.account_id = vote->account_id,
                                                 .survey = vote->survey,
                                                 .contact = &vote->contact,
                                                 .source = vote->source,
                                                 .day = item->place ? item->place->day : ""},
                          &item->response, 1);
}
