#include "domain/mail_step.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define BACKOFF_FIRST_US (120 * US_PER_SECOND)
#define BACKOFF_MAX_US   (14400 * US_PER_SECOND)
#define BACKOFF_SPREAD   0.25
#define UNCLEAR_STEPS    3 /* that the wait begins further up */

bool mail_is_reminder(const struct invitation *invitation) {
    return invitation->verdict == VERDICT_SENT;
}

static enum skip_reason reason_to_skip(const struct invitation *invitation,
                                       const struct mail_facts *facts) {
    if (invitation->answered_at_us != TIME_NONE || facts->answered) {
        return SKIP_ANSWERED;
    }
    if (facts->archived) {
        return SKIP_ARCHIVED;
    }
    if (!invitation->contact.customer_email) {
        return SKIP_NO_ADDRESS;
    }
    if (facts->suppressed) {
        return SKIP_SUPPRESSED;
    }
    return facts->allowed_at_us >= invitation->expires_at_us ? SKIP_EXPIRED : SKIP_NONE;
}

struct mail_decision mail_decide(const struct invitation *invitation,
                                 const struct mail_facts *facts) {
    enum skip_reason reason = reason_to_skip(invitation, facts);
    if (reason != SKIP_NONE) {
        return (struct mail_decision){.step = MAIL_SKIP, .reason = reason};
    }
    if (invitation->unclear_attempts >= MAIL_UNCLEAR_MAX) {
        return (struct mail_decision){.step =
                                          mail_is_reminder(invitation) ? MAIL_SKIP : MAIL_GIVE_UP};
    }
    if (facts->allowed_at_us > facts->now_us) {
        return (struct mail_decision){.step = MAIL_POSTPONE, .due_at_us = facts->allowed_at_us};
    }
    return (struct mail_decision){.step = MAIL_SEND};
}

int64_t mail_backoff_us(int attempts, bool unclear, double luck) {
    int64_t wait_us = BACKOFF_FIRST_US;
    int doublings = attempts - 1 + (unclear ? UNCLEAR_STEPS : 0);
    for (int i = 0; i < doublings && wait_us < BACKOFF_MAX_US; i++) {
        wait_us *= 2;
    }
    wait_us = wait_us < BACKOFF_MAX_US ? wait_us : BACKOFF_MAX_US;
    return (int64_t)((double)wait_us * (1 - BACKOFF_SPREAD + 2 * BACKOFF_SPREAD * luck));
}

/* ---- endings ---- */

static void note_sent(struct invitation *invitation, const struct mail_ending *ending) {
    bool wanted = invitation->verdict != VERDICT_SKIPPED;
    if (ending->reminder) {
        invitation->reminded_at_us = ending->at_us;
        invitation->due_at_us = TIME_NONE;
        return;
    }
    invitation->verdict = VERDICT_SENT;
    invitation->skip_reason = SKIP_NONE;
    invitation->sent_at_us = ending->at_us;
    invitation->due_at_us = wanted ? ending->due_at_us : TIME_NONE;
    if (invitation->due_at_us != TIME_NONE) {
        invitation->attempts = 0; /* the reminder's */
    }
}

static void note_bounced(struct invitation *invitation) {
    if (invitation->verdict == VERDICT_SCHEDULED) {
        invitation->verdict = VERDICT_BOUNCED;
    }
    invitation->due_at_us = TIME_NONE;
}

/* An answer came through this invitation: taking it back would leave an answer that nobody was
 * asked for. */
static void note_skipped(struct invitation *invitation, enum skip_reason reason) {
    bool answered = invitation->answered_at_us != TIME_NONE;
    if (invitation->verdict == VERDICT_SCHEDULED) {
        invitation->verdict = answered ? VERDICT_CREATED : VERDICT_SKIPPED;
        invitation->skip_reason = answered ? SKIP_NONE : reason;
    }
    invitation->due_at_us = TIME_NONE;
}

/* Not due again what was skipped meanwhile. */
static void move(struct invitation *invitation, int64_t due_at_us) {
    if (invitation->due_at_us != TIME_NONE) {
        invitation->due_at_us = due_at_us;
    }
}

static void forget_attempt(struct invitation *invitation) {
    invitation->attempts -= invitation->attempts > 0;
}

static bool note_error(struct invitation *invitation, const char *error) {
    char *copy = error ? strdup(error) : NULL;
    if (error && !copy) {
        return false;
    }
    free(invitation->mail_error);
    invitation->mail_error = copy;
    return true;
}

bool mail_end(struct invitation *invitation, const struct mail_ending *ending) {
    bool tried = ending->fate != MAIL_POSTPONED && ending->fate != MAIL_NOT_TRIED;
    if (tried && !note_error(invitation, ending->error)) {
        return false;
    }
    switch (ending->fate) {
    case MAIL_SENT:
        note_sent(invitation, ending);
        break;
    case MAIL_BOUNCED:
        note_bounced(invitation);
        break;
    case MAIL_SKIPPED:
        note_skipped(invitation, ending->reason);
        break;
    case MAIL_PUT_OFF:
        move(invitation, ending->due_at_us);
        invitation->unclear_attempts += ending->unclear;
        break;
    case MAIL_POSTPONED:
        move(invitation, ending->due_at_us);
        forget_attempt(invitation);
        break;
    case MAIL_NOT_TRIED:
        forget_attempt(invitation);
        break;
    }
    return true;
}
