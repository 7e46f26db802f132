/* Against vectors that openssl's command line signed (vectors/make_webhooks.py). */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "api/source_verifier.h"
#include "base/array.h"
#include "base/base64.h"
#include "base/time.h"

#define HEADERS 8

static json_t *vectors;

static int load_vectors(void **state) {
    (void)state;
    vectors = json_load_file(getenv("WEBHOOK_VECTORS"), 0, NULL);
    return vectors && sodium_init() >= 0 ? 0 : -1;
}

static int free_vectors(void **state) {
    (void)state;
    json_decref(vectors);
    return 0;
}

static const char *text_of(const json_t *row, const char *name) {
    return json_string_value(json_object_get(row, name));
}

static size_t read_headers(const json_t *row, struct webhook_header headers[HEADERS]) {
    size_t count = 0;
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(row, "headers"), name, value) {
        headers[count++] = (struct webhook_header){name, json_string_value(value)};
    }
    return count;
}

static struct webhook_verifier read_verifier(const json_t *row) {
    struct mistakes mistakes = {0};
    struct webhook_verifier verifier;
    const char *id_header = text_of(row, "id_header");
    source_verifier_read(json_object_get(row, "verify"), &verifier, &mistakes);
    if (id_header) {
        snprintf(verifier.id_header, sizeof verifier.id_header, "%s", id_header);
    }
    assert_true(mistakes_none(&mistakes));
    return verifier;
}

static bool verify_row(const json_t *row, int64_t now_us, struct webhook_finding *finding) {
    struct webhook_header headers[HEADERS];
    struct webhook_verifier verifier = read_verifier(row);
    const struct webhook_secrets secrets = {
        .current = text_of(row, "secret"),
        .previous = text_of(row, "previous"),
        .previous_valid_until_us =
            json_integer_value(json_object_get(row, "previous_until")) * US_PER_SECOND,
    };
    const struct webhook_message message = {
        .headers = headers,
        .header_count = read_headers(row, headers),
        .body = text_of(row, "body"),
        .body_length = strlen(text_of(row, "body")),
        .path_secret = text_of(row, "path_secret"),
    };
    return webhook_verify(&verifier, &secrets, &message, now_us, finding);
}

static void assert_no_secret(const json_t *row, const char *detail) {
    assert_null(strstr(detail, text_of(row, "secret")));
    assert_true(!text_of(row, "previous") || !strstr(detail, text_of(row, "previous")));
}

static void each_vector_is_verified_or_refused_in_its_words(void **state) {
    (void)state;
    int64_t now_us;
    size_t refused = 0;
    const json_t *cases = json_object_get(vectors, "cases");
    assert_true(time_parse(text_of(vectors, "now"), &now_us));
    assert_true(json_array_size(cases) > 50);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *row = json_array_get(cases, i);
        const char *words = text_of(row, "words");
        struct webhook_finding finding = {""};
        bool verified = verify_row(row, now_us, &finding);
        if (verified == (words != NULL) || (words && !strstr(finding.detail, words))) {
            fail_msg("%s: %s", text_of(row, "name"), verified ? "verified" : finding.detail);
        }
        assert_no_secret(row, finding.detail);
        refused += !verified;
    }
    assert_true(refused > 20 && refused < json_array_size(cases) - 20);
}

static void without_a_secret_nobody_is_verified(void **state) {
    (void)state;
    struct webhook_verifier verifier = {.scheme = WEBHOOK_HEADER, .header = "X-Secret"};
    const struct webhook_header header = {"X-Secret", ""};
    const struct webhook_message message = {.headers = &header, .header_count = 1, .body = ""};
    struct webhook_finding finding;
    assert_false(webhook_verify(&verifier, &(struct webhook_secrets){0}, &message, 0, &finding));
    assert_string_equal(finding.detail, "this source has no secret yet");
}

static void what_is_signed_is_made_of_three_pieces(void **state) {
    (void)state;
    static const char *const good[] = {"{body}", "{timestamp}.{body}", "{id}.{timestamp}.{body}",
                                       "v0:{timestamp}:{body}", "{body}{body}"};
    static const char *const bad[] = {"",      "body",    "{timestamp}",  "{Body}",
                                      "{body", "{body}}", "{nonce}{body}"};
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_null(webhook_signed_objection(good[i]));
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_non_null(webhook_signed_objection(bad[i]));
    }
}

