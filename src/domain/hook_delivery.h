/* One webhook as it came in, and what became of it. */
#ifndef DOMAIN_HOOK_DELIVERY_H
#define DOMAIN_HOOK_DELIVERY_H

#include <stdbool.h>

enum delivery_outcome {
    DELIVERY_SCHEDULED, /* the customer's mail is due */
    DELIVERY_SKIPPED,   /* nobody is asked, for a reason */
    DELIVERY_CREATED,   /* an invitation was made, which is not ours to send */
    DELIVERY_RECORDED,  /* the contact is known now; its source asks nobody */
    DELIVERY_REOPENED,
    DELIVERY_CHANGED,  /* a known contact changed hands */
    DELIVERY_IGNORED,  /* neither of the source's conditions holds, and the contact is not known */
    DELIVERY_UNMAPPED, /* no contact could be found in the body */
    DELIVERY_REFUSED,  /* it was not verified */
    DELIVERY_OUTCOMES,
};

/* "scheduled", "skipped", ... */
const char *delivery_outcome_name(enum delivery_outcome outcome);
bool delivery_outcome_from_name(const char *name, enum delivery_outcome *outcome);

#endif
