#include "domain/contact.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

void contact_clear(struct contact *contact) {
    for (size_t i = 0; i < AGENTS_MAX; i++) {
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

static void take_missing(char **text, char **from) {
    if (!*text) {
        *text = *from;
        *from = NULL;
    }
}

static void take_missing_agents(struct contact *contact, struct contact *from) {
    if (contact->agent_count > 0) {
        return;
    }
    memcpy(contact->agents, from->agents, sizeof contact->agents);
    contact->agent_count = from->agent_count;
    memset(from->agents, 0, sizeof from->agents);
    from->agent_count = 0;
}

bool contact_prefer(struct contact *target, const struct contact *snapshot) {
    struct contact merged;
    if (!contact_copy(snapshot, &merged)) {
        return false;
    }
    take_missing(&merged.ref, &target->ref);
    take_missing_agents(&merged, target);
    take_missing(&merged.team, &target->team);
    take_missing(&merged.channel, &target->channel);
    take_missing(&merged.reason, &target->reason);
    take_missing(&merged.language, &target->language);
    take_missing(&merged.customer_ref, &target->customer_ref);
    take_missing(&merged.customer_email, &target->customer_email);
    take_missing(&merged.customer_name, &target->customer_name);
    if (merged.opened_at_us == TIME_NONE) {
        merged.opened_at_us = target->opened_at_us;
    }
    if (merged.handled_s == HANDLED_S_NONE) {
        merged.handled_s = target->handled_s;
    }
    if (merged.credit_amount_milli == CREDIT_AMOUNT_NONE) {
        merged.credit_amount_milli = target->credit_amount_milli;
    }
    contact_clear(target);
    *target = merged;
    return true;
}

const char *email_objection(const char *text) {
    const char *at = strrchr(text, '@');
    if (!at || at == text || at[1] == '\0' || strpbrk(text, " <>,;\"")) {
        return "is not an email address";
    }
    return at - text <= EMAIL_LOCAL_BYTES_MAX ? NULL : "has a local part of more than 64 bytes";
}

static bool is_label_byte(char byte) {
    return isalnum((unsigned char)byte) || (unsigned char)byte >= 0x80;
}

bool name_invites_a_click(const char *name) {
    if (strstr(name, "://") || strchr(name, '@')) {
        return true;
    }
    const char *dot = name;
    while ((dot = strchr(dot, '.'))) {
        bool follows = dot > name && is_label_byte(dot[-1]);
        if (follows && is_label_byte(dot[1]) && is_label_byte(dot[2])) {
            return true;
        }
        dot++;
    }
    return false;
}
