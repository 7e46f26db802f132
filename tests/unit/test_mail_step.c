#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "base/time.h"
#include "domain/mail_step.h"

#define NOW     INT64_C(1795852444000000)
#define HOUR    (3600 * US_PER_SECOND)
#define EXPIRES (NOW + 30 * US_PER_DAY)

static char email[] = "mara@example.org";

static struct invitation scheduled(void) {
    struct invitation invitation = INVITATION_NONE;
    invitation.verdict = VERDICT_SCHEDULED;
    invitation.contact.customer_email = email;
    invitation.expires_at_us = EXPIRES;
    invitation.due_at_us = NOW;
    invitation.attempts = 1;
    return invitation;
}

static void a_due_mail_goes_unless_there_is_a_reason_against_it(void **state) {
    (void)state;
    static const struct {
        int answered; /* 1: by the invitation, 2: by its contact otherwise */
        bool archived;
        bool no_address;
        bool suppressed;
        int64_t allowed_at_us;
        int64_t expires_at_us;
        enum mail_step step;
        enum skip_reason reason;
    } cases[] = {
        {0, 0, 0, 0, NOW, EXPIRES, MAIL_SEND, SKIP_NONE},
        {1, 0, 0, 0, NOW, EXPIRES, MAIL_SKIP, SKIP_ANSWERED},
        {2, 0, 0, 0, NOW, EXPIRES, MAIL_SKIP, SKIP_ANSWERED},
        {0, 1, 0, 0, NOW, EXPIRES, MAIL_SKIP, SKIP_ARCHIVED},
        {0, 0, 1, 0, NOW, EXPIRES, MAIL_SKIP, SKIP_NO_ADDRESS},
        {0, 0, 0, 1, NOW, EXPIRES, MAIL_SKIP, SKIP_SUPPRESSED},
        {1, 1, 1, 1, NOW, NOW, MAIL_SKIP, SKIP_ANSWERED},
        {0, 1, 1, 1, NOW, NOW, MAIL_SKIP, SKIP_ARCHIVED},
        {0, 0, 0, 1, NOW + HOUR, EXPIRES, MAIL_SKIP, SKIP_SUPPRESSED},
        {0, 0, 0, 0, NOW + HOUR, EXPIRES, MAIL_POSTPONE, SKIP_NONE},
        {0, 0, 0, 0, NOW, NOW, MAIL_SKIP, SKIP_EXPIRED},
        {0, 0, 0, 0, NOW, NOW + 1, MAIL_SEND, SKIP_NONE},
        {0, 0, 0, 0, NOW + HOUR, NOW + HOUR, MAIL_SKIP, SKIP_EXPIRED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct invitation invitation = scheduled();
        invitation.answered_at_us = cases[i].answered == 1 ? NOW - HOUR : TIME_NONE;
        invitation.contact.customer_email = cases[i].no_address ? NULL : email;
        invitation.expires_at_us = cases[i].expires_at_us;
        struct mail_facts facts = {
            .now_us = NOW,
            .allowed_at_us = cases[i].allowed_at_us,
            .answered = cases[i].answered == 2,
            .archived = cases[i].archived,
            .suppressed = cases[i].suppressed,
        };
        struct mail_decision decision = mail_decide(&invitation, &facts);
        assert_int_equal(decision.step, cases[i].step);
        assert_int_equal(decision.reason, cases[i].reason);
        if (decision.step == MAIL_POSTPONE) {
            assert_int_equal(decision.due_at_us, cases[i].allowed_at_us);
        }
    }
}

static void what_may_have_gone_too_often_goes_no_more(void **state) {
    (void)state;
    const struct mail_facts facts = {.now_us = NOW, .allowed_at_us = NOW + HOUR};
    struct invitation invitation = scheduled();
    invitation.unclear_attempts = MAIL_UNCLEAR_MAX - 1;
    assert_int_equal(mail_decide(&invitation, &facts).step, MAIL_POSTPONE);
    invitation.unclear_attempts = MAIL_UNCLEAR_MAX;
    assert_int_equal(mail_decide(&invitation, &facts).step, MAIL_GIVE_UP);
    invitation.verdict = VERDICT_SENT;
    assert_int_equal(mail_decide(&invitation, &facts).step, MAIL_SKIP);
}

static void waiting_grows_from_minutes_to_hours_and_no_further(void **state) {
    (void)state;
    static const int minutes[] = {2, 4, 8, 16, 32, 64, 128, 240, 240};
    for (int attempt = 1; attempt <= (int)COUNT(minutes); attempt++) {
        int64_t middle_us = minutes[attempt - 1] * 60 * US_PER_SECOND;
        assert_int_equal(mail_backoff_us(attempt, false, 0.5), middle_us);
        assert_int_equal(mail_backoff_us(attempt, false, 0), middle_us * 3 / 4);
        assert_int_equal(mail_backoff_us(attempt, false, 1), middle_us * 5 / 4);
    }
    assert_int_equal(mail_backoff_us(1, true, 0.5), 16 * 60 * US_PER_SECOND);
    assert_int_equal(mail_backoff_us(9, true, 0.5), 4 * HOUR);
    assert_int_equal(mail_backoff_us(1000000, false, 0.5), 4 * HOUR);
    assert_int_equal(mail_backoff_us(0, false, 0.5), 120 * US_PER_SECOND);
}

/* What the cases set and look at. */
struct state {
    enum verdict verdict;
    enum skip_reason reason;
    int64_t due_at_us;
    int attempts;
};

static void an_ending_makes_the_invitation_what_it_is_after_it(void **state) {
    (void)state;
    static const struct {
        struct state before;
        bool answered;
        struct mail_ending ending;
        struct state after;
    } cases[] = {
        /* The mail went; a reminder is due, or none. */
        {{VERDICT_SCHEDULED, SKIP_NONE, NOW, 3},
         false,
         {.fate = MAIL_SENT, .due_at_us = NOW + HOUR},
         {VERDICT_SENT, SKIP_NONE, NOW + HOUR, 0}},
        {{VERDICT_SCHEDULED, SKIP_NONE, NOW, 3},
         false,
         {.fate = MAIL_SENT, .due_at_us = TIME_NONE},
         {VERDICT_SENT, SKIP_NONE, TIME_NONE, 3}},
        /* The contact was reopened while the mail was on its way. */
        {{VERDICT_SKIPPED, SKIP_REOPENED, TIME_NONE, 1},
         false,
         {.fate = MAIL_SENT, .due_at_us = NOW + HOUR},
         {VERDICT_SENT, SKIP_NONE, TIME_NONE, 1}},
        {{VERDICT_SKIPPED, SKIP_REOPENED, TIME_NONE, 1},
         false,
         {.fate = MAIL_BOUNCED, .error = "no"},
         {VERDICT_SKIPPED, SKIP_REOPENED, TIME_NONE, 1}},
        {{VERDICT_SKIPPED, SKIP_REOPENED, TIME_NONE, 1},
         false,
         {.fate = MAIL_PUT_OFF, .due_at_us = NOW + HOUR, .error = "later"},
         {VERDICT_SKIPPED, SKIP_REOPENED, TIME_NONE, 1}},
        {{VERDICT_SKIPPED, SKIP_REOPENED, TIME_NONE, 1},
         false,
         {.fate = MAIL_SKIPPED, .reason = SKIP_EXPIRED},
         {VERDICT_SKIPPED, SKIP_REOPENED, TIME_NONE, 1}},
        /* It did not go. */
        {{VERDICT_SCHEDULED, SKIP_NONE, NOW, 1},
         false,
         {.fate = MAIL_BOUNCED, .error = "no"},
         {VERDICT_BOUNCED, SKIP_NONE, TIME_NONE, 1}},
        {{VERDICT_SCHEDULED, SKIP_NONE, NOW, 2},
         false,
         {.fate = MAIL_PUT_OFF, .due_at_us = NOW + HOUR, .error = "later"},
         {VERDICT_SCHEDULED, SKIP_NONE, NOW + HOUR, 2}},
        {{VERDICT_SCHEDULED, SKIP_NONE, NOW, 2},
         false,
         {.fate = MAIL_POSTPONED, .due_at_us = NOW + HOUR},
         {VERDICT_SCHEDULED, SKIP_NONE, NOW + HOUR, 1}},
        {{VERDICT_SCHEDULED, SKIP_NONE, NOW, 2},
         false,
         {.fate = MAIL_NOT_TRIED},
         {VERDICT_SCHEDULED, SKIP_NONE, NOW, 1}},
        {{VERDICT_SCHEDULED, SKIP_NONE, NOW, 1},
         false,
         {.fate = MAIL_SKIPPED, .reason = SKIP_SUPPRESSED},
         {VERDICT_SKIPPED, SKIP_SUPPRESSED, TIME_NONE, 1}},
        /* Answered before it was to go: an invitation all the same. */
        {{VERDICT_SCHEDULED, SKIP_NONE, NOW, 1},
         true,
         {.fate = MAIL_SKIPPED, .reason = SKIP_ANSWERED},
         {VERDICT_CREATED, SKIP_NONE, TIME_NONE, 1}},
        /* Reminders leave the verdict alone. */
        {{VERDICT_SENT, SKIP_NONE, NOW, 1},
         false,
         {.fate = MAIL_SENT, .reminder = true},
         {VERDICT_SENT, SKIP_NONE, TIME_NONE, 1}},
        {{VERDICT_SENT, SKIP_NONE, NOW, 1},
         true,
         {.fate = MAIL_SKIPPED, .reminder = true, .reason = SKIP_ANSWERED},
         {VERDICT_SENT, SKIP_NONE, TIME_NONE, 1}},
        {{VERDICT_SENT, SKIP_NONE, NOW, 1},
         false,
         {.fate = MAIL_BOUNCED, .reminder = true, .error = "no"},
         {VERDICT_SENT, SKIP_NONE, TIME_NONE, 1}},
        {{VERDICT_SENT, SKIP_NONE, NOW, 1},
         false,
         {.fate = MAIL_PUT_OFF, .reminder = true, .due_at_us = NOW + HOUR, .error = "later"},
         {VERDICT_SENT, SKIP_NONE, NOW + HOUR, 1}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct invitation invitation = scheduled();
        invitation.contact.customer_email = NULL;
        invitation.verdict = cases[i].before.verdict;
        invitation.skip_reason = cases[i].before.reason;
        invitation.due_at_us = cases[i].before.due_at_us;
        invitation.attempts = cases[i].before.attempts;
        invitation.answered_at_us = cases[i].answered == 1 ? NOW - HOUR : TIME_NONE;
        struct mail_ending ending = cases[i].ending;
        ending.at_us = NOW;
        assert_true(mail_end(&invitation, &ending));
        assert_int_equal(invitation.verdict, cases[i].after.verdict);
        assert_int_equal(invitation.skip_reason, cases[i].after.reason);
        assert_int_equal(invitation.due_at_us, cases[i].after.due_at_us);
        assert_int_equal(invitation.attempts, cases[i].after.attempts);
        bool sent = ending.fate == MAIL_SENT;
        assert_int_equal(invitation.sent_at_us, sent && !ending.reminder ? NOW : TIME_NONE);
        assert_int_equal(invitation.reminded_at_us, sent && ending.reminder ? NOW : TIME_NONE);
        assert_int_equal(invitation.mail_error != NULL, ending.error != NULL);
        invitation_clear(&invitation);
    }
}

static void what_may_have_gone_is_counted(void **state) {
    (void)state;
    struct invitation invitation = scheduled();
    invitation.contact.customer_email = NULL;
    assert_true(mail_end(&invitation, &(struct mail_ending){.fate = MAIL_PUT_OFF,
                                                            .due_at_us = NOW,
                                                            .unclear = true,
                                                            .error = "no answer in time"}));
    assert_int_equal(invitation.unclear_attempts, 1);
    assert_string_equal(invitation.mail_error, "no answer in time");
    assert_true(mail_end(&invitation, &(struct mail_ending){.fate = MAIL_NOT_TRIED}));
    assert_string_equal(invitation.mail_error, "no answer in time");
    assert_true(mail_end(&invitation, &(struct mail_ending){.fate = MAIL_SENT}));
    assert_int_equal(invitation.unclear_attempts, 1);
    assert_null(invitation.mail_error);
    invitation_clear(&invitation);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_due_mail_goes_unless_there_is_a_reason_against_it),
        cmocka_unit_test(what_may_have_gone_too_often_goes_no_more),
        cmocka_unit_test(waiting_grows_from_minutes_to_hours_and_no_further),
        cmocka_unit_test(an_ending_makes_the_invitation_what_it_is_after_it),
        cmocka_unit_test(what_may_have_gone_is_counted),
    };
    return RUN(tests);
}
