/* What became of the wish to ask a customer, and why. */
#ifndef DOMAIN_VERDICT_H
#define DOMAIN_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

/* As invitations.verdict keeps it. Shown beside these: "answered" and "expired", which follow from
 * times. */
enum verdict {
    VERDICT_CREATED,   /* the link was made; whoever asked for it sends it */
    VERDICT_SCHEDULED, /* its mail is due */
    VERDICT_SENT,      /* the mail server took it; a reminder may be due */
    VERDICT_SKIPPED,   /* nobody was asked: see enum skip_reason */
    VERDICT_BOUNCED,   /* the mail server refused it for good */
};

enum skip_reason {
    SKIP_NONE,
    SKIP_FATIGUE,    /* asked too lately; eligible_at says from when on */
    SKIP_SUPPRESSED, /* the address is on the list of those not to be written to */
    SKIP_NO_ADDRESS,
    SKIP_DUPLICATE,   /* the contact has its verdict; of a report, never kept */
    SKIP_SAMPLED_OUT, /* the survey asks a share only */
    SKIP_EXPIRED,     /* the link would have expired, or did, before its mail could go */
    SKIP_REOPENED,    /* the contact was opened again before its mail went */
    SKIP_ANSWERED,    /* there was an answer already */
    SKIP_ARCHIVED,    /* the survey takes no answers any more */
    SKIP_REASONS,
};

/* "created", "scheduled", "sent", "skipped", "bounced" */
const char *verdict_name(enum verdict verdict);
bool verdict_from_name(const char *name, enum verdict *verdict);

/* "fatigue", ...; NULL for SKIP_NONE. */
const char *skip_reason_name(enum skip_reason reason);
bool skip_reason_from_name(const char *name, enum skip_reason *reason);

#endif
