#include "intake/batch.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "intake/batch_events.h"
#include "intake/batch_parts.h"
#include "intake/later_votes.h"
#include "intake/new_vote.h"
#include "store/lone_response.h"
#include "store/response.h"

void batch_tools_clear(struct batch_tools *tools) {
    rollup_deltas_clear(&tools->deltas);
    params_clear(&tools->params);
}

void batch_item_clear(struct batch_item *item) {
    vote_context_clear(&item->context);
    if (item->owns_response) {
        survey_response_clear(&item->response);
    }
    item->owns_response = false;
    item->place = NULL;
    item->invitation_answered = false;
    item->has_event = false;
    item->response = (struct survey_response){0};
    item->result = (struct vote_result){0};
}

static void reset(struct attempt *attempt) {
    params_reset(&attempt->tools->params);
    rollup_deltas_reset(&attempt->tools->deltas);
    for (size_t i = 0; i < attempt->count; i++) {
        batch_item_clear(&attempt->items[i]);
    }
}

/* The votes that are being inserted, and how far their ids have come back: in the order they were
 * sent.
 */
struct insertion {
    struct batch_item *candidates[BATCH_VOTES_MAX];
    struct vote *votes[BATCH_VOTES_MAX];
    size_t count;
    size_t next;
};

static enum outcome settle_inserted(struct batch_tools *tools, struct insertion *insertion,
                                    const char *id_text) {
    struct uuid id = {0};
    uuid_parse(id_text, &id);
    while (insertion->next < insertion->count &&
           memcmp(&insertion->votes[insertion->next]->id, &id, sizeof id) != 0) {
        insertion->next++;
    }
    if (insertion->next == insertion->count) {
        log_error("an id came back that was not sent");
        return OUTCOME_FAILED;
    }
    settle_new_vote(tools, insertion->candidates[insertion->next++]);
    return OUTCOME_OK;
}

static enum outcome read_inserted(struct attempt *attempt, struct insertion *insertion) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_pipeline_result(attempt->connection, attempt->deadline_us, &rows);
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(rows); row++) {
        outcome = settle_inserted(attempt->tools, insertion, PQgetvalue(rows, row, 0));
    }
    return outcome;
}

/* Round trip 2: what is new is inserted; the rest has its response already. */
static enum outcome insert_new(struct attempt *attempt) {
    struct insertion insertion = {.count = 0};
    for (size_t i = 0; i < attempt->count; i++) {
        if (!stored_vote_with_key(&attempt->with_keys, attempt->votes[i])) {
            insertion.candidates[insertion.count] = &attempt->items[i];
            insertion.votes[insertion.count++] = attempt->votes[i];
        }
    }
    size_t statements;
    enum outcome outcome = send_new_responses(attempt->connection, insertion.votes, insertion.count,
                                              &attempt->tools->params, &statements);
    if (outcome != OUTCOME_OK || db_pipeline_sync(attempt->connection) != OUTCOME_OK) {
        return OUTCOME_UNAVAILABLE;
    }
    for (size_t i = 0; outcome == OUTCOME_OK && i < statements; i++) {
        outcome = read_inserted(attempt, &insertion);
    }
    enum outcome finished = db_pipeline_finish(attempt->connection, attempt->deadline_us);
    return outcome == OUTCOME_OK ? finished : outcome;
}

/* The items without a response yet that are of the first such account; 0 when all are settled. */
static size_t unsettled_of_one_account(struct attempt *attempt, struct batch_item *later[]) {
    size_t count = 0;
    for (size_t i = 0; i < attempt->count; i++) {
        struct batch_item *item = &attempt->items[i];
        bool settled = item->result.response || item->result.outcome != OUTCOME_OK;
        if (!settled && (count == 0 || later[0]->vote->account_id == item->vote->account_id)) {
            later[count++] = item;
        }
    }
    return count;
}

static enum outcome settle_the_rest(struct attempt *attempt) {
    enum outcome outcome = OUTCOME_OK;
    struct batch_item *later[BATCH_VOTES_MAX];
    size_t count;
    while (outcome == OUTCOME_OK && (count = unsettled_of_one_account(attempt, later)) > 0) {
        outcome = settle_later_votes(attempt->connection, attempt->tools, later, count,
                                     &attempt->with_keys);
    }
    return outcome;
}

/* A first vote that is held is also evidence: it has its row in votes from the start. */
static enum outcome keep_held_first_votes(struct attempt *attempt) {
    enum outcome outcome = OUTCOME_OK;
    for (size_t i = 0; outcome == OUTCOME_OK && i < attempt->count; i++) {
        const struct batch_item *item = &attempt->items[i];
        if (!item->owns_response && item->result.response && item->result.effect == EFFECT_HELD) {
            outcome =
                store_first_vote(attempt->connection, item->vote->account_id, &item->response.id);
        }
    }
    return outcome;
}

