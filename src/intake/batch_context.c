/* The first round trip of a batch: what must be known of its votes before anything is stored. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "intake/batch_parts.h"

static size_t collect_keyed(const struct attempt *attempt, struct vote *keyed[]) {
    size_t count = 0;
    for (size_t i = 0; i < attempt->count; i++) {
        if (attempt->votes[i]->idempotency.given) {
            keyed[count++] = attempt->votes[i];
        }
    }
    return count;
}

static enum outcome read_places(struct attempt *attempt) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_pipeline_result(attempt->connection, attempt->deadline_us, &rows);
    return outcome == OUTCOME_OK ? vote_places_from_rows(rows, &attempt->tools->places) : outcome;
}

static enum outcome read_contexts(struct attempt *attempt) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_pipeline_result(attempt->connection, attempt->deadline_us, &rows);
    for (int row = 0; outcome == OUTCOME_OK && row < PQntuples(rows); row++) {
        size_t position = vote_context_position(rows, row);
        if (position == 0 || position > attempt->count ||
            !vote_context_from_row(rows, row, &attempt->by_contact[position - 1]->context)) {
            outcome = OUTCOME_FAILED;
        }
    }
    return outcome;
}

static enum outcome skip_results(struct attempt *attempt, size_t count) {
    for (size_t i = 0; i < count; i++) {
        CLEANUP(db_rows_free) PGresult *rows = NULL;
        enum outcome outcome = db_pipeline_result(attempt->connection, attempt->deadline_us, &rows);
        if (outcome != OUTCOME_OK) {
            return outcome;
        }
    }
    return OUTCOME_OK;
}

static enum outcome read_votes_with_keys(struct attempt *attempt) {
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_pipeline_result(attempt->connection, attempt->deadline_us, &rows);
    return outcome == OUTCOME_OK ? stored_votes_from_rows(rows, &attempt->with_keys) : outcome;
}

static int compare_contacts(const void *one, const void *other) {
    const struct vote *first = (*(struct batch_item *const *)one)->vote;
    const struct vote *second = (*(struct batch_item *const *)other)->vote;
    if (first->account_id != second->account_id) {
        return first->account_id < second->account_id ? -1 : 1;
    }
    int order = strcmp(first->survey, second->survey);
    return order ? order : strcmp(first->contact.ref, second->contact.ref);
}

static enum outcome ask_for_contexts(struct attempt *attempt) {
    struct vote *votes[BATCH_VOTES_MAX];
    for (size_t i = 0; i < attempt->count; i++) {
        attempt->by_contact[i] = &attempt->items[i];
    }
    qsort(attempt->by_contact, attempt->count, sizeof(struct batch_item *), compare_contacts);
    for (size_t i = 0; i < attempt->count; i++) {
        votes[i] = attempt->by_contact[i]->vote;
    }
    return send_vote_contexts(attempt->connection, votes, attempt->count, &attempt->tools->params);
}

static enum outcome ask_for_places(struct attempt *attempt) {
    struct vote_places *places = &attempt->tools->places;
    find_vote_places(places, attempt->votes, attempt->count);
    for (size_t i = 0; i < attempt->count; i++) {
        attempt->items[i].place = places->of_vote[i];
    }
    return send_vote_places(attempt->connection, places, &attempt->tools->params);
}

/* Round trip 1: begin, and learn what must be known before anything is stored. */
enum outcome begin_batch(struct attempt *attempt) {
    struct db_connection *connection = attempt->connection;
    struct params *params = &attempt->tools->params;
    struct vote *keyed[BATCH_VOTES_MAX];
    size_t keyed_count = collect_keyed(attempt, keyed);
    if (db_pipeline_send(connection, "BEGIN", DB_NO_PARAMS) != OUTCOME_OK ||
        db_pipeline_send(connection, ROLLUP_LOCK, DB_NO_PARAMS) != OUTCOME_OK ||
        ask_for_places(attempt) != OUTCOME_OK || ask_for_contexts(attempt) != OUTCOME_OK ||
        (keyed_count &&
         send_votes_with_keys(connection, keyed, keyed_count, params) != OUTCOME_OK) ||
        db_pipeline_sync(connection) != OUTCOME_OK) {
        return OUTCOME_UNAVAILABLE;
    }
    enum outcome outcome = skip_results(attempt, 2);
    if (outcome == OUTCOME_OK) {
        outcome = read_places(attempt);
    }
    if (outcome == OUTCOME_OK) {
        outcome = read_contexts(attempt);
    }
    if (outcome == OUTCOME_OK && keyed_count) {
        outcome = read_votes_with_keys(attempt);
    }
    enum outcome finished = db_pipeline_finish(connection, attempt->deadline_us);
    return outcome == OUTCOME_OK ? finished : outcome;
}

enum outcome join_contexts(struct attempt *attempt) {
    for (size_t i = 0; i < attempt->count; i++) {
        struct batch_item *item = &attempt->items[i];
        const struct contact *snapshot = vote_context_snapshot(&item->context);
        if (!snapshot || source_is_unverified(item->vote->source)) {
            continue;
        }
        item->vote->has_invitation = item->context.invited;
        item->vote->invitation_id = item->context.invitation_id;
        if (!contact_prefer(&item->vote->contact, snapshot)) {
            return OUTCOME_UNAVAILABLE;
        }
    }
    return OUTCOME_OK;
}

void estimate_votes(struct attempt *attempt) {
    for (size_t i = 0; i < attempt->count; i++) {
        struct vote *vote = attempt->votes[i];
        estimate_of(attempt->tools->scorer, &vote->answers, vote->contact.language,
                    &vote->estimate);
    }
}

bool lacks_context(const struct attempt *attempt) {
    for (size_t i = 0; i < attempt->count; i++) {
        if (!attempt->items[i].place->day[0]) {
            return true;
        }
    }
    return false;
}
