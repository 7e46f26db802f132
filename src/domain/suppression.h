/* An address that gets no mail. */
#ifndef DOMAIN_SUPPRESSION_H
#define DOMAIN_SUPPRESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"

enum suppression_reason {
    SUPPRESSION_UNSUBSCRIBED, /* by the customer, who may undo it */
    SUPPRESSION_BOUNCED,
    SUPPRESSION_COMPLAINT,
    SUPPRESSION_MANUAL,
    SUPPRESSION_REASONS,
};

struct suppression {
    int64_t account_id;
    struct uuid id;
    char *email; /* owned; as it was given: it compares by its key (domain/address.h) */
    enum suppression_reason reason;
    char *note; /* owned, or NULL */
    bool has_invitation;
    struct uuid invitation_id; /* whose mail brought it about */
    int64_t created_at_us;
};

void suppression_clear(struct suppression *suppression);

/* "unsubscribed", "bounced", "complaint", "manual" */
const char *suppression_reason_name(enum suppression_reason reason);
bool suppression_reason_from_name(const char *name, enum suppression_reason *reason);

#endif
