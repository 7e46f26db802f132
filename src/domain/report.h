/* What somebody reports of one contact: a helpdesk's webhook, an API call, an import. */
#ifndef DOMAIN_REPORT_H
#define DOMAIN_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/contact.h"
#include "domain/invitation.h"
#include "domain/survey.h"

enum report_event {
    REPORT_SOLVED,
    REPORT_REOPENED, /* after it was solved: what is scheduled for it is skipped */
    REPORT_CHANGED,  /* neither: only who has it now counts */
};

struct report {
    int64_t account_id;
    enum report_event event;
    struct contact contact; /* owned; the snapshot, when it is solved */
    char source[SOURCE_BYTES_MAX + 1];
    int64_t reported_at_us;
    const struct survey *survey; /* lent; the customer is to be asked this, or NULL */
    bool send;                   /* by a mail of ours; else only the link is made */

    /* Filled by settle_reports: */
    bool recorded;                /* the contact was not known before */
    bool known;                   /* it is now: contact is the snapshot that stands */
    bool solved_again;            /* it was open again, and is solved now */
    bool made;                    /* the invitation is new, */
    bool decided;                 /* or, because of this report, decided anew; also when new */
    struct invitation invitation; /* what now stands for survey and contact; filled when there is a
                                     survey, or when it was cancelled by REPORT_REOPENED */
    enum verdict verdict;         /* what to say of this report: the invitation's, */
    enum skip_reason skip_reason; /* or skipped as a duplicate when it had its verdict before */
};

#define REPORT_NONE ((struct report){.contact = CONTACT_NONE, .invitation = INVITATION_NONE})

void report_clear(struct report *report);

/* Again as it was reported, with what settle_reports fills left empty; its contact is then a copy
 * of contact. False when out of memory. */
bool report_reset(struct report *report, const struct contact *contact);

#endif
