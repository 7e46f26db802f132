/* Signed webhooks: what is signed, since when, by whom. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/base64.h"
#include "base/cleanup.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"
#include "domain/webhook_verifier_parts.h"

#define SIGNATURES_MAX      16 /* in one header */
#define SIGNATURE_BYTES_MAX 200
#define SHAPE_SIZE          96
#define SHOWN_MAX           40
#define UNIX_MAX            INT64_C(99999999999)

struct signatures {
    unsigned char macs[SIGNATURES_MAX][HMAC_BYTES_MAX];
    size_t count;
};

/* ---- what is signed ---- */

static const char *const pieces[] = {"{id}", "{timestamp}", "{body}"};

/* The length of the piece that text begins with, or 0. */
static size_t piece_length(const char *text) {
    for (size_t i = 0; i < COUNT(pieces); i++) {
        if (strncmp(text, pieces[i], strlen(pieces[i])) == 0) {
            return strlen(pieces[i]);
        }
    }
    return 0;
}

const char *webhook_signed_objection(const char *text) {
    bool has_body = false;
    for (const char *at = text; *at;) {
        size_t length = piece_length(at);
        if (length == 0 && strchr("{}", *at)) {
            return "is made of {id}, {timestamp}, {body} and what stands between them";
        }
        has_body |= strncmp(at, "{body}", 6) == 0;
        at += length ? length : 1;
    }
    return has_body ? NULL : "must have {body}: what is not signed can be changed by anybody";
}

bool webhook_signs(const struct webhook_verifier *verifier, const char *piece) {
    return strstr(verifier->signed_text, piece) != NULL;
}

static void append_piece(struct text *text, const struct webhook_verifier *verifier,
                         const struct webhook_message *message, const char *piece) {
    if (piece[1] == 'b') {
        text_append_bytes(text, message->body, message->body_length);
    } else {
        text_append(text,
                    webhook_header_value(message, piece[1] == 'i' ? verifier->id_header
                                                                  : verifier->timestamp_header));
    }
}

/* Every header that it needs is there. */
static void append_signed(struct text *text, const struct webhook_verifier *verifier,
                          const struct webhook_message *message) {
    for (const char *at = verifier->signed_text; *at;) {
        size_t length = piece_length(at);
        if (length) {
            append_piece(text, verifier, message, at);
        } else {
            text_append_char(text, *at);
        }
        at += length ? length : 1;
    }
}

/* ---- the header ---- */

static bool decode(const struct webhook_verifier *verifier, const char *digits,
                   unsigned char mac[HMAC_BYTES_MAX]) {
    size_t expected = hmac_length(verifier->hash);
    if (verifier->encoding == WEBHOOK_BASE64) {
        return base64_decode_exactly(digits, BASE64_STANDARD, mac, expected);
    }
    size_t length = 0;
    return strlen(digits) == 2 * expected &&
           sodium_hex2bin(mac, expected, digits, 2 * expected, NULL, &length, NULL) == 0 &&
           length == expected;
}

/* A header may hold several, with blanks between them, while keys rotate; those of other kinds
 * (another prefix) are passed over. A prefix may have blanks itself: "HMAC ". */
static void read_signatures(const struct webhook_verifier *verifier, const char *value,
                            struct signatures *signatures) {
    size_t prefix = strlen(verifier->prefix);
    signatures->count = 0;
    while (signatures->count < SIGNATURES_MAX) {
        value += strspn(value, " ");
        if (*value == '\0') {
            return;
        }
        bool ours = strncmp(value, verifier->prefix, prefix) == 0;
        value += ours ? prefix : 0;
        size_t length = strcspn(value, " ");
        char word[SIGNATURE_BYTES_MAX + 1];
        if (ours && length <= SIGNATURE_BYTES_MAX) {
            memcpy(word, value, length);
            word[length] = '\0';
            signatures->count += decode(verifier, word, signatures->macs[signatures->count]);
        }
        value += length;
    }
}

static void describe_shape(const struct webhook_verifier *verifier, char shape[SHAPE_SIZE]) {
    size_t bytes = hmac_length(verifier->hash);
    size_t length = 0;
    if (verifier->prefix[0]) {
        length = (size_t)snprintf(shape, SHAPE_SIZE, "\"%s\" and ", verifier->prefix);
    }
    if (verifier->encoding == WEBHOOK_HEX) {
        snprintf(shape + length, SHAPE_SIZE - length, "%zu hex digits", 2 * bytes);
    } else {
        snprintf(shape + length, SHAPE_SIZE - length, "base64 of %zu bytes", bytes);
    }
}

static bool object_to_missing(const struct webhook_check *check) {
    char shape[SHAPE_SIZE];
    describe_shape(check->verifier, shape);
    return webhook_object(check, "%s is missing; expected %s", check->verifier->header, shape);
}

static bool object_to_shape(const struct webhook_check *check, const char *value) {
    char shape[SHAPE_SIZE];
    const char *prefix = check->verifier->prefix;
    describe_shape(check->verifier, shape);
    bool begins = strncmp(value, prefix, strlen(prefix)) == 0;
    return webhook_object(check, "%s: expected %s, got %zu bytes%s", check->verifier->header, shape,
                          strlen(value), begins ? "" : " without that beginning");
}

