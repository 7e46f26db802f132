#include "domain/event.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    enum event_object object;
} types[EVENT_TYPES] = {
    [EVENT_RESPONSE_RECORDED] = {"response.recorded", EVENT_OF_RESPONSE},
    [EVENT_RESPONSE_UPDATED] = {"response.updated", EVENT_OF_RESPONSE},
    [EVENT_RESPONSE_RECLASSIFIED] = {"response.reclassified", EVENT_OF_RESPONSE},
    [EVENT_INVITATION_SENT] = {"invitation.sent", EVENT_OF_INVITATION},
    [EVENT_INVITATION_SKIPPED] = {"invitation.skipped", EVENT_OF_INVITATION},
    [EVENT_INVITATION_BOUNCED] = {"invitation.bounced", EVENT_OF_INVITATION},
    [EVENT_SUPPRESSION_CREATED] = {"suppression.created", EVENT_OF_SUPPRESSION},
    [EVENT_ALERT_RAISED] = {"alert.raised", EVENT_OF_ALERT},
    [EVENT_ALERT_RESOLVED] = {"alert.resolved", EVENT_OF_ALERT},
    [EVENT_WEBHOOK_DISABLED] = {"webhook.disabled", EVENT_OF_WEBHOOK},
    [EVENT_WEBHOOK_TEST] = {"webhook.test", EVENT_OF_WEBHOOK},
};

const char *event_type_name(enum event_type type) {
    return types[type].name;
}

bool event_type_from_name(const char *name, enum event_type *type) {
    for (size_t i = 0; i < EVENT_TYPES; i++) {
        if (strcmp(types[i].name, name) == 0) {
            *type = (enum event_type)i;
            return true;
        }
    }
    return false;
}

enum event_object event_object_of(enum event_type type) {
    return types[type].object;
}
