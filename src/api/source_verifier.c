#include "api/source_verifier.h"

#include <stddef.h>
#include <string.h>

#include "api/fields.h"
#include "base/array.h"

#define VERIFY "/verify"

static const struct choice scheme_choices[] = {
    {"hmac", WEBHOOK_HMAC}, {"header", WEBHOOK_HEADER}, {"basic", WEBHOOK_BASIC},
    {"path", WEBHOOK_PATH}, {"none", WEBHOOK_NONE},     {NULL, 0},
};
static const struct choice hash_choices[] = {
    {"sha256", HMAC_SHA256}, {"sha1", HMAC_SHA1}, {NULL, 0}};
static const struct choice encoding_choices[] = {
    {"hex", WEBHOOK_HEX}, {"base64", WEBHOOK_BASE64}, {NULL, 0}};
static const struct choice time_choices[] = {
    {"unix", WEBHOOK_UNIX}, {"iso8601", WEBHOOK_ISO8601}, {NULL, 0}};
static const struct choice key_choices[] = {
    {"utf8", WEBHOOK_KEY_UTF8}, {"base64", WEBHOOK_KEY_BASE64}, {NULL, 0}};

const char *header_name_objection(const char *text) {
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
    return strspn(text, allowed) == strlen(text) ? NULL : "is no header's name";
}

static const char *user_objection(const char *text) {
    return strchr(text, ':') ? "must not contain :, which ends the user's name" : NULL;
}

#define CHOICE(key, member, words)                                                                 \
    {                                                                                              \
        .name = (key), .kind = FIELD_CHOICE, .offset = offsetof(struct webhook_verifier, member),  \
        .choices = (words)                                                                         \
    }
#define NAME(key, is_required, bytes_max, why_not)                                                 \
    {                                                                                              \
        .name = #key, .kind = FIELD_NAME, .required = (is_required),                               \
        .offset = offsetof(struct webhook_verifier, key), .min = 1, .max = (bytes_max),            \
        .objection = (why_not)                                                                     \
    }
#define PREFIX                                                                                     \
    {                                                                                              \
        .name = "prefix", .kind = FIELD_NAME, .offset = offsetof(struct webhook_verifier, prefix), \
        .min = 0, .max = WEBHOOK_PREFIX_BYTES_MAX                                                  \
    }
#define SCHEME                                                                                     \
    { .name = "scheme", .kind = FIELD_ELSEWHERE }

static const struct field hmac_fields[] = {
    SCHEME,
    CHOICE("hash", hash, hash_choices),
    CHOICE("encoding", encoding, encoding_choices),
    NAME(header, true, WEBHOOK_HEADER_BYTES_MAX, header_name_objection),
    PREFIX,
    NAME(timestamp_header, false, WEBHOOK_HEADER_BYTES_MAX, header_name_objection),
    CHOICE("timestamp_format", timestamp_format, time_choices),
    {.name = "max_skew_s",
     .kind = FIELD_INT,
     .offset = offsetof(struct webhook_verifier, max_skew_s),
     .min = 1,
     .max = WEBHOOK_SKEW_MAX_S},
    {.name = "signed",
     .kind = FIELD_NAME,
     .offset = offsetof(struct webhook_verifier, signed_text),
     .min = 1,
     .max = WEBHOOK_SIGNED_BYTES_MAX,
     .objection = webhook_signed_objection},
    CHOICE("key", key, key_choices),
};
static const struct field header_fields[] = {
    SCHEME,
    NAME(header, true, WEBHOOK_HEADER_BYTES_MAX, header_name_objection),
    PREFIX,
};
static const struct field basic_fields[] = {
    SCHEME,
    NAME(user, true, WEBHOOK_USER_BYTES_MAX, user_objection),
};
static const struct field bare_fields[] = {SCHEME};

static const struct field_table tables[] = {
    [WEBHOOK_HMAC] = FIELD_TABLE(hmac_fields),   [WEBHOOK_HEADER] = FIELD_TABLE(header_fields),
    [WEBHOOK_BASIC] = FIELD_TABLE(basic_fields), [WEBHOOK_PATH] = FIELD_TABLE(bare_fields),
    [WEBHOOK_NONE] = FIELD_TABLE(bare_fields),
};