static void count_answered_invitations(struct attempt *attempt, struct vote *answered[],
                                       size_t *count) {
    *count = 0;
    for (size_t i = 0; i < attempt->count; i++) {
        struct batch_item *item = &attempt->items[i];
        if (!item->invitation_answered) {
            continue;
        }
        answered[(*count)++] = item->vote;
        rollup_count_invited_answered(
            &attempt->tools->deltas,
            &(struct rollup_place){.account_id = item->vote->account_id,
                                   .survey = item->vote->survey,
                                   .contact = &item->context.invitation_contact,
                                   .source = item->context.invitation_source,
                                   .day = item->context.invitation_day},
            1);
    }
}

/* Last round trip: the sums, the invitations, what others are told, COMMIT. */
static enum outcome finish(struct attempt *attempt) {
    struct db_connection *connection = attempt->connection;
    struct params *params = &attempt->tools->params;
    struct vote *answered[BATCH_VOTES_MAX];
    size_t answered_count;
    count_answered_invitations(attempt, answered, &answered_count);
    params_reset(params);
    enum outcome sent =
        rollup_send(connection, &attempt->tools->deltas, attempt->tools->slot, params);
    if (sent != OUTCOME_OK) {
        return sent; /* more than fits: the lane halves the batch */
    }
    if ((answered_count &&
         send_answered_invitations(connection, answered, answered_count, params) != OUTCOME_OK) ||
        (!attempt->tools->quiet &&
         send_batch_events(connection, attempt->items, attempt->count, params) != OUTCOME_OK) ||
        db_pipeline_send(connection, "COMMIT", DB_NO_PARAMS) != OUTCOME_OK ||
        db_pipeline_sync(connection) != OUTCOME_OK) {
        return OUTCOME_UNAVAILABLE;
    }
    return db_pipeline_finish(connection, attempt->deadline_us);
}

static enum outcome in_pipeline(struct attempt *attempt, enum outcome (*step)(struct attempt *)) {
    if (db_pipeline_begin(attempt->connection) != OUTCOME_OK) {
        db_discard(attempt->connection);
        return OUTCOME_UNAVAILABLE;
    }
    enum outcome outcome = step(attempt);
    if (db_pipeline_end(attempt->connection) != OUTCOME_OK) {
        db_discard(attempt->connection);
        return outcome == OUTCOME_OK ? OUTCOME_UNAVAILABLE : outcome;
    }
    return outcome;
}

/* The only round trip of most votes that come alone. A vote that is not simply new has no result
 * after it: nothing was done. */
static enum outcome store_alone(struct attempt *attempt) {
    struct batch_tools *tools = attempt->tools;
    struct batch_item *item = &attempt->items[0];
    estimate_votes(attempt);
    settle_new_vote(tools, item);
    if (send_lone_response(attempt->connection, item->vote, &tools->deltas, tools->slot,
                           &tools->params) != OUTCOME_OK ||
        db_pipeline_sync(attempt->connection) != OUTCOME_OK) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_pipeline_result(attempt->connection, attempt->deadline_us, &rows);
    enum outcome finished = db_pipeline_finish(attempt->connection, attempt->deadline_us);
    outcome = outcome == OUTCOME_OK ? finished : outcome;
    if (outcome == OUTCOME_OK && PQntuples(rows) == 0) {
        reset(attempt);
    }
    return outcome;
}

static bool goes_alone(const struct attempt *attempt) {
    return attempt->count == 1 && attempt->tools->lone_statement &&
           is_lone_response(attempt->votes[0]);
}

static enum outcome run_steps(struct attempt *attempt) {
    if (goes_alone(attempt)) {
        enum outcome outcome = in_pipeline(attempt, store_alone);
        if (outcome != OUTCOME_OK || attempt->items[0].result.response) {
            return outcome;
        }
    }
    enum outcome outcome = in_pipeline(attempt, begin_batch);
    if (outcome == OUTCOME_OK && lacks_context(attempt)) {
        return OUTCOME_NOT_FOUND;
    }
    if (outcome == OUTCOME_OK) {
        outcome = join_contexts(attempt);
    }
    if (outcome == OUTCOME_OK) {
        estimate_votes(attempt);
        outcome = in_pipeline(attempt, insert_new);
    }
    if (outcome == OUTCOME_OK) {
        outcome = settle_the_rest(attempt);
    }
    if (outcome == OUTCOME_OK) {
        outcome = keep_held_first_votes(attempt);
    }
    return outcome == OUTCOME_OK ? in_pipeline(attempt, finish) : outcome;
}

enum outcome commit_batch(struct db_connection *connection, struct batch_tools *tools,
                          struct batch_item items[], size_t count) {
    struct attempt attempt = {
        .connection = connection,
        .tools = tools,
        .items = items,
        .count = count,
        .deadline_us = time_monotonic_us() + tools->deadline_ms * INT64_C(1000),
    };
    for (size_t i = 0; i < count; i++) {
        attempt.votes[i] = items[i].vote;
    }
    reset(&attempt);
    enum outcome outcome = run_steps(&attempt);
    stored_votes_clear(&attempt.with_keys);
    return outcome;
}
