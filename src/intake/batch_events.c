#include "intake/batch_events.h"

#include "store/event.h"
#include "store/reclassification.h"

void note_event(struct batch_item *item, enum event_type type) {
    item->has_event = true;
    item->event = type;
}

enum outcome note_later_vote(struct db_connection *connection, struct batch_item *item,
                             const struct survey_response *before) {
    bool recorded = before->trust == TRUST_CONFIRMED;
    enum outcome outcome = recorded ? OUTCOME_OK
                                    : find_earlier_confirmation(connection, before->account_id,
                                                                &before->id, &recorded);
    note_event(item, recorded ? EVENT_RESPONSE_UPDATED : EVENT_RESPONSE_RECORDED);
    return outcome;
}

static bool is_wanted(const struct batch_item *item) {
    return item->has_event && (item->place->wanted_events & EVENT_BIT(item->event));
}

enum outcome send_batch_events(struct db_connection *connection, const struct batch_item items[],
                               size_t count, struct params *params) {
    struct event events[BATCH_VOTES_MAX];
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_wanted(&items[i])) {
            events[wanted++] = (struct event){
                .account_id = items[i].vote->account_id,
                .id = uuid_new(),
                .type = items[i].event,
                .object_id = items[i].response.id,
                .occurred_at_us = items[i].vote->received_at_us,
            };
        }
    }
    return wanted ? send_events(connection, events, wanted, params) : OUTCOME_OK;
}
