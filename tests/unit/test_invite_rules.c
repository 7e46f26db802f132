#include <stdio.h>
#include <string.h>

#include "../support/near.h"
#include "../support/test.h"
#include "base/array.h"
#include "base/time.h"
#include "domain/invite_rules.h"

#define NOW     (INT64_C(1790000000) * US_PER_SECOND)
#define DAYS(n) ((n)*US_PER_DAY)
#define EXPIRY  (NOW + DAYS(30))

/* Of a contact that is asked, unless something more is said: when its customer was asked, this
 * survey and others, and when its mail is due. */
#define NEVER TIME_NONE
#define ASKED(this_us, other_us, due_us)                                                           \
    .has_address = true, .account_days = 7, .asked_this_us = (this_us),                            \
    .asked_other_us = (other_us), .due_at_us = (due_us), .expires_at_us = EXPIRY

static const struct {
    const char *what;
    struct invite_facts facts;
    struct invite_decision decision;
} decisions[] = {
    {"nothing stands against it",
     {ASKED(NEVER, NEVER, NOW)},
     {VERDICT_SCHEDULED, SKIP_NONE, TIME_NONE, NOW}},
    {"a survey that takes no answers",
     {ASKED(NEVER, NEVER, NOW), .archived = true},
     {VERDICT_SKIPPED, SKIP_ARCHIVED, TIME_NONE, TIME_NONE}},
    {"an answer that came before",
     {ASKED(NEVER, NEVER, NOW), .answered = true},
     {VERDICT_SKIPPED, SKIP_ANSWERED, TIME_NONE, TIME_NONE}},
    {"nobody to write to",
     {.account_days = 7, .due_at_us = NOW, .expires_at_us = EXPIRY},
     {VERDICT_SKIPPED, SKIP_NO_ADDRESS, TIME_NONE, TIME_NONE}},
    {"somebody who wants no mail",
     {ASKED(NEVER, NEVER, NOW), .suppressed = true},
     {VERDICT_SKIPPED, SKIP_SUPPRESSED, TIME_NONE, TIME_NONE}},
    {"just within the sample",
     {ASKED(NEVER, NEVER, NOW), .place = 0.4999},
     {VERDICT_SCHEDULED, SKIP_NONE, TIME_NONE, NOW}},
    {"just outside of it",
     {ASKED(NEVER, NEVER, NOW), .place = 0.5},
     {VERDICT_SKIPPED, SKIP_SAMPLED_OUT, TIME_NONE, TIME_NONE}},
    {"asked this survey a month ago",
     {ASKED(NOW - DAYS(30), NEVER, NOW)},
     {VERDICT_SCHEDULED, SKIP_NONE, TIME_NONE, NOW}},
    {"asked it a little later",
     {ASKED(NOW - DAYS(30) + 1, NEVER, NOW)},
     {VERDICT_SKIPPED, SKIP_FATIGUE, NOW + 1, TIME_NONE}},
    {"asked another a week ago",
     {ASKED(NEVER, NOW - DAYS(7), NOW)},
     {VERDICT_SCHEDULED, SKIP_NONE, TIME_NONE, NOW}},
    {"asked another yesterday",
     {ASKED(NEVER, NOW - DAYS(1), NOW)},
     {VERDICT_SKIPPED, SKIP_FATIGUE, NOW + DAYS(6), TIME_NONE}},
    {"both: the later one counts",
     {ASKED(NOW - DAYS(29), NOW - DAYS(1), NOW)},
     {VERDICT_SKIPPED, SKIP_FATIGUE, NOW + DAYS(6), TIME_NONE}},
    {"both: also when it is the survey's own",
     {ASKED(NOW - DAYS(3), NOW - DAYS(6), NOW)},
     {VERDICT_SKIPPED, SKIP_FATIGUE, NOW + DAYS(27), TIME_NONE}},
    {"going to be asked in an hour",
     {ASKED(NOW + 3600 * US_PER_SECOND, NEVER, NOW)},
     {VERDICT_SKIPPED, SKIP_FATIGUE, NOW + 3600 * US_PER_SECOND + DAYS(30), TIME_NONE}},
    {"by then the customer has rested",
     {ASKED(NEVER, NOW - DAYS(5), NOW + DAYS(2))},
     {VERDICT_SCHEDULED, SKIP_NONE, TIME_NONE, NOW + DAYS(2)}},
    {"due when its link has expired",
     {ASKED(NEVER, NEVER, EXPIRY)},
     {VERDICT_SKIPPED, SKIP_EXPIRED, TIME_NONE, TIME_NONE}},
    {"due just before",
     {ASKED(NEVER, NEVER, EXPIRY - 1)},
     {VERDICT_SCHEDULED, SKIP_NONE, TIME_NONE, EXPIRY - 1}},
    {"all at once: the first in order is told",
     {.archived = true, .answered = true, .suppressed = true, .place = 1},
     {VERDICT_SKIPPED, SKIP_ARCHIVED, TIME_NONE, TIME_NONE}},
    {"suppressed before sampled out before fatigue",
     {ASKED(NOW, NEVER, NOW), .suppressed = true, .place = 0.9},
     {VERDICT_SKIPPED, SKIP_SUPPRESSED, TIME_NONE, TIME_NONE}},
    {"sampled out before fatigue",
     {ASKED(NOW, NEVER, NOW), .place = 0.9},
     {VERDICT_SKIPPED, SKIP_SAMPLED_OUT, TIME_NONE, TIME_NONE}},
};

