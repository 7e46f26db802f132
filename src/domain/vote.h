/* One submission as it arrived, how far it is trusted, and the response it belongs to. */
#ifndef DOMAIN_VOTE_H
#define DOMAIN_VOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"
#include "domain/answers.h"
#include "domain/contact.h"
#include "domain/estimate.h"

#define SURVEY_NAME_BYTES_MAX 64
#define SOURCE_BYTES_MAX      32
#define HASH_BYTES            16

/* Sources that only the service itself gives: nobody else may say that a customer's page was
 * weighed. */
#define SOURCE_PAGE            "page"            /* the page of an invitation */
#define SOURCE_LINK            "link"            /* the page of a signed link */
#define SOURCE_LINK_UNVERIFIED "link_unverified" /* the page of a link that nobody signed */

enum trust {
    TRUST_CONFIRMED,
    TRUST_PROVISIONAL,
    TRUST_DISCARDED,
};

enum vote_effect {
    EFFECT_CREATED, /* the first vote of its response, confirmed */
    EFFECT_CHANGED, /* a later confirmed vote: it is the answer that counts now */
    EFFECT_HELD,    /* provisional: kept, not counted */
};

const char *trust_name(enum trust trust); /* "confirmed", "provisional", "discarded" */
bool trust_from_name(const char *name, enum trust *trust);
const char *effect_name(enum vote_effect effect); /* "created", "changed", "held" */
bool effect_from_name(const char *name, enum vote_effect *effect);

/* The Idempotency-Key of the request a vote came in, and what the request said. */
struct idempotency {
    bool given;
    unsigned char key_hash[HASH_BYTES];
    unsigned char body_hash[HASH_BYTES]; /* of method, path and body */
    int index;                           /* in the array; 0 for a single answer */
};

/* True when both were given, with the same key and place in the array; inside one account. */
bool idempotency_same_key(const struct idempotency *one, const struct idempotency *other);

/* True for the sources that only the service itself gives. */
bool source_is_own(const char *source);

/* True for answers that nobody vouches for: they are counted under their source alone. */
bool source_is_unverified(const char *source);

/* A submission on its way to the database. */
struct vote {
    int64_t account_id;
    struct uuid id; /* becomes the response's id when this is its first vote */
    char survey[SURVEY_NAME_BYTES_MAX + 1];
    struct contact contact;
    struct answers answers;
    struct estimate estimate; /* of these, made on the way */
    enum trust trust;
    char source[SOURCE_BYTES_MAX +
                1]; /* "api", "page", "import", "demo", or the caller's own word */
    int64_t answered_at_us;
    int64_t received_at_us;
    int64_t edit_window_us; /* of its survey */
    bool past;              /* told later, by an import: never takes the place of a newer answer */
    bool has_invitation;
    struct uuid invitation_id;
    char *evidence; /* owned JSON object, or NULL */
    struct idempotency idempotency;
};

/* The id that this vote has whenever it is imported: of its account, survey, contact, time and
 * answers. */
struct uuid vote_past_id(const struct vote *vote);

void vote_clear(struct vote *vote);

/* The answer that counts for one (survey, contact). */
struct survey_response {
    int64_t account_id;
    struct uuid id;
    char survey[SURVEY_NAME_BYTES_MAX + 1];
    struct contact contact;
    struct answers answers;
    struct estimate estimate;
    enum trust trust;
    char source[SOURCE_BYTES_MAX + 1];
    int64_t answered_at_us;
    int64_t received_at_us;
    int64_t confirmed_at_us; /* of the first confirmed vote, or TIME_NONE */
    int revision;
    int votes;
    bool has_invitation;
    struct uuid invitation_id;
    char *evidence; /* owned JSON object of its first vote, or NULL */
};

void survey_response_clear(struct survey_response *response);

#endif
