#include "domain/kept_contact.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"

void kept_contact_clear(struct kept_contact *kept) {
    contact_clear(&kept->contact);
    free(kept->repeat_ref);
    *kept = KEPT_CONTACT_NONE;
}

/* Whoever leads decides: helpers come and go. Who is not named is not known to be another. */
static bool led_by_another(const struct contact *contact, const struct contact *than) {
    return contact->agent_count > 0 && than->agent_count > 0 &&
           strcmp(contact->agents[0], than->agents[0]) != 0;
}

/* While it is open again it may pass from hand to hand; once solved, the snapshot's agents are
 * those who are credited. */
static bool reassigns(const struct kept_contact *kept, const struct report *report) {
    bool solved = kept->reopened_at_us == TIME_NONE || report->event == REPORT_SOLVED;
    return report->event != REPORT_REOPENED && solved && kept->reassigned_at_us == TIME_NONE &&
           led_by_another(&report->contact, &kept->contact);
}

struct report_effect kept_contact_effect(const struct kept_contact *kept,
                                         const struct report *report,
                                         struct contact_history history) {
    bool open = kept->reopened_at_us != TIME_NONE;
    bool solved_again = open && report->event == REPORT_SOLVED;
    bool renewed = solved_again && !history.asked;
    return (struct report_effect){
        .reopened = !open && report->event == REPORT_REOPENED,
        .solved_again = solved_again,
        .renewed = renewed,
        .reassigned = !renewed && !history.answered && reassigns(kept, report),
    };
}

bool report_effect_none(struct report_effect effect) {
    return !effect.reopened && !effect.solved_again && !effect.renewed && !effect.reassigned;
}

static bool renew(struct kept_contact *kept, const struct contact *snapshot) {
    struct contact copy;
    if (!contact_copy(snapshot, &copy)) {
        return false;
    }
    contact_clear(&kept->contact);
    kept->contact = copy;
    kept->reassigned_at_us = TIME_NONE; /* who has it now is who is credited */
    return true;
}

bool kept_contact_take(struct kept_contact *kept, const struct report *report,
                       struct report_effect effect) {
    if (effect.renewed && !renew(kept, &report->contact)) {
        return false;
    }
    if (effect.reopened) {
        kept->reopened_at_us = report->reported_at_us;
    }
    if (effect.solved_again) {
        kept->reopened_at_us = TIME_NONE;
    }
    if (effect.reassigned) {
        kept->reassigned_at_us = report->reported_at_us;
    }
    return true;
}
