/* Alerts: what may be done about one in which state, its words, and how the API shows it. */
#include <stdio.h>
#include <string.h>

#include "../support/near.h"
#include "../support/test.h"
#include "api/alert_json.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "domain/alert.h"

#define RAISED_US   (20000 * US_PER_DAY)
#define HOUR_US     (3600 * US_PER_SECOND)
#define PAYLOAD_MAX 20000

static const struct app app = {.public_url = "https://ask.example"};

static struct alert of_billing(void) {
    struct alert alert = ALERT_NONE;
    alert.account_id = 1;
    snprintf(alert.team, sizeof alert.team, "Billing");
    alert.raised_at_us = alert.exceeded_at_us = RAISED_US;
    alert.window_from_us = RAISED_US - HOUR_US;
    alert.frustrated = 9;
    alert.n = 20;
    alert.baseline_frustrated = 150;
    alert.baseline_n = 1000;
    return alert;
}

enum deed { ACKNOWLEDGE, RESOLVE };

static enum alert_effect perform(struct alert *alert, enum deed deed, const char *by,
                                 const char *note) {
    const struct alert_deed done = {
        .by = by, .note = note, .at_us = RAISED_US + alert->revision * US_PER_SECOND};
    return deed == RESOLVE ? alert_resolve(alert, &done) : alert_acknowledge(alert, &done);
}

/* After a first deed, or none: a second one, what it does, and the note and revision then. */
static void each_state_takes_what_makes_sense_in_it(void **state) {
    (void)state;
    enum { NONE = -1 };
    static const struct {
        int first;
        const char *first_note;
        enum deed deed;
        const char *note;
        enum alert_effect effect;
        enum alert_status status;
        const char *kept;
        int revision;
    } rows[] = {
        {NONE, NULL, ACKNOWLEDGE, NULL, ALERT_CHANGES, ALERT_ACKNOWLEDGED, NULL, 2},
        {NONE, NULL, ACKNOWLEDGE, "a", ALERT_CHANGES, ALERT_ACKNOWLEDGED, "a", 2},
        {NONE, NULL, RESOLVE, "a", ALERT_CHANGES, ALERT_RESOLVED, "a", 2},
        {ACKNOWLEDGE, "a", ACKNOWLEDGE, NULL, ALERT_STAYS, ALERT_ACKNOWLEDGED, "a", 2},
        {ACKNOWLEDGE, "a", ACKNOWLEDGE, "a", ALERT_STAYS, ALERT_ACKNOWLEDGED, "a", 2},
        {ACKNOWLEDGE, "a", ACKNOWLEDGE, "b", ALERT_CHANGES, ALERT_ACKNOWLEDGED, "b", 3},
        {ACKNOWLEDGE, "a", RESOLVE, NULL, ALERT_CHANGES, ALERT_RESOLVED, "a", 3},
        {ACKNOWLEDGE, "a", RESOLVE, "b", ALERT_CHANGES, ALERT_RESOLVED, "b", 3},
        {RESOLVE, "a", RESOLVE, NULL, ALERT_STAYS, ALERT_RESOLVED, "a", 2},
        {RESOLVE, "a", RESOLVE, "a", ALERT_STAYS, ALERT_RESOLVED, "a", 2},
        {RESOLVE, NULL, RESOLVE, "b", ALERT_CHANGES, ALERT_RESOLVED, "b", 3},
        {RESOLVE, "a", ACKNOWLEDGE, "b", ALERT_REFUSES, ALERT_RESOLVED, "a", 2},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        CLEANUP(alert_clear) struct alert alert = of_billing();
        if (rows[i].first != NONE) {
            perform(&alert, (enum deed)rows[i].first, "first", rows[i].first_note);
        }
        assert_int_equal(perform(&alert, rows[i].deed, "second", rows[i].note), rows[i].effect);
        assert_int_equal(alert.status, rows[i].status);
        assert_int_equal(alert.revision, rows[i].revision);
        assert_int_equal(alert.note == NULL, rows[i].kept == NULL);
        if (rows[i].kept) {
            assert_string_equal(alert.note, rows[i].kept);
        }
    }
}

static void whoever_was_first_stays_the_one_who_did_it(void **state) {
    (void)state;
    CLEANUP(alert_clear) struct alert alert = of_billing();
    perform(&alert, ACKNOWLEDGE, "Mara", NULL);
    perform(&alert, ACKNOWLEDGE, "Kim", "it is the parcel strike");
    assert_string_equal(alert.acknowledged_by, "Mara");
    assert_int_equal(alert.acknowledged_at_us, RAISED_US + US_PER_SECOND);
    perform(&alert, RESOLVE, NULL, NULL);
    perform(&alert, RESOLVE, "Kim", "it is over");
    assert_null(alert.resolved_by);
    assert_int_equal(alert.resolved_at_us, RAISED_US + 3 * US_PER_SECOND);
}

