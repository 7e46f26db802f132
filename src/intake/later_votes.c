#include "intake/later_votes.h"

#include <assert.h>
#include <string.h>

#include "base/cleanup.h"
#include "domain/vote_rules.h"
#include "intake/batch_events.h"
#include "store/response_lock.h"

static_assert(BATCH_VOTES_MAX <= LOCK_VOTES_MAX, "a batch is locked at once");

/* What the settling of one account's later votes works with. */
struct settling {
    struct db_connection *connection;
    struct batch_tools *tools;
    struct locked_responses locked;
    struct stored_votes earlier; /* the votes rows with the ids of the asked votes and responses */
    const struct stored_votes *with_keys;
};

static bool same_id(const struct uuid *one, const struct uuid *other) {
    return memcmp(one, other, sizeof *one) == 0;
}

static struct locked_response *response_with_id(struct settling *settling, const struct uuid *id) {
    for (size_t i = 0; i < settling->locked.count; i++) {
        if (same_id(&settling->locked.responses[i].response.id, id)) {
            return &settling->locked.responses[i];
        }
    }
    return NULL;
}

static struct locked_response *response_with_key(struct settling *settling,
                                                 const struct idempotency *key) {
    for (size_t i = 0; i < settling->locked.count; i++) {
        if (idempotency_same_key(&settling->locked.responses[i].idempotency, key)) {
            return &settling->locked.responses[i];
        }
    }
    return NULL;
}

static struct locked_response *response_of_contact(struct settling *settling,
                                                   const struct vote *vote) {
    for (size_t i = 0; i < settling->locked.count; i++) {
        const struct survey_response *response = &settling->locked.responses[i].response;
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): count is 0 without responses */
        if (strcmp(response->survey, vote->survey) == 0 &&
            strcmp(response->contact.ref, vote->contact.ref) == 0) {
            return &settling->locked.responses[i];
        }
    }
    return NULL;
}

static const struct stored_vote *vote_with_id(const struct stored_votes *votes,
                                              const struct uuid *id) {
    for (size_t i = 0; i < votes->count; i++) {
        if (same_id(&votes->votes[i].id, id)) {
            return &votes->votes[i];
        }
    }
    return NULL;
}

static enum outcome refuse(struct batch_item *item, const char *code) {
    item->result = (struct vote_result){.outcome = OUTCOME_CONFLICT, .code = code};
    return OUTCOME_OK;
}

/* The item gets a response of its own, so that what other votes do to it later does not show. */
static bool give_response(struct batch_item *item, const struct survey_response *response) {
    struct survey_response copy = *response;
    copy.contact = CONTACT_NONE;
    copy.answers = ANSWERS_NONE;
    copy.evidence = NULL;
    if (!contact_copy(&response->contact, &copy.contact) ||
        !answers_copy(&response->answers, &copy.answers)) {
        survey_response_clear(&copy);
        return false;
    }
    item->response = copy;
    item->owns_response = true;
    item->result.response = &item->response;
    return true;
}

static void estimate(const struct batch_tools *tools, struct survey_response *response) {
    estimate_of(tools->scorer, &response->answers, response->contact.language, &response->estimate);
}

/* Shows the response as it was right after the earlier vote, if that was what counted then. */
static bool show_as_of(const struct batch_tools *tools, struct batch_item *item,
                       const struct stored_vote *earlier) {
    struct answers answers;
    if (!answers_copy(&earlier->answers, &answers)) {
        return false;
    }
    answers_clear(&item->response.answers);
    item->response.answers = answers;
    estimate(tools, &item->response);
    item->response.answered_at_us = earlier->answered_at_us;
    item->response.revision = earlier->revision;
    return true;
}

