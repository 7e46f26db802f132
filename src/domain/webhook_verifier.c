#include "domain/webhook_verifier.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/time.h"
#include "domain/webhook_verifier_parts.h"

#define AUTHORIZATION         "Authorization"
#define BASIC                 "Basic "
#define CREDENTIALS_BYTES_MAX 512

const char *webhook_header_value(const struct webhook_message *message, const char *name) {
    for (size_t i = 0; i < message->header_count; i++) {
        if (strcasecmp(message->headers[i].name, name) == 0) {
            return message->headers[i].value;
        }
    }
    return NULL;
}

bool webhook_object(const struct webhook_check *check, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(check->finding->detail, sizeof check->finding->detail, format, args);
    va_end(args);
    return false;
}

/* By their hashes, so that the time tells nothing of how long the secret is. */
static bool same_text(const char *one, const char *other) {
    unsigned char hashes[2][crypto_generichash_BYTES];
    crypto_generichash(hashes[0], sizeof hashes[0], (const unsigned char *)one, strlen(one), NULL,
                       0);
    crypto_generichash(hashes[1], sizeof hashes[1], (const unsigned char *)other, strlen(other),
                       NULL, 0);
    return sodium_memcmp(hashes[0], hashes[1], sizeof hashes[0]) == 0;
}

bool webhook_previous_counts(const struct webhook_check *check) {
    const struct webhook_secrets *secrets = check->secrets;
    return secrets->previous && check->now_us < secrets->previous_valid_until_us;
}

static bool is_secret(const struct webhook_check *check, const char *text) {
    bool is = same_text(text, check->secrets->current);
    if (webhook_previous_counts(check)) {
        is |= same_text(text, check->secrets->previous);
    }
    return is;
}

static bool verify_header(const struct webhook_check *check) {
    const struct webhook_verifier *verifier = check->verifier;
    const char *value = webhook_header_value(check->message, verifier->header);
    size_t prefix = strlen(verifier->prefix);
    if (!value) {
        return webhook_object(check, "%s is missing; expected this source's secret in it",
                              verifier->header);
    }
    if (strncmp(value, verifier->prefix, prefix) != 0) {
        return webhook_object(check, "%s: expected \"%s\" and the secret, got %zu bytes without it",
                              verifier->header, verifier->prefix, strlen(value));
    }
    return is_secret(check, value + prefix) ||
           webhook_object(check, "%s: its %zu bytes are not this source's secret", verifier->header,
                          strlen(value) - prefix);
}

/* Splits "Basic dXNlcjpwYXNz" into user and password; false when it is not that. */
static bool read_basic(const char *value, char credentials[CREDENTIALS_BYTES_MAX + 1],
                       const char **password) {
    size_t length = 0;
    if (strncasecmp(value, BASIC, strlen(BASIC)) != 0 ||
        !base64_decode(value + strlen(BASIC), BASE64_STANDARD, credentials, CREDENTIALS_BYTES_MAX,
                       &length)) {
        return false;
    }
    credentials[length] = '\0';
    char *colon = strchr(credentials, ':');
    if (!colon || strlen(credentials) != length) {
        return false;
    }
    *colon = '\0';
    *password = colon + 1;
    return true;
}

static bool verify_basic(const struct webhook_check *check) {
    char credentials[CREDENTIALS_BYTES_MAX + 1];
    const char *password;
    const char *wanted = check->verifier->user;
    const char *value = webhook_header_value(check->message, AUTHORIZATION);
    if (!value) {
        return webhook_object(check, AUTHORIZATION " is missing; expected Basic with the user %s",
                              wanted);
    }
    if (!read_basic(value, credentials, &password)) {
        return webhook_object(check,
                              AUTHORIZATION
                              ": expected \"Basic \" and base64 of user:password, got "
                              "%zu bytes of another form",
                              strlen(value));
    }
    bool user = same_text(credentials, wanted);
    bool secret = is_secret(check, password);
    sodium_memzero(credentials, sizeof credentials);
    if (!user) {
        return webhook_object(check, AUTHORIZATION ": names another user than %s", wanted);
    }
    return secret ||
           webhook_object(check, AUTHORIZATION ": the password is not this source's secret");
}

static bool verify_path(const struct webhook_check *check) {
    const char *secret = check->message->path_secret;
    if (!secret) {
        return webhook_object(check, "the URL lacks the source's secret as its last part");
    }
    return is_secret(check, secret) ||
           webhook_object(check, "the last part of the URL is not this source's secret");
}

static bool verify_nothing(const struct webhook_check *check) {
    (void)check;
    return true;
}

typedef bool scheme_verifier(const struct webhook_check *check);

static scheme_verifier *const schemes[] = {
    [WEBHOOK_HMAC] = webhook_verify_hmac, [WEBHOOK_HEADER] = verify_header,
    [WEBHOOK_BASIC] = verify_basic,       [WEBHOOK_PATH] = verify_path,
    [WEBHOOK_NONE] = verify_nothing,
};

bool webhook_verify(const struct webhook_verifier *verifier, const struct webhook_secrets *secrets,
                    const struct webhook_message *message, int64_t now_us,
                    struct webhook_finding *finding) {
    const struct webhook_check check = {verifier, secrets, message, now_us, finding};
    if (verifier->scheme != WEBHOOK_NONE && !secrets->current) {
        return webhook_object(&check, "this source has no secret yet");
    }
    return schemes[verifier->scheme](&check);
}
