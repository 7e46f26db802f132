#include <sodium.h>
#include <string.h>

#include "domain/vote.h"

static void add_text(crypto_generichash_state *state, const char *text) {
    const char *known = text ? text : "";
    crypto_generichash_update(state, (const unsigned char *)known, strlen(known) + 1);
}

static void add_number(crypto_generichash_state *state, int64_t number) {
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)((uint64_t)number >> (8 * i));
    }
    crypto_generichash_update(state, bytes, sizeof bytes);
}

static void add_answers(crypto_generichash_state *state, const struct answers *answers) {
    add_number(state, answers->understood);
    add_number(state, answers->csat);
    add_number(state, answers->nps);
    add_number(state, answers->ces);
    add_text(state, answers->comment);
    for (size_t i = 0; i < answers->extras.count; i++) {
        add_number(state, answers->extras.list[i].kind);
        add_text(state, answers->extras.list[i].question);
        add_text(state, answers->extras.list[i].value);
    }
}

struct uuid vote_past_id(const struct vote *vote) {
    unsigned char hash[UUID_BYTES];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    add_number(&state, vote->account_id);
    add_text(&state, vote->survey);
    add_text(&state, vote->contact.ref);
    add_number(&state, vote->answered_at_us);
    add_answers(&state, &vote->answers);
    crypto_generichash_final(&state, hash, sizeof hash);
    return uuid_at(vote->answered_at_us, hash);
}
