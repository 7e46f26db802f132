#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "domain/kept_contact.h"

#define SOLVED_US   (1000 * US_PER_DAY)
#define REPORTED_US (1001 * US_PER_DAY)

static void name_agent(struct contact *contact, const char *agent) {
    if (agent) {
        contact->agents[contact->agent_count++] = strdup(agent);
    }
}

static void keep(struct kept_contact *kept, bool open) {
    *kept = KEPT_CONTACT_NONE;
    kept->contact.ref = strdup("T-1");
    name_agent(&kept->contact, "anna");
    kept->contact.solved_at_us = SOLVED_US;
    kept->reopened_at_us = open ? SOLVED_US + 1 : TIME_NONE;
}

static void report_of(struct report *report, enum report_event event, const char *agent) {
    *report = REPORT_NONE;
    report->event = event;
    report->reported_at_us = REPORTED_US;
    report->contact.ref = strdup("T-1");
    report->contact.solved_at_us = REPORTED_US;
    name_agent(&report->contact, agent);
}

/* What was there, what is reported, and what that does: one row each. */
static const struct {
    bool open;
    bool asked;
    bool answered;
    enum report_event event;
    const char *agent;
    struct report_effect effect;
} table[] = {
    {false, false, false, REPORT_SOLVED, "anna", {0}},
    {false, false, false, REPORT_SOLVED, NULL, {0}},
    {false, false, false, REPORT_SOLVED, "ben", {.reassigned = true}},
    {false, true, false, REPORT_CHANGED, "ben", {.reassigned = true}},
    {false, true, true, REPORT_CHANGED, "ben", {0}},
    {false, false, false, REPORT_CHANGED, NULL, {0}},
    {false, false, false, REPORT_REOPENED, "ben", {.reopened = true}},
    {true, false, false, REPORT_REOPENED, NULL, {0}},
    {true, false, false, REPORT_CHANGED, "ben", {0}},
    {true, false, false, REPORT_SOLVED, "ben", {.solved_again = true, .renewed = true}},
    {true, true, false, REPORT_SOLVED, "anna", {.solved_again = true}},
    {true, true, false, REPORT_SOLVED, "ben", {.solved_again = true, .reassigned = true}},
    {true, true, true, REPORT_SOLVED, "ben", {.solved_again = true}},
};

static void a_report_does_what_the_contact_s_state_allows(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        CLEANUP(kept_contact_clear) struct kept_contact kept;
        CLEANUP(report_clear) struct report report;
        keep(&kept, table[i].open);
        report_of(&report, table[i].event, table[i].agent);
        struct contact_history history = {table[i].asked, table[i].answered};
        struct report_effect effect = kept_contact_effect(&kept, &report, history);
        assert_int_equal(effect.reopened, table[i].effect.reopened);
        assert_int_equal(effect.solved_again, table[i].effect.solved_again);
        assert_int_equal(effect.renewed, table[i].effect.renewed);
        assert_int_equal(effect.reassigned, table[i].effect.reassigned);
    }
}

static void a_contact_is_reassigned_once(void **state) {
    (void)state;
    CLEANUP(kept_contact_clear) struct kept_contact kept;
    CLEANUP(report_clear) struct report report;
    keep(&kept, false);
    report_of(&report, REPORT_CHANGED, "ben");
    struct contact_history history = {0};
    assert_true(kept_contact_take(&kept, &report, kept_contact_effect(&kept, &report, history)));
    assert_int_equal(kept.reassigned_at_us, REPORTED_US);
    assert_string_equal(kept.contact.agents[0], "anna");
    report.reported_at_us = REPORTED_US + 1;
    assert_true(report_effect_none(kept_contact_effect(&kept, &report, history)));
}

static void solved_again_before_anybody_was_asked_the_snapshot_is_new(void **state) {
    (void)state;
    CLEANUP(kept_contact_clear) struct kept_contact kept;
    CLEANUP(report_clear) struct report report;
    keep(&kept, true);
    kept.reassigned_at_us = SOLVED_US;
    report_of(&report, REPORT_SOLVED, "ben");
    struct contact_history history = {0};
    assert_true(kept_contact_take(&kept, &report, kept_contact_effect(&kept, &report, history)));
    assert_string_equal(kept.contact.agents[0], "ben");
    assert_int_equal(kept.contact.solved_at_us, REPORTED_US);
    assert_int_equal(kept.reopened_at_us, TIME_NONE);
    assert_int_equal(kept.reassigned_at_us, TIME_NONE);
}

static void solved_again_after_that_the_snapshot_stays(void **state) {
    (void)state;
    CLEANUP(kept_contact_clear) struct kept_contact kept;
    CLEANUP(report_clear) struct report report;
    keep(&kept, true);
    report_of(&report, REPORT_SOLVED, "ben");
    struct contact_history history = {.asked = true};
    assert_true(kept_contact_take(&kept, &report, kept_contact_effect(&kept, &report, history)));
    assert_string_equal(kept.contact.agents[0], "anna");
    assert_int_equal(kept.contact.solved_at_us, SOLVED_US);
    assert_int_equal(kept.reopened_at_us, TIME_NONE);
    assert_int_equal(kept.reassigned_at_us, REPORTED_US);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_does_what_the_contact_s_state_allows),
        cmocka_unit_test(a_contact_is_reassigned_once),
        cmocka_unit_test(solved_again_before_anybody_was_asked_the_snapshot_is_new),
        cmocka_unit_test(solved_again_after_that_the_snapshot_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