/* ---- the timestamp ---- */

static bool is_shown(const char *text) {
    size_t length = 0;
    while (text[length] > ' ' && text[length] < 0x7f) {
        length++;
    }
    return text[length] == '\0' && length > 0 && length <= SHOWN_MAX;
}

/* 9 for each digit and a for each letter: enough to see what it is, also when a helpdesk has put
 * the secret there. */
static void describe_form(const char *text, char form[SHOWN_MAX + 1]) {
    size_t length = 0;
    for (; text[length]; length++) {
        char lower = (char)(text[length] | 0x20);
        form[length] = text[length];
        if (text[length] >= '0' && text[length] <= '9') {
            form[length] = '9';
        } else if (lower >= 'a' && lower <= 'z') {
            form[length] = 'a';
        }
    }
    form[length] = '\0';
}

static bool read_timestamp(const struct webhook_verifier *verifier, const char *value,
                           int64_t *time_us) {
    if (verifier->timestamp_format == WEBHOOK_ISO8601) {
        return time_parse(value, time_us);
    }
    int64_t seconds;
    if (!parse_int(value, 0, UNIX_MAX, &seconds)) {
        return false;
    }
    *time_us = seconds * US_PER_SECOND;
    return true;
}

static bool object_to_timestamp(const struct webhook_check *check, const char *value) {
    const struct webhook_verifier *verifier = check->verifier;
    const char *wanted =
        verifier->timestamp_format == WEBHOOK_UNIX ? "unix seconds" : "an ISO 8601 time";
    char form[SHOWN_MAX + 1];
    if (!is_shown(value)) {
        return webhook_object(check, "%s: expected %s, got %zu bytes", verifier->timestamp_header,
                              wanted, strlen(value));
    }
    describe_form(value, form);
    return webhook_object(check, "%s: expected %s, got the form \"%s\"", verifier->timestamp_header,
                          wanted, form);
}

static bool timestamp_holds(const struct webhook_check *check, const char *value) {
    const struct webhook_verifier *verifier = check->verifier;
    int64_t time_us;
    if (!read_timestamp(verifier, value, &time_us)) {
        return object_to_timestamp(check, value);
    }
    int64_t behind_s = (check->now_us - time_us) / US_PER_SECOND;
    bool late = behind_s > verifier->max_skew_s;
    if (late || -behind_s > verifier->max_skew_s) {
        return webhook_object(
            check, "%s: %s lies %" PRId64 " s %s now; at most %d s are allowed (max_skew_s)",
            verifier->timestamp_header, value, late ? behind_s : -behind_s,
            late ? "before" : "after", verifier->max_skew_s);
    }
    return true;
}

/* ---- all of it ---- */

static bool header_missing(const struct webhook_check *check, const char *piece, const char *name) {
    return webhook_signs(check->verifier, piece) && !webhook_header_value(check->message, name) &&
           !webhook_object(check, "%s is missing; it is a part of what is signed", name);
}

static bool signed_with(const struct webhook_verifier *verifier, const char *secret,
                        const struct text *signed_text, const struct signatures *signatures) {
    struct webhook_key_bytes bytes;
    unsigned char mac[HMAC_BYTES_MAX];
    bool found = false;
    bool good = webhook_key_of(verifier, secret, &bytes);
    const struct hmac_key key = {verifier->hash, bytes.bytes, good ? bytes.length : 0};
    if (good && hmac_make(&key, signed_text->bytes, signed_text->length, mac)) {
        for (size_t i = 0; i < signatures->count; i++) {
            found |= sodium_memcmp(mac, signatures->macs[i], hmac_length(verifier->hash)) == 0;
        }
    }
    sodium_memzero(&bytes, sizeof bytes);
    return found;
}

static bool signed_by_one(const struct webhook_check *check, const struct signatures *signatures) {
    const struct webhook_secrets *secrets = check->secrets;
    CLEANUP(text_clear) struct text signed_text = {0};
    append_signed(&signed_text, check->verifier, check->message);
    if (signed_text.failed) {
        return false;
    }
    bool found = signed_with(check->verifier, secrets->current, &signed_text, signatures);
    if (webhook_previous_counts(check)) {
        found |= signed_with(check->verifier, secrets->previous, &signed_text, signatures);
    }
    return found;
}

bool webhook_verify_hmac(const struct webhook_check *check) {
    const struct webhook_verifier *verifier = check->verifier;
    const char *value = webhook_header_value(check->message, verifier->header);
    if (!value) {
        return object_to_missing(check);
    }
    if (header_missing(check, "{timestamp}", verifier->timestamp_header) ||
        header_missing(check, "{id}", verifier->id_header)) {
        return false;
    }
    struct signatures signatures;
    read_signatures(verifier, value, &signatures);
    if (signatures.count == 0) {
        return object_to_shape(check, value);
    }
    if (webhook_signs(verifier, "{timestamp}") &&
        !timestamp_holds(check, webhook_header_value(check->message, verifier->timestamp_header))) {
        return false;
    }
    return signed_by_one(check, &signatures) ||
           webhook_object(check,
                          "%s has the right form, but was not made with this source's secret over "
                          "%s: another secret is set there, or the request was changed on its way",
                          verifier->header, verifier->signed_text);
}
