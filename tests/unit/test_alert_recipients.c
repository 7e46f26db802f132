/* [alerts] recipients: what may stand there, and who hears of which alert. */
#include <stdio.h>
#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "jobs/alert_recipients.h"

static const char list[] =
    "all@example.org, Billing = anna@example.org,\n \"Returns, EU\" = bo@example.org,"
    "2: chief@example.com, 2 : Billing=deputy@example.com, \"\" = whole@example.org, "
    "\"24:7 \"\"Night\"\"\"=night@example.org, 3:EU: Care = care@example.net, "
    "ALL@example.org,";

/* The addresses, with blanks between. */
static void told(int64_t account_id, const char *team, char addresses_text[200]) {
    CLEANUP(alert_recipients_clear) struct alert_recipients recipients = {0};
    CLEANUP(text_clear) struct text mistake = {0};
    char *addresses[ALERT_RECIPIENTS_MAX];
    assert_true(alert_recipients_parse(list, &recipients, &mistake));
    size_t count = alert_recipients_for(&recipients, account_id, team, addresses);
    addresses_text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(addresses_text);
        snprintf(addresses_text + length, 200 - length, "%s%s", i ? " " : "", addresses[i]);
    }
}

static void each_hears_of_what_is_meant_for_them_once(void **state) {
    (void)state;
    static const struct {
        int64_t account_id;
        const char *team;
        const char *addresses;
    } rows[] = {
        {1, "Billing", "all@example.org anna@example.org"},
        {1, "billing", "all@example.org"},
        {1, "Returns, EU", "all@example.org bo@example.org"},
        {1, "", "all@example.org whole@example.org"},
        {2, "Sales", "all@example.org chief@example.com"},
        {2, "Billing", "all@example.org anna@example.org chief@example.com deputy@example.com"},
        {1, "24:7 \"Night\"", "all@example.org night@example.org"},
        {3, "EU: Care", "all@example.org care@example.net"},
        {1, "EU: Care", "all@example.org"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char addresses[200];
        told(rows[i].account_id, rows[i].team, addresses);
        assert_string_equal(addresses, rows[i].addresses);
    }
}

static void nobody_is_a_list_too(void **state) {
    (void)state;
    static const char *const empty[] = {"", " ", ",", " ,\n, "};
    for (size_t i = 0; i < COUNT(empty); i++) {
        CLEANUP(alert_recipients_clear) struct alert_recipients recipients = {0};
        CLEANUP(text_clear) struct text mistake = {0};
        assert_true(alert_recipients_parse(empty[i], &recipients, &mistake));
        assert_int_equal(recipients.count, 0);
    }
}

static void what_makes_no_sense_is_named(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "anna",
        "= anna@example.org",
        "Billing = ",
        "Billing anna@example.org",
        "Billing: anna@example.org",
        "0: anna@example.org",
        "99999999999999999999999: anna@example.org",
        "2:",
        "\"Billing = anna@example.org",
        "\"Billing\" anna@example.org",
        "anna@example.org bo@example.org",
        "anna@example.org; bo@example.org",
        "Anna <anna@example.org>",
        "anna@",
        "a\rX: y@example.org",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        CLEANUP(alert_recipients_clear) struct alert_recipients recipients = {0};
        CLEANUP(text_clear) struct text mistake = {0};
        char whole[200];
        snprintf(whole, sizeof whole, "good@example.org, %s", wrong[i]);
        if (alert_recipients_parse(whole, &recipients, &mistake)) {
            fail_msg("%s was taken", wrong[i]);
        }
        assert_int_equal(recipients.count, 0);
        assert_non_null(strstr(mistake.bytes, "[alerts] recipients should be"));
        assert_null(strstr(mistake.bytes, "good@example.org"));
    }
}

static void as_many_as_there_is_room_for(void **state) {
    (void)state;
    CLEANUP(text_clear) struct text many = {0};
    CLEANUP(text_clear) struct text mistake = {0};
    CLEANUP(alert_recipients_clear) struct alert_recipients recipients = {0};
    for (int i = 0; i < ALERT_RECIPIENTS_MAX; i++) {
        text_append_format(&many, "lead.%d@example.org,", i);
    }
    char *addresses[ALERT_RECIPIENTS_MAX];
    assert_true(alert_recipients_parse(many.bytes, &recipients, &mistake));
    assert_int_equal(alert_recipients_for(&recipients, 1, "x", addresses), ALERT_RECIPIENTS_MAX);
    alert_recipients_clear(&recipients);
    text_append(&many, "one.more@example.org");
    assert_false(alert_recipients_parse(many.bytes, &recipients, &mistake));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_hears_of_what_is_meant_for_them_once),
        cmocka_unit_test(nobody_is_a_list_too),
        cmocka_unit_test(what_makes_no_sense_is_named),
        cmocka_unit_test(as_many_as_there_is_room_for),
    };
    return RUN(tests);
}