static void a_secret_fits_its_scheme(void **state) {
    (void)state;
    const struct webhook_verifier text = {.scheme = WEBHOOK_HMAC};
    const struct webhook_verifier base64 = {.scheme = WEBHOOK_HMAC, .key = WEBHOOK_KEY_BASE64};
    const struct webhook_verifier path = {.scheme = WEBHOOK_PATH};
    char longest[WEBHOOK_SECRET_BYTES_MAX + 2];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_non_null(webhook_secret_objection(&text, longest));
    longest[WEBHOOK_SECRET_BYTES_MAX] = '\0';
    assert_null(webhook_secret_objection(&text, longest));
    assert_non_null(webhook_secret_objection(&path, longest));
    assert_null(webhook_secret_objection(&text, "with blanks, \xc3\xa4"));
    assert_non_null(webhook_secret_objection(&text, "1234567"));
    assert_non_null(webhook_secret_objection(&text, "12345678\n"));
    assert_non_null(webhook_secret_objection(&text, "12345678 "));
    assert_non_null(webhook_secret_objection(&text, " 12345678"));
    assert_non_null(webhook_secret_objection(&path, "with/slash"));
    assert_null(webhook_secret_objection(&base64, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    assert_non_null(webhook_secret_objection(&base64, "whsec_MfKQ9r8G"));
    assert_non_null(webhook_secret_objection(&base64, "no base64 at all!"));
}

static void made_secrets_are_new_and_fit(void **state) {
    (void)state;
    const struct webhook_verifier verifiers[] = {
        {.scheme = WEBHOOK_HMAC},  {.scheme = WEBHOOK_HMAC, .key = WEBHOOK_KEY_BASE64},
        {.scheme = WEBHOOK_PATH},  {.scheme = WEBHOOK_HEADER},
        {.scheme = WEBHOOK_BASIC},
    };
    for (size_t i = 0; i < COUNT(verifiers); i++) {
        char one[WEBHOOK_SECRET_SIZE];
        char other[WEBHOOK_SECRET_SIZE];
        webhook_make_secret(&verifiers[i], one);
        webhook_make_secret(&verifiers[i], other);
        assert_string_not_equal(one, other);
        assert_true(strlen(one) <= 40);
        assert_null(webhook_secret_objection(&verifiers[i], one));
    }
}

static size_t mistakes_in(const char *verify) {
    struct mistakes mistakes = {0};
    struct webhook_verifier verifier;
    json_t *json = json_loads(verify, 0, NULL);
    source_verifier_read(json, &verifier, &mistakes);
    size_t count = mistakes.count;
    json_decref(json);
    mistakes_clear(&mistakes);
    return count;
}

static void a_verifier_that_protects_from_nothing_is_a_mistake(void **state) {
    (void)state;
    assert_int_equal(mistakes_in("{}"), 1);
    assert_int_equal(mistakes_in("{\"scheme\": \"hmac\"}"), 1);
    assert_int_equal(mistakes_in("{\"scheme\": \"hmac\", \"header\": \"X\"}"), 0);
    assert_int_equal(
        mistakes_in("{\"scheme\": \"hmac\", \"header\": \"X\", \"timestamp_header\": \"T\"}"), 1);
    assert_int_equal(
        mistakes_in("{\"scheme\": \"hmac\", \"header\": \"X\", \"signed\": \"{timestamp}{body}\"}"),
        1);
    assert_int_equal(mistakes_in("{\"scheme\": \"hmac\", \"header\": \"a b\", \"hash\": \"md5\"}"),
                     2);
    assert_int_equal(mistakes_in("{\"scheme\": \"basic\", \"user\": \"a:b\"}"), 1);
    assert_int_equal(mistakes_in("{\"scheme\": \"none\", \"header\": \"X\"}"), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_vector_is_verified_or_refused_in_its_words),
        cmocka_unit_test(without_a_secret_nobody_is_verified),
        cmocka_unit_test(what_is_signed_is_made_of_three_pieces),
        cmocka_unit_test(a_secret_fits_its_scheme),
        cmocka_unit_test(made_secrets_are_new_and_fit),
        cmocka_unit_test(a_verifier_that_protects_from_nothing_is_a_mistake),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, load_vectors, free_vectors);
}
