/* Ids, tickets and filters of live streams, and what a listener that does not read is kept. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "../support/test.h"
#include "api/stream_filter.h"
#include "api/stream_position.h"
#include "base/array.h"
#include "base/time.h"
#include "domain/stream_ticket.h"
#include "http/subscriber.h"
#include "store/streamed_account.h"

static void an_id_says_where_it_is_from(void **state) {
    (void)state;
    const uint64_t transactions[] = {0, 3, 741, UINT64_MAX};
    for (size_t i = 0; i < COUNT(transactions); i++) {
        struct stream_position position = {{transactions[i], uuid_new()},
                                           1764324000 * US_PER_SECOND};
        struct stream_position read = {0};
        char id[STREAM_ID_SIZE];
        stream_position_format(&position, id);
        assert_true(stream_position_parse(id, &read));
        assert_int_equal(feed_position_compare(&read.feed, &position.feed), 0);
        assert_int_equal(read.at_us, position.at_us);
    }
}

static void what_is_no_id_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "-",
        "1",
        "1-",
        "1-019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a01",
        "1-019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a01-",
        "1-019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a01-g",
        "1-019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a01-1 ",
        "1-019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a01-ffffffffffffffff",
        "g-019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a01-1",
        "11111111111111111-019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a01-1",
        "1-019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a0g-1",
        "1 019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a01-1",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct stream_position position;
        assert_false(stream_position_parse(texts[i], &position));
    }
}

static void a_horizon_lies_after_what_has_ended_and_before_what_has_not(void **state) {
    (void)state;
    struct feed_horizon horizon = {.oldest = 50, .next = 60};
    struct feed_position end = feed_position_at(&horizon);
    struct feed_position before = {49, uuid_new()};
    struct feed_position after = {50, {{0}}};
    assert_true(feed_position_compare(&before, &end) < 0);
    assert_true(feed_position_compare(&after, &end) > 0);
}

static void a_ticket_names_its_account_and_no_two_are_the_same(void **state) {
    (void)state;
    const int64_t accounts[] = {1, 42, INT64_MAX};
    for (size_t i = 0; i < COUNT(accounts); i++) {
        char one[STREAM_TICKET_SIZE], other[STREAM_TICKET_SIZE];
        int64_t account_id = 0;
        stream_ticket_new(accounts[i], one);
        stream_ticket_new(accounts[i], other);
        assert_true(stream_ticket_parse(one, &account_id));
        assert_int_equal(account_id, accounts[i]);
        assert_string_not_equal(one, other);
    }
}

static void what_is_no_ticket_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "st_",
        "st__00000000000000000000000000000000",
        "st_0_00000000000000000000000000000000",
        "st_01_00000000000000000000000000000000",
        "st_1_0000000000000000000000000000000",
        "st_1_000000000000000000000000000000000",
        "st_1_0000000000000000000000000000000G",
        "st_99999999999999999999_00000000000000000000000000000000",
        "us_1_00000000000000000000000000000000",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        int64_t account_id;
        assert_false(stream_ticket_parse(texts[i], &account_id));
    }
}

static bool takes(const struct stream_filter *filter, enum event_type type, const char *data) {
    json_t *json = json_loads(data, 0, NULL);
    assert_non_null(json);
    struct stream_subject subject = stream_subject_of(type, json);
    bool taken = stream_filter_takes(filter, &subject);
    json_decref(json);
    return taken;
}

static void a_filter_takes_what_it_names(void **state) {
    (void)state;
    static const char *const cards =
        "{\"survey\":\"s\",\"contact\":{\"ref\":\"1\",\"team\":\"Cards\"}}";
    static const char *const nobody = "{\"survey\":\"t\",\"contact\":{\"ref\":\"1\"}}";
    static const char *const alert = "{\"team\":\"Cards\"}";
    static const char *const whole = "{\"team\":null}";
    struct stream_filter all = {.types = STREAM_ALL};
    struct stream_filter team = {.team = (char *)"Cards", .types = STREAM_ALL};
    struct stream_filter survey = {.survey = (char *)"s", .types = STREAM_ALL};
    struct stream_filter alerts = {.types = STREAM_ALERT};
    assert_true(takes(&all, EVENT_RESPONSE_UPDATED, nobody));
    assert_true(takes(&team, EVENT_RESPONSE_RECORDED, cards));
    assert_false(takes(&team, EVENT_RESPONSE_RECORDED, nobody));
    assert_true(takes(&team, EVENT_ALERT_RAISED, alert));
    assert_false(takes(&team, EVENT_ALERT_RESOLVED, whole));
    assert_true(takes(&survey, EVENT_RESPONSE_RECLASSIFIED, cards));
    assert_false(takes(&survey, EVENT_RESPONSE_RECORDED, nobody));
    assert_true(takes(&survey, EVENT_ALERT_RAISED, whole));
    assert_false(takes(&alerts, EVENT_RESPONSE_RECORDED, cards));
    assert_false(takes(&all, EVENT_INVITATION_SENT, "{}"));
}

static void what_was_pushed_is_read_in_its_order(void **state) {
    (void)state;
    struct subscriber *subscriber = subscriber_new(64);
    char buffer[4];
    char read[32] = "";
    size_t length;
    subscriber_push(subscriber, "first ", 6);
    subscriber_push(subscriber, "second", 6);
    subscriber_end(subscriber);
    while (subscriber_read(subscriber, NULL, buffer, sizeof buffer, &length) == STREAMING_BYTES) {
        strncat(read, buffer, length);
    }
    assert_string_equal(read, "first second");
    assert_false(subscriber_is_cut(subscriber));
    subscriber_close(subscriber_keep(subscriber));
    assert_true(subscriber_is_over(subscriber));
    subscriber_drop(subscriber);
}

static void who_does_not_read_is_cut_with_what_is_pending(void **state) {
    (void)state;
    struct subscriber *subscriber = subscriber_new(8);
    char buffer[4];
    size_t length;
    subscriber_push(subscriber, "12345678", 8);
    assert_false(subscriber_is_cut(subscriber));
    subscriber_push(subscriber, "9", 1);
    assert_true(subscriber_is_cut(subscriber));
    subscriber_end(subscriber);
    assert_int_equal(subscriber_read(subscriber, NULL, buffer, sizeof buffer, &length),
                     STREAMING_BROKEN);
    subscriber_close(subscriber);
}

static void what_is_pushed_after_the_end_is_not_told(void **state) {
    (void)state;
    struct subscriber *subscriber = subscriber_new(64);
    char buffer[16];
    size_t length = 0;
    subscriber_push(subscriber, "before", 6);
    subscriber_end(subscriber);
    assert_false(subscriber_listens(subscriber));
    subscriber_push(subscriber, "after", 5);
    assert_int_equal(subscriber_read(subscriber, NULL, buffer, sizeof buffer, &length),
                     STREAMING_BYTES);
    assert_int_equal(length, 6);
    assert_int_equal(subscriber_read(subscriber, NULL, buffer, sizeof buffer, &length),
                     STREAMING_END);
    subscriber_close(subscriber);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_says_where_it_is_from),
        cmocka_unit_test(what_is_no_id_is_refused),
        cmocka_unit_test(a_horizon_lies_after_what_has_ended_and_before_what_has_not),
        cmocka_unit_test(a_ticket_names_its_account_and_no_two_are_the_same),
        cmocka_unit_test(what_is_no_ticket_is_refused),
        cmocka_unit_test(a_filter_takes_what_it_names),
        cmocka_unit_test(what_was_pushed_is_read_in_its_order),
        cmocka_unit_test(who_does_not_read_is_cut_with_what_is_pending),
        cmocka_unit_test(what_is_pushed_after_the_end_is_not_told),
    };
    return RUN(tests);
}
