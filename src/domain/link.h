/*
 * Signed links, /l/{account}/{survey}?contact=..&sig=..: made by whoever has the survey's link
 * secret, without a call to us. sig is HMAC-SHA256 (RFC 2104) over the canonical form, as 64 hex
 * digits; the key is the secret's text, byte for byte as it was shown.
 */
#ifndef DOMAIN_LINK_H
#define DOMAIN_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define LINK_PARAMS_MAX       64
#define LINK_SIGNATURE_LENGTH 64
#define LINK_SIGNATURE_SIZE   (LINK_SIGNATURE_LENGTH + 1)
#define LINK_SIGNATURE_NAME   "sig"
#define LINK_SECRET_LENGTH    47 /* "uls_" and 32 bytes as base64url */
#define LINK_SECRET_SIZE      (LINK_SECRET_LENGTH + 1)

struct link_param {
    const char *name; /* decoded */
    const char *value;
};

/* What a link says, as it is signed: all its parameters in any order, at most LINK_PARAMS_MAX. */
struct link_address {
    int64_t account_id;
    const char *survey;
    const struct link_param *params;
    size_t count;
};

/* Appends "contact=4711&agent=mara" in the order given; all but the unreserved characters of RFC
 * 3986 are percent-encoded with upper case digits, a space too (%20). */
void link_append_params(const struct link_param params[], size_t count, struct text *text);

/* Appends "/l/1/understood?agent=mara&contact=4711": every parameter but the signature, sorted by
 * name and then by value, byte by byte. */
void link_append_canonical(const struct link_address *address, struct text *text);

/* In lower case. */
void link_sign(const char *canonical, const char *secret, char signature[LINK_SIGNATURE_SIZE]);

/* True when secret signed canonical; digits in either case. Takes the same time wherever a forged
 * signature differs. */
bool link_signed_with(const char *canonical, const char *secret, const char *signature);

/* A new secret, random. */
void link_secret_make(char secret[LINK_SECRET_SIZE]);

#endif
