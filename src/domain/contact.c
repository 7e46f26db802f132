#include "domain/contact.h"

#include <stdlib.h>
#include <string.h>

void contact_clear(struct contact *contact) {
    for (size_t i = 0; i < contact->agent_count; i++) {
        free(contact->agents[i]);
    }
    free(contact->ref);
    free(contact->team);
    free(contact->channel);
    free(contact->reason);
    free(contact->language);
    free(contact->customer_ref);
    free(contact->customer_email);
    free(contact->customer_name);
    *contact = CONTACT_NONE;
}

static bool copy_text(const char *text, char **copy) {
    *copy = text ? strdup(text) : NULL;
    return !text || *copy;
}

bool contact_copy(const struct contact *contact, struct contact *copy) {
    struct contact made = CONTACT_NONE;
    bool copied = copy_text(contact->ref, &made.ref) && copy_text(contact->team, &made.team) &&
                  copy_text(contact->channel, &made.channel) &&
                  copy_text(contact->reason, &made.reason) &&
                  copy_text(contact->language, &made.language) &&
                  copy_text(contact->customer_ref, &made.customer_ref) &&
                  copy_text(contact->customer_email, &made.customer_email) &&
                  copy_text(contact->customer_name, &made.customer_name);
    for (size_t i = 0; copied && i < contact->agent_count; i++) {
        copied = copy_text(contact->agents[i], &made.agents[i]);
        made.agent_count += copied;
    }
    if (!copied) {
        contact_clear(&made);
        return false;
    }
    made.solved_at_us = contact->solved_at_us;
    made.opened_at_us = contact->opened_at_us;
    made.handled_s = contact->handled_s;
    made.credit_amount_milli = contact->credit_amount_milli;
    *copy = made;
    return true;
}