static enum outcome replay(const struct batch_tools *tools, struct batch_item *item,
                           const struct survey_response *response,
                           const struct stored_vote *earlier) {
    bool confirmed = response->trust == TRUST_CONFIRMED;
    item->result = (struct vote_result){
        .outcome = OUTCOME_OK,
        .effect = confirmed ? EFFECT_CREATED : EFFECT_HELD,
        .replayed = true,
    };
    if (earlier) {
        item->result.effect = earlier->effect;
    }
    if (!give_response(item, response) ||
        (earlier && earlier->effect != EFFECT_HELD && !show_as_of(tools, item, earlier))) {
        return OUTCOME_UNAVAILABLE;
    }
    return OUTCOME_OK;
}

static bool other_body(const struct idempotency *asked, const struct idempotency *stored) {
    return asked->given && stored->given &&
           memcmp(asked->body_hash, stored->body_hash, HASH_BYTES) != 0;
}

static enum outcome replay_vote(struct settling *settling, struct batch_item *item,
                                const struct stored_vote *earlier) {
    if (other_body(&item->vote->idempotency, &earlier->idempotency)) {
        return refuse(item, "idempotency_key_reused");
    }
    const struct locked_response *locked = response_with_id(settling, &earlier->response_id);
    return locked ? replay(settling->tools, item, &locked->response, earlier) : OUTCOME_UNAVAILABLE;
}

static enum outcome replay_first_vote(struct settling *settling, struct batch_item *item,
                                      const struct locked_response *locked) {
    if (other_body(&item->vote->idempotency, &locked->idempotency)) {
        return refuse(item, "idempotency_key_reused");
    }
    const struct stored_vote *first = vote_with_id(&settling->earlier, &locked->response.id);
    return replay(settling->tools, item, &locked->response, first);
}

static void count(struct settling *settling, const struct locked_response *locked, int sign) {
    const struct survey_response *response = &locked->response;
    rollup_count_response(&settling->tools->deltas,
                          &(struct rollup_place){.account_id = response->account_id,
                                                 .survey = response->survey,
                                                 .contact = &response->contact,
                                                 .source = response->source,
                                                 .day = locked->day},
                          response, sign);
}

static void note_invitation(struct batch_item *item, const struct survey_response *response,
                            bool answered_before) {
    item->invitation_answered = !answered_before && response_answers_invitation(response) &&
                                item->context.invited &&
                                same_id(&item->context.invitation_id, &response->invitation_id);
}

/* Minus what the response was, plus what it is. */
static bool change(struct settling *settling, struct locked_response *locked,
                   struct batch_item *item, enum later_vote judgement) {
    enum trust before = locked->response.trust;
    bool answered_before = response_answers_invitation(&locked->response);
    count(settling, locked, -1);
    if (!apply_later_vote(&locked->response, item->vote, judgement)) {
        return false;
    }
    estimate(settling->tools, &locked->response);
    if (judgement == LATER_VOTE_COUNTS || before != TRUST_CONFIRMED) {
        memcpy(locked->day, item->place->day, sizeof locked->day);
    }
    count(settling, locked, 1);
    note_invitation(item, &locked->response, answered_before);
    return true;
}

static enum outcome store_change(struct settling *settling, const struct locked_response *locked,
                                 struct batch_item *item, enum vote_effect effect) {
    enum outcome outcome = store_vote(settling->connection, item->vote, &locked->response.id,
                                      effect, locked->response.revision);
    return outcome == OUTCOME_OK ? store_changed_response(settling->connection, &locked->response)
                                 : outcome;
}

/* Why it may not follow what is there, or NULL. */
static const char *refusal_of(enum later_vote judgement) {
    static const char *const codes[] = {
        [LATER_VOTE_COUNTS] = NULL,
        [LATER_VOTE_IS_HELD] = NULL,
        [LATER_VOTE_TOO_LATE] = "edit_window_closed",
        [LATER_VOTE_IS_BARRED] = "answered_already",
        [LATER_VOTE_IS_OLDER] = "newer_answer_stored",
    };
    return codes[judgement];
}

