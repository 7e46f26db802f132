/* Rules, conditions and times of webhooks' bodies. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "api/hook_conditions.h"
#include "api/hook_contact.h"
#include "api/hook_rule.h"
#include "api/hook_value.h"
#include "base/array.h"
#include "base/time.h"

#define NOW (INT64_C(1795860000) * US_PER_SECOND) /* 2026-11-28T10:00:00Z */

static const char body_text[] =
    "{\"id\": 4711, \"empty\": \"\", \"blank\": \" \\t\", \"none\": null, \"no\": false,"
    " \"half\": 0.5, \"whole\": 12.0, \"name\": {\"first\": \"Ada\", \"last\": \" Lovelace \"},"
    " \"people\": [{\"mail\": \"a@example.com\"}, {\"mail\": null}, {\"mail\": \"b@example.com\"}],"
    " \"tags\": [\"x\", \"\", \"y\", \"x\"], \"via\": 1}";

static json_t *parse(const char *text) {
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    return json;
}

/* What a rule finds in the body, as compact JSON; "nothing" when nothing. */
static void assert_finds(const char *rule_text, bool is_list, const char *expected) {
    json_t *body = parse(body_text);
    json_t *rule = parse(rule_text);
    struct mistakes mistakes = {0};
    struct hook_found found;
    assert_true(hook_rule_follow(rule, is_list, body, &mistakes, &found));
    char *text = found.value ? json_dumps(found.value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    assert_string_equal(text ? text : "nothing", expected);
    free(text);
    hook_found_clear(&found);
    mistakes_clear(&mistakes);
    json_decref(rule);
    json_decref(body);
}

static void a_pointer_finds_what_is_there_and_not_blank(void **state) {
    (void)state;
    assert_finds("\"/id\"", false, "4711");
    assert_finds("\"/no\"", false, "false");
    assert_finds("\"/empty\"", false, "nothing");
    assert_finds("\"/blank\"", false, "nothing");
    assert_finds("\"/none\"", false, "nothing");
    assert_finds("\"/missing/deep\"", false, "nothing");
    assert_finds("\"/name\"", false, "nothing");
}

static void of_several_rules_the_first_that_finds_something_counts(void **state) {
    (void)state;
    assert_finds("[\"/none\", \"/empty\", \"/name/first\", \"/id\"]", false, "\"Ada\"");
    assert_finds("{\"first\": [\"/none\", {\"literal\": 7}]}", false, "7");
    assert_finds("[\"/none\", \"/name\"]", false, "nothing");
}

static void a_list_takes_all_of_them(void **state) {
    (void)state;
    assert_finds("[\"/id\", \"/tags\", \"/none\"]", true, "[4711,\"x\",\"y\",\"x\"]");
    assert_finds("{\"pointer\": \"/people\", \"each\": \"/mail\"}", true,
                 "[\"a@example.com\",\"b@example.com\"]");
    assert_finds("\"/people\"", true, "nothing");
    assert_finds("{\"first\": [\"/none\", \"/tags/0\", \"/id\"]}", true, "[\"x\"]");
}

static void texts_are_joined_and_trimmed(void **state) {
    (void)state;
    assert_finds("{\"join\": [\"/name/first\", \"/none\", \"/name/last\"]}", false,
                 "\"Ada Lovelace\"");
    assert_finds("{\"join\": [\"/id\", \"/half\"], \"with\": \"-\"}", false, "\"4711-0.5\"");
    assert_finds("{\"join\": [\"/none\", \"/empty\"]}", false, "nothing");
}

static void a_map_changes_what_it_knows(void **state) {
    (void)state;
    assert_finds("{\"pointer\": \"/via\", \"map\": {\"1\": \"email\"}}", false, "\"email\"");
    assert_finds("{\"pointer\": \"/via\", \"map\": {\"2\": \"phone\"}}", false, "1");
    assert_finds("{\"pointer\": \"/via\", \"map\": {\"1\": \"\"}, \"default\": \"d\"}", false,
                 "\"d\"");
    assert_finds("{\"pointer\": \"/tags\", \"map\": {\"x\": \"\", \"y\": \"why\"}}", true,
                 "[\"why\"]");
    assert_finds("{\"pointer\": \"/whole\", \"map\": {\"12\": \"dozen\"}}", false, "\"dozen\"");
}

static void prefixes_and_defaults_are_added(void **state) {
    (void)state;
    assert_finds("{\"pointer\": \"/id\", \"prefix\": \"zd-\"}", false, "\"zd-4711\"");
    assert_finds("{\"pointer\": \"/none\", \"prefix\": \"zd-\", \"default\": 3}", false, "3");
    assert_finds("{\"pointer\": \"/tags\", \"prefix\": \"t:\"}", true, "[\"t:x\",\"t:y\",\"t:x\"]");
}

static void assert_text(const char *json_text, const char *expected) {
    json_t *json = json_loads(json_text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    char *text = hook_text(json);
    assert_string_equal(text, expected);
    free(text);
    json_decref(json);
}

static void scalars_become_clean_texts(void **state) {
    (void)state;
    assert_text("4711", "4711");
    assert_text("4711.0", "4711");
    assert_text("-0.25", "-0.25");
    assert_text("9007199254740993", "9007199254740993");
    assert_text("true", "true");
    assert_text("\"  a\\nb\\u0000c\\t\"", "a b c");
    assert_text("\"\\u0085\\u00e4\\u009f\"", "\xc3\xa4");
    assert_text("\"\\u0000\"", "");
}

static void assert_time(const char *json_text, const char *expected) {
    json_t *json = parse(json_text);
    int64_t time_us;
    char text[TIME_TEXT_SIZE] = "none";
    if (hook_time(json, &time_us)) {
        time_format(time_us, text);
    }
    assert_string_equal(text, expected);
    json_decref(json);
}

static void times_are_read_as_helpdesks_write_them(void **state) {
    (void)state;
    static const char *const same[] = {
        "1795860000",
        "1795860000000",
        "1795860000.0",
        "\"1795860000\"",
        "\"1795860000000\"",
        "\"2026-11-28T10:00:00Z\"",
        "\"2026-11-28T10:00:00.000Z\"",
        "\"2026-11-28T11:00:00+01:00\"",
        "\"2026-11-28T10:00Z\"",
        "\"2026-11-28T11:00+0100\"",
        "\"2026-11-28 10:00:00 UTC\"",
        "\"2026-11-28 05:30:00 -0430\"",
        "\" 2026-11-28 10:00:00Z \"",
    };
    static const char *const none[] = {
        "\"\"",
        "\"soon\"",
        "\"2026-11-28\"",
        "\"2026-11-28 10:00:00\"",
        "\"28.11.2026 10:00:00\"",
        "-1",
        "1e300",
        "true",
        "{}",
        "\"2026-13-28T10:00:00Z\"",
        "\"2026-11-28T10:00:00+1\"",
        "\"1795860000 s\"",
        "\"2026-11-28T10:00:00 Europe/Berlin and then some more words\"",
    };
    for (size_t i = 0; i < COUNT(same); i++) {
        assert_time(same[i], "2026-11-28T10:00:00Z");
    }
    for (size_t i = 0; i < COUNT(none); i++) {
        assert_time(none[i], "none");
    }
    assert_time("1795860000.5", "2026-11-28T10:00:00.500000Z");
}

static void assert_which(const char *alternatives_text, int expected) {
    static const struct webhook_header headers[] = {{"X-Event", "closed"}, {"X-Bytes", "\xff"}};
    const struct webhook_message message = {headers, COUNT(headers), "", 0, NULL};
    json_t *alternatives = parse(alternatives_text);
    json_t *body = parse(body_text);
    assert_int_equal(hook_conditions_which(alternatives, body, &message), expected);
    json_decref(alternatives);
    json_decref(body);
}

static void the_first_alternative_that_holds_counts(void **state) {
    (void)state;
    assert_which("[]", -1);
    assert_which("[[]]", 0);
    assert_which(
        "[[{\"pointer\": \"/id\", \"equals\": 1}], [{\"pointer\": \"/id\", \"equals\": \"4711\"}]]",
        1);
    assert_which(
        "[[{\"pointer\": \"/id\", \"equals\": 4711}, {\"pointer\": \"/no\", \"equals\": true}]]",
        -1);
    assert_which("[[{\"pointer\": \"/id\", \"in\": [1, 4711.0]}]]", 0);
    assert_which(
        "[[{\"pointer\": \"/none\", \"exists\": false}, {\"pointer\": \"/no\", \"exists\": true}]]",
        0);
    assert_which("[[{\"pointer\": \"/empty\", \"equals\": \"\"}]]", 0);
    assert_which("[[{\"pointer\": \"/name\", \"equals\": \"Ada\"}]]", -1);
    assert_which("[[{\"header\": \"x-event\", \"equals\": \"closed\"}]]", 0);
    assert_which("[[{\"header\": \"X-Bytes\", \"exists\": true}]]", -1);
    assert_which("[[{\"header\": \"X-None\", \"exists\": false}]]", 0);
}

static void read_into(const char *rules_text, const char *body, struct hook_contact *found) {
    json_t *rules = parse(rules_text);
    json_t *json = parse(body);
    *found = HOOK_CONTACT_NONE;
    assert_true(hook_read_contact(rules, json, NOW, found));
    json_decref(rules);
    json_decref(json);
}

static void a_body_becomes_a_contact(void **state) {
    (void)state;
    struct hook_contact found;
    read_into(
        "{\"ref\": \"/n\", \"agents\": [\"/who\", \"/others\"], \"language\": \"/lang\","
        " \"customer\": {\"email\": \"/mail\"}, \"solved_at\": \"/at\","
        " \"handled_s\": \"/took\", \"credit_amount\": \"/paid\"}",
        "{\"n\": 12, \"who\": \"mara\", \"others\": [\"jo\", \"mara\", 7], \"lang\": \"pt_BR\","
        " \"mail\": \"a@example.com\", \"at\": 1795859999, \"took\": \"840\", \"paid\": \"12.5\"}",
        &found);
    const struct contact *contact = &found.contact;
    assert_string_equal(contact->ref, "12");
    assert_int_equal(contact->agent_count, 3);
    assert_string_equal(contact->agents[0], "mara");
    assert_string_equal(contact->agents[2], "7");
    assert_string_equal(contact->language, "pt-BR");
    assert_string_equal(contact->customer_email, "a@example.com");
    assert_int_equal(contact->handled_s, 840);
    assert_int_equal(contact->credit_amount_milli, 12500);
    assert_true(contact->solved_at_us == NOW - US_PER_SECOND &&
                found.time_us == contact->solved_at_us);
    hook_contact_clear(&found);
}

static size_t mistakes_of(const struct hook_contact *found) {
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(found->fields); i++) {
        const json_t *field = json_array_get(found->fields, i);
        count += json_array_size(json_object_get(field, "mistakes"));
    }
    return count;
}

static void what_cannot_be_used_is_left_out(void **state) {
    (void)state;
    struct hook_contact found;
    read_into("{\"ref\": \"/n\", \"team\": \"/t\", \"customer\": {\"email\": \"/mail\"},"
              " \"solved_at\": \"/at\", \"opened_at\": \"/from\", \"handled_s\": \"/took\"}",
              "{\"n\": \"A\", \"t\": {}, \"mail\": \"nobody\", \"at\": \"2030-01-01T00:00:00Z\","
              " \"from\": \"2026-11-28T10:00:01Z\", \"took\": \"long\"}",
              &found);
    assert_string_equal(found.contact.ref, "A");
    assert_null(found.contact.team);
    assert_null(found.contact.customer_email);
    assert_true(found.contact.solved_at_us == NOW);
    assert_true(found.contact.opened_at_us == TIME_NONE);
    assert_int_equal(found.contact.handled_s, HANDLED_S_NONE);
    assert_int_equal(mistakes_of(&found), 4); /* what opened too late is no mistake before 2030 */
    hook_contact_clear(&found);
}

static void no_more_agents_than_a_contact_has(void **state) {
    (void)state;
    struct hook_contact found;
    read_into("{\"ref\": \"/a/0\", \"agents\": \"/a\"}", "{\"a\": [1,2,3,4,5,6,7,8,9,10]}", &found);
    assert_int_equal(found.contact.agent_count, AGENTS_MAX);
    hook_contact_clear(&found);
    read_into("{\"ref\": \"/none\"}", "[]", &found);
    assert_null(found.contact.ref);
    assert_int_equal(found.time_us, TIME_NONE);
    hook_contact_clear(&found);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pointer_finds_what_is_there_and_not_blank),
        cmocka_unit_test(of_several_rules_the_first_that_finds_something_counts),
        cmocka_unit_test(a_list_takes_all_of_them),
        cmocka_unit_test(texts_are_joined_and_trimmed),
        cmocka_unit_test(a_map_changes_what_it_knows),
        cmocka_unit_test(prefixes_and_defaults_are_added),
        cmocka_unit_test(scalars_become_clean_texts),
        cmocka_unit_test(times_are_read_as_helpdesks_write_them),
        cmocka_unit_test(the_first_alternative_that_holds_counts),
        cmocka_unit_test(a_body_becomes_a_contact),
        cmocka_unit_test(what_cannot_be_used_is_left_out),
        cmocka_unit_test(no_more_agents_than_a_contact_has),
    };
    return RUN(tests);
}