static void an_alert_says_in_words_what_happened(void **state) {
    (void)state;
    static const struct {
        const char *team;
        int64_t window_us;
        int baseline_frustrated;
        int baseline_n;
        const char *text;
    } rows[] = {
        {"Billing", HOUR_US, 150, 1000,
         "Billing: 9 of 20 answers in the last hour were frustrated; usually 15 %"},
        {"", HOUR_US, 155, 1000,
         "All teams together: 9 of 20 answers in the last hour were frustrated; usually 16 %"},
        {"Billing", 45 * 60 * US_PER_SECOND, 0, 40,
         "Billing: 9 of 20 answers in the last 45 minutes were frustrated; usually 0 %"},
        {"Billing", HOUR_US, 2, 1000,
         "Billing: 9 of 20 answers in the last hour were frustrated; usually less than 1 %"},
        {"Billing", HOUR_US, 0, 0,
         "Billing: 9 of 20 answers in the last hour were frustrated; what is usual is not known "
         "yet"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        CLEANUP(text_clear) struct text text = {0};
        struct alert alert = of_billing();
        snprintf(alert.team, sizeof alert.team, "%s", rows[i].team);
        alert.window_from_us = RAISED_US - rows[i].window_us;
        alert.baseline_frustrated = rows[i].baseline_frustrated;
        alert.baseline_n = rows[i].baseline_n;
        alert_append_text(&text, &alert);
        assert_string_equal(text.bytes, rows[i].text);
    }
}

static double number_at(const json_t *json, const char *object, const char *name) {
    return json_number_value(json_object_get(json_object_get(json, object), name));
}

/* Newcombe 1998, as in reference/numbers.md 2. */
static void the_baseline_has_its_interval(void **state) {
    (void)state;
    struct alert alert = of_billing();
    alert.baseline_frustrated = 15;
    alert.baseline_n = 148;
    json_t *json = alert_to_json(&app, &alert);
    assert_near(number_at(json, "baseline", "rate"), 15. / 148, 1e-12);
    assert_near(number_at(json, "baseline", "low"), .062386, 1e-6);
    assert_near(number_at(json, "baseline", "high"), .160487, 1e-6);
    json_decref(json);
}

static void without_a_baseline_its_rate_is_null(void **state) {
    (void)state;
    struct alert alert = of_billing();
    alert.baseline_n = alert.baseline_frustrated = 0;
    json_t *json = alert_to_json(&app, &alert);
    const json_t *baseline = json_object_get(json, "baseline");
    assert_true(json_is_null(json_object_get(baseline, "rate")));
    assert_true(json_is_null(json_object_get(baseline, "high")));
    assert_int_equal(json_integer_value(json_object_get(baseline, "n")), 0);
    json_decref(json);
}

static void of_the_whole_account_the_team_is_null(void **state) {
    (void)state;
    struct alert alert = of_billing();
    alert.team[0] = '\0';
    json_t *json = alert_to_json(&app, &alert);
    assert_true(json_is_null(json_object_get(json, "team")));
    assert_null(json_object_get(json, "acknowledged_at"));
    assert_null(json_object_get(json, "note"));
    json_decref(json);
}

/* The longest texts there are, of characters that JSON escapes. */
static void the_largest_alert_fits_a_webhook(void **state) {
    (void)state;
    char url[256], name[201], note[1000 * 4 + 1];
    memset(url, 'u', sizeof url - 1);
    memset(name, '"', sizeof name - 1);
    url[sizeof url - 1] = name[sizeof name - 1] = note[0] = '\0';
    for (size_t i = 0; i + 4 < sizeof note; i += 4) {
        memcpy(note + i, "\xf0\x9f\x98\xa1", 5);
    }
    CLEANUP(alert_clear) struct alert alert = of_billing();
    memset(alert.team, '\\', sizeof alert.team - 1);
    alert.response_count = ALERT_RESPONSES_MAX;
    perform(&alert, ACKNOWLEDGE, name, NULL);
    perform(&alert, RESOLVE, name, note);
    json_t *json = alert_to_json(&(struct app){.public_url = url}, &alert);
    assert_in_range(json_dumpb(json, NULL, 0, JSON_COMPACT), PAYLOAD_MAX / 2, PAYLOAD_MAX - 200);
    json_decref(json);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_takes_what_makes_sense_in_it),
        cmocka_unit_test(whoever_was_first_stays_the_one_who_did_it),
        cmocka_unit_test(an_alert_says_in_words_what_happened),
        cmocka_unit_test(the_baseline_has_its_interval),
        cmocka_unit_test(without_a_baseline_its_rate_is_null),
        cmocka_unit_test(of_the_whole_account_the_team_is_null),
        cmocka_unit_test(the_largest_alert_fits_a_webhook),
    };
    return RUN(tests);
}
