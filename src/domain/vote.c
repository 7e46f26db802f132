#include "domain/vote.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static const char *const trusts[] = {
    [TRUST_CONFIRMED] = "confirmed",
    [TRUST_PROVISIONAL] = "provisional",
    [TRUST_DISCARDED] = "discarded",
};

static const char *const effects[] = {
    [EFFECT_CREATED] = "created",
    [EFFECT_CHANGED] = "changed",
    [EFFECT_HELD] = "held",
};

const char *trust_name(enum trust trust) {
    return trusts[trust];
}

bool trust_from_name(const char *name, enum trust *trust) {
    for (size_t i = 0; i < COUNT(trusts); i++) {
        if (strcmp(name, trusts[i]) == 0) {
            *trust = (enum trust)i;
            return true;
        }
    }
    return false;
}

const char *effect_name(enum vote_effect effect) {
    return effects[effect];
}

bool effect_from_name(const char *name, enum vote_effect *effect) {
    for (size_t i = 0; i < COUNT(effects); i++) {
        if (strcmp(name, effects[i]) == 0) {
            *effect = (enum vote_effect)i;
            return true;
        }
    }
    return false;
}

bool source_is_own(const char *source) {
    static const char *const own[] = {SOURCE_PAGE, SOURCE_LINK, SOURCE_LINK_UNVERIFIED};
    for (size_t i = 0; i < COUNT(own); i++) {
        if (strcmp(source, own[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool source_is_unverified(const char *source) {
    return strcmp(source, SOURCE_LINK_UNVERIFIED) == 0;
}

bool idempotency_same_key(const struct idempotency *one, const struct idempotency *other) {
    return one->given && other->given && one->index == other->index &&
           memcmp(one->key_hash, other->key_hash, HASH_BYTES) == 0;
}

void vote_clear(struct vote *vote) {
    contact_clear(&vote->contact);
    answers_clear(&vote->answers);
    free(vote->evidence);
    vote->evidence = NULL;
}

void survey_response_clear(struct survey_response *response) {
    contact_clear(&response->contact);
    answers_clear(&response->answers);
    free(response->evidence);
    response->evidence = NULL;
}
