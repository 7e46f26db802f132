/* What is to be done about a mail that is due, and what becomes of its invitation. */
#ifndef DOMAIN_MAIL_STEP_H
#define DOMAIN_MAIL_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/invitation.h"

/* What must be known beside the invitation. */
struct mail_facts {
    int64_t now_us;
    int64_t allowed_at_us; /* the first moment from now on at which the survey lets mail go */
    bool answered;   /* the contact's answer is there, also one that came while it was decided */
    bool archived;   /* the survey takes no answers any more, or is gone */
    bool suppressed; /* the address is on the list of those not to be written to */
};

enum mail_step {
    MAIL_SEND,
    MAIL_SKIP,     /* for good */
    MAIL_POSTPONE, /* until later, as it is outside the hours */
    MAIL_GIVE_UP,  /* it went MAIL_UNCLEAR_MAX times and nobody knows how that ended: taken as sent
                    */
};

/* A mail server whose filters take longer than we wait may deliver each of them. */
#define MAIL_UNCLEAR_MAX 5

struct mail_decision {
    enum mail_step step;
    enum skip_reason reason; /* of MAIL_SKIP */
    int64_t due_at_us;       /* of MAIL_POSTPONE */
};

/* True when what is due is the reminder. */
bool mail_is_reminder(const struct invitation *invitation);

/* The first reason not to send it, in the order of enum skip_reason's use: answered, archived, no
 * address, suppressed, expired; then the hours, unless it was tried in the dark too often. */
struct mail_decision mail_decide(const struct invitation *invitation,
                                 const struct mail_facts *facts);

/* After how long a mail that was put off is tried again: minutes that grow to hours with the
 * attempts made (1 and up), by luck (0..1) a quarter shorter or longer; more when it is unclear
 * whether it went, as the next may be one too many. */
int64_t mail_backoff_us(int attempts, bool unclear, double luck);

enum mail_fate {
    MAIL_SENT,
    MAIL_BOUNCED,   /* refused for good */
    MAIL_SKIPPED,   /* not to be sent any more */
    MAIL_PUT_OFF,   /* to be tried (again) later */
    MAIL_POSTPONED, /* until the hours for it; no attempt was made */
    MAIL_NOT_TRIED, /* as if it had not been claimed */
};

/* How a claimed mail ended. */
struct mail_ending {
    enum mail_fate fate;
    bool reminder;           /* the mail was one */
    int64_t at_us;           /* when */
    enum skip_reason reason; /* of MAIL_SKIPPED */
    int64_t due_at_us; /* of MAIL_PUT_OFF and MAIL_POSTPONED; of MAIL_SENT: of the reminder, or
                          TIME_NONE */
    bool unclear;      /* of MAIL_PUT_OFF: it may have gone all the same */
    const char *error; /* lent; what the mail server, or we, said; NULL: nothing */
};

/*
 * Makes invitation, as it is now, what it is after this ending. It may have changed since the mail
 * was claimed: what was skipped meanwhile stays so, unless its mail went; what was answered before
 * its mail is no longer due, but counts as the invitation that it was. False when out of memory.
 */
bool mail_end(struct invitation *invitation, const struct mail_ending *ending);

#endif