static void each_contact_gets_its_verdict(void **state) {
    (void)state;
    struct invite_rules rules = INVITE_RULES_DEFAULT;
    rules.sample = 0.5;
    for (size_t i = 0; i < COUNT(decisions); i++) {
        struct invite_decision made = invite_decide(&rules, &decisions[i].facts);
        const struct invite_decision *expected = &decisions[i].decision;
        if (made.verdict != expected->verdict || made.skip_reason != expected->skip_reason ||
            made.eligible_at_us != expected->eligible_at_us ||
            made.due_at_us != expected->due_at_us) {
            fail_msg("%s: %s, %s", decisions[i].what, verdict_name(made.verdict),
                     made.verdict == VERDICT_SKIPPED ? skip_reason_name(made.skip_reason) : "-");
        }
    }
}

static void a_survey_without_fatigue_asks_again_at_once(void **state) {
    (void)state;
    struct invite_rules rules = INVITE_RULES_DEFAULT;
    rules.fatigue_days = 0;
    struct invite_facts facts = {ASKED(NOW - DAYS(7), NEVER, NOW)};
    assert_int_equal(invite_decide(&rules, &facts).verdict, VERDICT_SCHEDULED);
    facts.asked_this_us++;
    assert_int_equal(invite_decide(&rules, &facts).skip_reason, SKIP_FATIGUE);
    facts.account_days = 0;
    assert_int_equal(invite_decide(&rules, &facts).verdict, VERDICT_SCHEDULED);
}

static void a_sample_of_all_asks_all_and_of_none_nobody(void **state) {
    (void)state;
    struct invite_rules rules = INVITE_RULES_DEFAULT;
    struct invite_facts facts = {ASKED(NEVER, NEVER, NOW), .place = 1 - 0x1p-53};
    assert_int_equal(invite_decide(&rules, &facts).verdict, VERDICT_SCHEDULED);
    rules.sample = 0;
    facts.place = 0;
    assert_int_equal(invite_decide(&rules, &facts).skip_reason, SKIP_SAMPLED_OUT);
}

/* Of 40,000 contacts a tenth: the count is within four standard deviations of its mean. */
static void a_sample_is_as_large_as_its_share(void **state) {
    (void)state;
    const double share = 0.1;
    int within = 0;
    for (int i = 0; i < 40000; i++) {
        char ref[16];
        snprintf(ref, sizeof ref, "T-%d", i);
        double place = invite_sample_place(1, "understood", ref);
        assert_true(place >= 0 && place < 1);
        within += place < share;
    }
    assert_in_range(within, 4000 - 240, 4000 + 240);
}

/* BLAKE2b of other bytes gives other places; these were computed once by Python's hashlib. */
static void a_contact_keeps_its_place_for_ever(void **state) {
    (void)state;
    static const struct {
        int64_t account_id;
        const char *survey;
        const char *ref;
        double place;
    } known[] = {
        {1, "understood", "T-1", 0.14340059482301926},
        {1, "understood", "T-2", 0.28280696582261788},
        {2, "understood", "T-1", 0.51906080124006959},
        {1, "understoodT", "-1", 0.78212250076534306},
        {1, "after-chat", "T-1", 0.52170205541088077},
    };
    for (size_t i = 0; i < COUNT(known); i++) {
        assert_near(invite_sample_place(known[i].account_id, known[i].survey, known[i].ref),
                    known[i].place, 1e-15);
    }
}

static void times_of_day_are_read_and_written(void **state) {
    (void)state;
    static const char *const bad[] = {"",     "8:00",   "08:0",  "08:60", "24:01", "25:00",
                                      "0800", "08:00 ", "-8:00", "08-00", "ab:cd", "08:000"};
    int minute = 7;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(day_minute_parse(bad[i], &minute));
    }
    assert_int_equal(minute, 7);
    for (int i = 0; i <= MINUTES_PER_DAY; i++) {
        char text[DAY_MINUTE_TEXT_SIZE];
        day_minute_format(i, text);
        assert_true(day_minute_parse(text, &minute));
        assert_int_equal(minute, i);
    }
}

static void weekdays_have_names(void **state) {
    (void)state;
    for (int i = 0; i < WEEKDAYS; i++) {
        assert_int_equal(weekday_from_name(weekday_name(i)), i);
    }
    assert_string_equal(weekday_name(0), "mon");
    assert_int_equal(weekday_from_name("Mon"), -1);
    assert_int_equal(weekday_from_name(""), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_contact_gets_its_verdict),
        cmocka_unit_test(a_survey_without_fatigue_asks_again_at_once),
        cmocka_unit_test(a_sample_of_all_asks_all_and_of_none_nobody),
        cmocka_unit_test(a_sample_is_as_large_as_its_share),
        cmocka_unit_test(a_contact_keeps_its_place_for_ever),
        cmocka_unit_test(times_of_day_are_read_and_written),
        cmocka_unit_test(weekdays_have_names),
    };
    return RUN(tests);
}
