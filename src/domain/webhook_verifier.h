/* Who sent a webhook: one declarative rule for each helpdesk, held against a request's raw bytes
 * before anybody reads them. */
#ifndef DOMAIN_WEBHOOK_VERIFIER_H
#define DOMAIN_WEBHOOK_VERIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hmac.h"

#define WEBHOOK_HEADERS_MAX      64
#define WEBHOOK_HEADER_BYTES_MAX 64
#define WEBHOOK_PREFIX_BYTES_MAX 32
#define WEBHOOK_SIGNED_BYTES_MAX 64
#define WEBHOOK_USER_BYTES_MAX   100
#define WEBHOOK_SECRET_BYTES_MIN 8
#define WEBHOOK_SECRET_BYTES_MAX 200
#define WEBHOOK_KEY_BYTES_MIN    16 /* of a base64 secret, decoded */
#define WEBHOOK_SECRET_SIZE      64 /* of one that we make, with the NUL */
#define WEBHOOK_SKEW_DEFAULT_S   300
#define WEBHOOK_SKEW_MAX_S       86400
#define WEBHOOK_DETAIL_SIZE      400

enum webhook_scheme {
    WEBHOOK_HMAC,
    WEBHOOK_HEADER, /* a header holds the secret itself */
    WEBHOOK_BASIC,  /* Authorization: Basic, the secret is the password */
    WEBHOOK_PATH,   /* the URL ends in the secret */
    WEBHOOK_NONE,   /* anybody may send */
};

enum webhook_encoding {
    WEBHOOK_HEX,
    WEBHOOK_BASE64,
};

enum webhook_time {
    WEBHOOK_UNIX, /* whole seconds */
    WEBHOOK_ISO8601,
};

enum webhook_key {
    WEBHOOK_KEY_UTF8,   /* the secret's own bytes */
    WEBHOOK_KEY_BASE64, /* decoded, after "whsec_" where it begins so */
};

struct webhook_verifier {
    enum webhook_scheme scheme;
    enum hmac_hash hash;
    enum webhook_encoding encoding;
    enum webhook_time timestamp_format;
    enum webhook_key key;
    char header[WEBHOOK_HEADER_BYTES_MAX + 1]; /* of signature or secret */
    char prefix[WEBHOOK_PREFIX_BYTES_MAX + 1]; /* before it: "sha256=", "v1,", "Bearer " */
    char timestamp_header[WEBHOOK_HEADER_BYTES_MAX + 1];
    char id_header[WEBHOOK_HEADER_BYTES_MAX + 1];
    char signed_text[WEBHOOK_SIGNED_BYTES_MAX + 1]; /* "{id}.{timestamp}.{body}" */
    char user[WEBHOOK_USER_BYTES_MAX + 1];
    int max_skew_s; /* of the timestamp, both ways */
};

#define WEBHOOK_VERIFIER_DEFAULT                                                                   \
    ((struct webhook_verifier){.scheme = WEBHOOK_HMAC,                                             \
                               .hash = HMAC_SHA256,                                                \
                               .signed_text = "{body}",                                            \
                               .max_skew_s = WEBHOOK_SKEW_DEFAULT_S})

struct webhook_header {
    const char *name;
    const char *value;
};

/* A request as it came; all of it lent. */
struct webhook_message {
    const struct webhook_header *headers;
    size_t header_count;
    const char *body;
    size_t body_length;
    const char *path_secret; /* at the end of the URL; NULL when there was none */
};

struct webhook_secrets {
    const char *current;  /* lent; NULL with WEBHOOK_NONE */
    const char *previous; /* lent; NULL when there is none */
    int64_t previous_valid_until_us;
};

/* What is to be mended: the header's name, what was expected and the shape of what came; never a
 * secret or a signature. Printable ASCII. */
struct webhook_finding {
    char detail[WEBHOOK_DETAIL_SIZE];
};

/* The first value of a header, its name compared without case, or NULL. */
const char *webhook_header_value(const struct webhook_message *message, const char *name);

/* Why text cannot say what is signed, or NULL: it is made of {id}, {timestamp}, {body} and what
 * stands between them, and has {body}. */
const char *webhook_signed_objection(const char *text);

/* True when signed_text has piece, one of "{id}", "{timestamp}", "{body}". */
bool webhook_signs(const struct webhook_verifier *verifier, const char *piece);

/* Why secret cannot be one of this verifier's, or NULL. */
const char *webhook_secret_objection(const struct webhook_verifier *verifier, const char *secret);

/* A new random secret of at least 192 bits, in the form that the verifier's kind of key wants. */
void webhook_make_secret(const struct webhook_verifier *verifier, char secret[WEBHOOK_SECRET_SIZE]);

/* True when the message comes from one who has one of the secrets, and now; else *finding says why
 * not. Compares in constant time. */
bool webhook_verify(const struct webhook_verifier *verifier, const struct webhook_secrets *secrets,
                    const struct webhook_message *message, int64_t now_us,
                    struct webhook_finding *finding);

#endif
