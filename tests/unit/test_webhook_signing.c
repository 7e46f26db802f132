#include <stdio.h>
#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "base/time.h"
#include "domain/webhook_signing.h"

#define KEY_24 "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define KEY_32 "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define ID     "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define BODY   "{\"test\": 2432232314}"
#define NOW_US (INT64_C(1614265330) * US_PER_SECOND)

static struct webhook_signature sign(const struct webhook_secrets *secrets, int64_t now_us) {
    struct webhook_signature signature;
    const struct outgoing_webhook webhook = {ID, BODY, strlen(BODY)};
    assert_true(webhook_sign(secrets, &webhook, now_us, &signature));
    return signature;
}

static void the_published_example_has_the_published_signature(void **state) {
    (void)state;
    struct webhook_signature signature = sign(&(struct webhook_secrets){.current = KEY_24}, NOW_US);
    assert_string_equal(signature.timestamp, "1614265330");
    assert_string_equal(signature.signatures, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void both_secrets_sign_until_the_previous_one_ends(void **state) {
    (void)state;
    const struct webhook_secrets secrets = {
        .current = KEY_32, .previous = KEY_24, .previous_valid_until_us = NOW_US + 1};
    struct webhook_signature both = sign(&secrets, NOW_US);
    assert_non_null(strstr(both.signatures, " v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    assert_int_equal(strlen(both.signatures), 2 * strlen("v1,") + 2 * 44 + 1);
    struct webhook_signature one = sign(&secrets, NOW_US + 1);
    assert_null(strchr(one.signatures, ' '));
    assert_memory_equal(one.signatures, both.signatures, strlen(one.signatures));
}

/* The verifier of webhooks that come in, set as the preset standard-webhooks is. */
static bool is_verified(const char *secret, const struct webhook_signature *signature) {
    struct webhook_verifier verifier = WEBHOOK_VERIFIER_DEFAULT;
    verifier.encoding = WEBHOOK_BASE64;
    verifier.key = WEBHOOK_KEY_BASE64;
    snprintf(verifier.header, sizeof verifier.header, "webhook-signature");
    snprintf(verifier.prefix, sizeof verifier.prefix, "v1,");
    snprintf(verifier.id_header, sizeof verifier.id_header, "webhook-id");
    snprintf(verifier.timestamp_header, sizeof verifier.timestamp_header, "webhook-timestamp");
    snprintf(verifier.signed_text, sizeof verifier.signed_text, "{id}.{timestamp}.{body}");
    const struct webhook_header headers[] = {{"webhook-id", ID},
                                             {"webhook-timestamp", signature->timestamp},
                                             {"webhook-signature", signature->signatures}};
    const struct webhook_message message = {.headers = headers,
                                            .header_count = COUNT(headers),
                                            .body = BODY,
                                            .body_length = strlen(BODY)};
    struct webhook_finding finding;
    return webhook_verify(&verifier, &(struct webhook_secrets){.current = secret}, &message, NOW_US,
                          &finding);
}

static void each_secret_of_a_rotation_verifies(void **state) {
    (void)state;
    char made[SIGNING_SECRET_SIZE];
    signing_secret_make(made);
    struct webhook_signature signature = sign(
        &(struct webhook_secrets){
            .current = made, .previous = KEY_24, .previous_valid_until_us = NOW_US + US_PER_SECOND},
        NOW_US);
    assert_true(is_verified(made, &signature));
    assert_true(is_verified(KEY_24, &signature));
    assert_false(is_verified(KEY_32, &signature));
}

static void made_secrets_are_good_and_never_the_same(void **state) {
    (void)state;
    char one[SIGNING_SECRET_SIZE], other[SIGNING_SECRET_SIZE];
    signing_secret_make(one);
    signing_secret_make(other);
    assert_null(signing_secret_objection(one));
    assert_int_equal(strlen(one), strlen(KEY_32));
    assert_string_not_equal(one, other);
}

static void secrets_of_another_form_or_size_are_refused(void **state) {
    (void)state;
    static const char *const good[] = {
        KEY_24, KEY_32,
        "whsec_"
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw"
        "==", /* 64 bytes */
    };
    static const char *const bad[] = {
        "",
        "whsec_",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY=",            /* 23 bytes */
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", /* not padded */
        "whsec_"
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw"
        "A=", /* 65 bytes */
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX GBkaGxwdHh8=",
        "whpk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "WHSEC_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_null(signing_secret_objection(good[i]));
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_non_null(signing_secret_objection(bad[i]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_example_has_the_published_signature),
        cmocka_unit_test(both_secrets_sign_until_the_previous_one_ends),
        cmocka_unit_test(each_secret_of_a_rotation_verifies),
        cmocka_unit_test(made_secrets_are_good_and_never_the_same),
        cmocka_unit_test(secrets_of_another_form_or_size_are_refused),
    };
    return RUN(tests);
}
