/* What webhooks send of an event, and how it stays below its size. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/event_json.h"

#define COMMENT_BYTES 16000 /* 4,000 characters that take four bytes each */

static const struct event recorded = {.type = EVENT_RESPONSE_RECORDED,
                                      .occurred_at_us = INT64_C(1795910400000000)};

static char *payload_of(json_t *data, int64_t sequence) {
    struct event_document document = {.data = data, .sequence = sequence};
    char *payload = event_payload(&recorded, &document);
    assert_non_null(payload);
    assert_true(strlen(payload) < EVENT_PAYLOAD_BYTES_MAX);
    return payload;
}

/* A text of bytes bytes, each character of which takes four. */
static json_t *long_text(size_t bytes) {
    char *text = malloc(bytes + 1);
    assert_non_null(text);
    for (size_t i = 0; i < bytes; i++) {
        text[i] = "\xF0\x9F\x98\x80"[i % 4];
    }
    text[bytes] = '\0';
    json_t *json = json_string(text);
    free(text);
    assert_non_null(json);
    return json;
}

static void a_payload_has_type_time_sequence_and_the_object(void **state) {
    (void)state;
    json_t *data = json_pack("{s:s, s:i}", "id", "one", "revision", 3);
    char *payload = payload_of(data, 3);
    assert_string_equal(payload, "{\"type\":\"response.recorded\",\"timestamp\":"
                                 "\"2026-11-29T00:00:00Z\",\"sequence\":3,"
                                 "\"data\":{\"id\":\"one\",\"revision\":3}}");
    free(payload);
    json_decref(data);
}

static void the_longest_comment_goes_whole(void **state) {
    (void)state;
    json_t *data = json_pack("{s:o}", "comment", long_text(COMMENT_BYTES));
    char *payload = payload_of(data, 1);
    assert_null(strstr(payload, "truncated"));
    free(payload);
    json_decref(data);
}

static void what_is_too_large_is_cut_between_characters_and_says_so(void **state) {
    (void)state;
    json_t *answers = json_pack("{s:o, s:o, s:s}", "comment", long_text(COMMENT_BYTES), "why",
                                long_text(COMMENT_BYTES / 2), "understood", "no");
    json_t *data = json_pack("{s:s, s:o}", "id", "one", "answers", answers);
    char *payload = payload_of(data, 1);
    json_t *read = json_loads(payload, 0, NULL); /* refuses half a character */
    assert_true(json_is_true(json_object_get(read, "truncated")));
    json_t *cut = json_object_get(json_object_get(read, "data"), "answers");
    assert_string_equal(json_string_value(json_object_get(cut, "understood")), "no");
    assert_int_equal(json_string_length(json_object_get(cut, "comment")), 8000);
    assert_int_equal(json_string_length(json_object_get(answers, "comment")), COMMENT_BYTES);
    json_decref(read);
    free(payload);
    json_decref(data);
}

static void long_lists_are_cut_too(void **state) {
    (void)state;
    json_t *list = json_array();
    for (size_t i = 0; i < 2000; i++) {
        json_array_append_new(list, json_pack("{s:s, s:i}", "text", "angry", "start", (int)i));
    }
    json_t *data = json_pack("{s:s, s:o}", "id", "one", "spans", list);
    char *payload = payload_of(data, 1);
    json_t *read = json_loads(payload, 0, NULL);
    json_t *cut = json_object_get(json_object_get(read, "data"), "spans");
    assert_in_range(json_array_size(cut), 100, 1999);
    json_decref(read);
    free(payload);
    json_decref(data);
}

/* Nothing that we store is like this; the limit holds all the same. */
static void of_what_cannot_be_cut_the_id_remains(void **state) {
    (void)state;
    json_t *data = json_pack("{s:s}", "id", "one");
    for (int i = 0; i < 3000; i++) {
        char name[16];
        snprintf(name, sizeof name, "name%d", i);
        json_object_set_new(data, name, json_integer(i));
    }
    char *payload = payload_of(data, 7);
    assert_non_null(
        strstr(payload, "\"sequence\":7,\"truncated\":true,\"data\":{\"id\":\"one\"}}"));
    free(payload);
    json_decref(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_payload_has_type_time_sequence_and_the_object),
        cmocka_unit_test(the_longest_comment_goes_whole),
        cmocka_unit_test(what_is_too_large_is_cut_between_characters_and_says_so),
        cmocka_unit_test(long_lists_are_cut_too),
        cmocka_unit_test(of_what_cannot_be_cut_the_id_remains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