static enum outcome settle_change(struct settling *settling, struct batch_item *item,
                                  struct locked_response *locked) {
    enum later_vote judgement = judge_later_vote(&locked->response, item->vote);
    const char *refusal = refusal_of(judgement);
    if (refusal) {
        return refuse(item, refusal);
    }
    bool yielding = response_yields(&locked->response, item->vote->source);
    enum outcome outcome =
        store_first_vote(settling->connection, locked->response.account_id, &locked->response.id);
    if (outcome == OUTCOME_OK && judgement == LATER_VOTE_COUNTS) {
        outcome = note_later_vote(settling->connection, item, &locked->response);
    }
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (!change(settling, locked, item, judgement)) {
        return OUTCOME_UNAVAILABLE;
    }
    item->result = (struct vote_result){
        .outcome = OUTCOME_OK,
        .effect = judgement == LATER_VOTE_COUNTS ? EFFECT_CHANGED : EFFECT_HELD,
    };
    if (!give_response(item, &locked->response)) {
        return OUTCOME_UNAVAILABLE;
    }
    outcome = store_change(settling, locked, item, item->result.effect);
    return outcome == OUTCOME_OK && yielding
               ? store_response_contact(settling->connection, &locked->response)
               : outcome;
}

static enum outcome settle_one(struct settling *settling, struct batch_item *item) {
    const struct vote *vote = item->vote;
    const struct stored_vote *earlier = stored_vote_with_key(settling->with_keys, vote);
    if (!earlier) {
        earlier = vote_with_id(&settling->earlier, &vote->id);
    }
    if (earlier) {
        return replay_vote(settling, item, earlier);
    }
    struct locked_response *locked = response_with_id(settling, &vote->id);
    if (!locked) {
        locked = response_with_key(settling, &vote->idempotency);
    }
    if (locked) {
        return replay_first_vote(settling, item, locked);
    }
    locked = response_of_contact(settling, vote);
    /* Not there: what was in the insert's way is gone again. The whole batch is run once more. */
    return locked ? settle_change(settling, item, locked) : OUTCOME_UNAVAILABLE;
}

/* Locks the responses, and loads the earlier votes that could make one of the items a replay. */
static enum outcome look_up(struct settling *settling, struct vote *const votes[], size_t count) {
    struct uuid ids[3 * BATCH_VOTES_MAX];
    size_t further = 0;
    for (size_t i = 0; i < settling->with_keys->count && further < BATCH_VOTES_MAX; i++) {
        ids[further++] = settling->with_keys->votes[i].response_id;
    }
    struct lock_order order = {.account_id = votes[0]->account_id,
                               .votes = votes,
                               .count = count,
                               .ids = ids,
                               .id_count = further};
    enum outcome outcome = lock_responses(settling->connection, &order, &settling->locked);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    size_t asked = 0;
    for (size_t i = 0; i < count; i++) {
        ids[asked++] = votes[i]->id;
    }
    for (size_t i = 0; i < settling->locked.count && asked < COUNT(ids); i++) {
        ids[asked++] = settling->locked.responses[i].response.id;
    }
    return load_votes_with_ids(settling->connection, votes[0]->account_id, ids, asked,
                               &settling->earlier);
}

enum outcome settle_later_votes(struct db_connection *connection, struct batch_tools *tools,
                                struct batch_item *items[], size_t count,
                                const struct stored_votes *with_keys) {
    assert(count > 0);
    struct settling settling = {.connection = connection, .tools = tools, .with_keys = with_keys};
    struct vote *votes[BATCH_VOTES_MAX];
    for (size_t i = 0; i < count; i++) {
        votes[i] = items[i]->vote;
    }
    enum outcome outcome = look_up(&settling, votes, count);
    for (size_t i = 0; outcome == OUTCOME_OK && i < count; i++) {
        outcome = settle_one(&settling, items[i]);
    }
    locked_responses_clear(&settling.locked);
    stored_votes_clear(&settling.earlier);
    return outcome;
}