static bool find_scheme(const json_t *verify, enum webhook_scheme *scheme) {
    const char *word = json_string_value(json_object_get(verify, "scheme"));
    for (size_t i = 0; word && scheme_choices[i].word; i++) {
        if (strcmp(scheme_choices[i].word, word) == 0) {
            *scheme = (enum webhook_scheme)scheme_choices[i].value;
            return true;
        }
    }
    return false;
}

/* A timestamp that is not signed protects from nothing. */
static void check_signed(const struct webhook_verifier *verifier, struct mistakes *mistakes) {
    bool has_header = verifier->timestamp_header[0] != '\0';
    if (webhook_signs(verifier, "{timestamp}") && !has_header) {
        mistakes_add(mistakes, VERIFY "/timestamp_header",
                     "required: {timestamp} is a part of what is signed");
    } else if (has_header && !webhook_signs(verifier, "{timestamp}")) {
        mistakes_add(mistakes, VERIFY "/signed",
                     "lacks {timestamp}: a timestamp that is not signed protects from nothing");
    }
}

void source_verifier_read(const json_t *verify, struct webhook_verifier *verifier,
                          struct mistakes *mistakes) {
    *verifier = WEBHOOK_VERIFIER_DEFAULT;
    if (!json_is_object(verify) || !find_scheme(verify, &verifier->scheme)) {
        mistakes_add(mistakes, VERIFY "/scheme",
                     "required: one of hmac, header, basic, path; or none, and then anybody who "
                     "knows the URL can send");
        return;
    }
    if (read_fields(verify, &tables[verifier->scheme], VERIFY, verifier, mistakes) &&
        verifier->scheme == WEBHOOK_HMAC) {
        check_signed(verifier, mistakes);
    }
}

static const char *word_of(const struct choice choices[], int value) {
    for (; choices->word && choices->value != value; choices++) {
    }
    return choices->word;
}

static json_t *hmac_to_json(const struct webhook_verifier *verifier) {
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "scheme", "hmac", "hash",
                  word_of(hash_choices, (int)verifier->hash), "encoding",
                  word_of(encoding_choices, (int)verifier->encoding), "header", verifier->header,
                  "prefix", verifier->prefix, "signed", verifier->signed_text, "key",
                  word_of(key_choices, (int)verifier->key));
    if (json && verifier->timestamp_header[0]) {
        json_object_set_new(json, "timestamp_header", json_string(verifier->timestamp_header));
        json_object_set_new(json, "timestamp_format",
                            json_string(word_of(time_choices, (int)verifier->timestamp_format)));
        json_object_set_new(json, "max_skew_s", json_integer(verifier->max_skew_s));
    }
    return json;
}

json_t *source_verifier_to_json(const struct webhook_verifier *verifier) {
    const char *scheme = word_of(scheme_choices, (int)verifier->scheme);
    switch (verifier->scheme) {
    case WEBHOOK_HMAC:
        return hmac_to_json(verifier);
    case WEBHOOK_HEADER:
        return json_pack("{s:s, s:s, s:s}", "scheme", scheme, "header", verifier->header, "prefix",
                         verifier->prefix);
    case WEBHOOK_BASIC:
        return json_pack("{s:s, s:s}", "scheme", scheme, "user", verifier->user);
    case WEBHOOK_PATH:
    case WEBHOOK_NONE:
        break;
    }
    return json_pack("{s:s}", "scheme", scheme);
}

json_t *source_verifier_words(const struct webhook_verifier *verifier) {
    if (verifier->scheme == WEBHOOK_HMAC) {
        return json_sprintf("hmac: %s, %s, over %s", word_of(hash_choices, (int)verifier->hash),
                            word_of(encoding_choices, (int)verifier->encoding),
                            verifier->signed_text);
    }
    return json_string(word_of(scheme_choices, (int)verifier->scheme));
}
