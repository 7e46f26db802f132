#include "store/reclassify.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "domain/vote_rules.h"
#include "store/contact_row.h"
#include "store/frustration_hours.h"
#include "store/reclassification.h"
#include "store/response.h"
#include "store/response_lock.h"
#include "store/rollup.h"
#include "store/vote.h"

#define VOTES_MAX                INT32_MAX /* all must be weighed */
#define INVITATION_SOURCE_COLUMN (1 + CONTACT_COLUMN_COUNT)

/* What one reclassification works with. */
struct work {
    struct db_connection *connection;
    const struct reclassify_order *order;
    struct locked_responses locked; /* the response as it was */
    struct stored_votes votes;      /* all of its votes, the overruled one changed already */
    struct survey_response after;   /* borrows all but its answers from locked */
    struct rollup_deltas deltas;
};

static void work_clear(struct work *work) {
    answers_clear(&work->after.answers);
    rollup_deltas_clear(&work->deltas);
    stored_votes_clear(&work->votes);
    locked_responses_clear(&work->locked);
}

static struct survey_response *before_of(struct work *work) {
    return &work->locked.responses[0].response;
}

static enum outcome lock_response(struct work *work) {
    struct lock_order order = {
        .account_id = work->order->account_id, .ids = &work->order->response_id, .id_count = 1};
    enum outcome outcome = lock_responses(work->connection, &order, &work->locked);
    return outcome == OUTCOME_OK && work->locked.count == 0 ? OUTCOME_NOT_FOUND : outcome;
}

static enum outcome load_votes_whole(struct work *work) {
    const struct reclassify_order *order = work->order;
    enum outcome outcome =
        store_first_vote(work->connection, order->account_id, &order->response_id);
    return outcome == OUTCOME_OK
               ? load_votes_of_response(work->connection, order->account_id, &order->response_id,
                                        VOTES_MAX, &work->votes)
               : outcome;
}

static struct stored_vote *overruled_vote(struct work *work) {
    for (size_t i = 0; i < work->votes.count; i++) {
        if (memcmp(&work->votes.votes[i].id, &work->order->vote_id, sizeof(struct uuid)) == 0) {
            return &work->votes.votes[i];
        }
    }
    return NULL;
}

static enum outcome store_trust(struct work *work, enum trust before) {
    const struct reclassify_order *order = work->order;
    struct uuid id = uuid_new();
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, order->account_id);
    params_uuid(&params, &id);
    params_uuid(&params, &order->response_id);
    params_uuid(&params, &order->vote_id);
    params_text(&params, trust_name(before));
    params_text(&params, trust_name(order->trust));
    params_text(&params, order->reason);
    params_text(&params, order->made_by);
    params_time(&params, time_now_us());
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(work->connection, &rows,
                 "INSERT INTO reclassifications (account_id, id, response_id, vote_id,"
                 " trust_before, trust_after, reason, made_by, made_at)"
                 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                 params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    CLEANUP(db_rows_free) PGresult *updated = NULL;
    return db_query(work->connection, &updated,
                    "UPDATE votes SET trust = $3 WHERE account_id = $1 AND id = $2",
                    DB_PARAMS(params.values[0], params.values[3], params.values[5]));
}

/* The latest vote with this trust, or NULL. */
static const struct stored_vote *latest_with(const struct stored_votes *votes, enum trust trust) {
    for (size_t i = votes->count; i > 0; i--) {
        if (votes->votes[i - 1].trust == trust) {
            return &votes->votes[i - 1];
        }
    }
    return NULL;
}

/* What the response is represented by: its latest confirmed vote, else the latest held one, else
 * the latest of all. */
static const struct stored_vote *counting_vote(const struct stored_votes *votes) {
    const struct stored_vote *vote = latest_with(votes, TRUST_CONFIRMED);
    vote = vote ? vote : latest_with(votes, TRUST_PROVISIONAL);
    return vote ? vote : latest_with(votes, TRUST_DISCARDED);
}

/* Of the votes that are, or are not, vouched for as the one that counts is. */
static int64_t first_confirmed_at(const struct stored_votes *votes, bool unverified) {
    for (size_t i = 0; i < votes->count; i++) {
        if (votes->votes[i].trust == TRUST_CONFIRMED &&
            source_is_unverified(votes->votes[i].source) == unverified) {
            return votes->votes[i].received_at_us;
        }
    }
    return TIME_NONE;
}

/* Makes work->after what the votes say now. False when out of memory. */
static bool settle_response(struct work *work) {
    const struct survey_response *before = before_of(work);
    const struct stored_vote *vote = counting_vote(&work->votes);
    struct answers answers;
    if (!answers_copy(&vote->answers, &answers)) {
        return false;
    }
    work->after = *before;
    work->after.answers = answers;
    work->after.answered_at_us = vote->answered_at_us;
    work->after.received_at_us = vote->received_at_us;
    work->after.trust = vote->trust;
    work->after.confirmed_at_us =
        first_confirmed_at(&work->votes, source_is_unverified(vote->source));
    memcpy(work->after.source, vote->source, sizeof work->after.source);
    bool differs = work->after.trust != before->trust || !answers_equal(&answers, &before->answers);
    work->after.revision += differs;
    return true;
}

static void count(struct work *work, const struct survey_response *response, const char *day,
                  int sign) {
    rollup_count_response(&work->deltas,
                          &(struct rollup_place){.account_id = response->account_id,
                                                 .survey = response->survey,
                                                 .contact = &response->contact,
                                                 .source = response->source,
                                                 .day = day},
                          response, sign);
}

static enum outcome load_day(struct work *work, char day[DAY_TEXT_SIZE]) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, work->order->account_id);
    params_time(&params, work->after.answered_at_us);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome =
        db_query(work->connection, &rows,
                 "SELECT " ROLLUP_DAY("$2::timestamptz") " FROM accounts WHERE account_id = $1",
                 params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        strncpy(day, PQgetvalue(rows, 0, 0), DAY_TEXT_SIZE - 1);
    }
    return outcome;
}

/* Marks the invitation as answered since answered_at, or as not answered; its row comes back. */
static enum outcome mark_invitation(struct work *work, PGresult **rows) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, work->order->account_id);
    params_uuid(&params, &work->after.invitation_id);
    params_time(&params, response_answers_invitation(&work->after) ? work->after.confirmed_at_us
                                                                   : TIME_NONE);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    /* clang-format off */
    return db_query(work->connection, rows,
                    "UPDATE invitations SET answered_at = $3::timestamptz,"
                    " due_at = CASE WHEN $3::timestamptz IS NULL THEN due_at END,"
                    " revision = revision + 1 FROM accounts"
                    " WHERE accounts.account_id = invitations.account_id"
                    " AND invitations.account_id = $1 AND invitations.id = $2 RETURNING "
                    ROLLUP_DAY("invitations.created_at") ", " CONTACT_COLUMNS("invitations")
                    ", invitations.source",
                    params_from(&params, 0, params.count));
    /* clang-format on */
}

static enum outcome settle_invitation(struct work *work) {
    bool was = response_answers_invitation(before_of(work));
    bool is = response_answers_invitation(&work->after);
    if (was == is) {
        return OUTCOME_OK;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    CLEANUP(contact_clear) struct contact contact = CONTACT_NONE;
    enum outcome outcome = mark_invitation(work, &rows);
    if (outcome != OUTCOME_OK || PQntuples(rows) == 0) {
        return outcome;
    }
    if (!contact_from_row(rows, 0, 1, &contact)) {
        return OUTCOME_UNAVAILABLE;
    }
    rollup_count_invited_answered(
        &work->deltas,
        &(struct rollup_place){.account_id = work->order->account_id,
                               .survey = work->after.survey,
                               .contact = &contact,
                               .source = PQgetvalue(rows, 0, INVITATION_SOURCE_COLUMN),
                               .day = PQgetvalue(rows, 0, 0)},
        is ? 1 : -1);
    return OUTCOME_OK;
}

static enum outcome store_settled(struct work *work) {
    estimate_of(work->order->scorer, &work->after.answers, work->after.contact.language,
                &work->after.estimate);
    char day[DAY_TEXT_SIZE] = "";
    enum outcome outcome = load_day(work, day);
    if (outcome == OUTCOME_OK) {
        count(work, before_of(work), work->locked.responses[0].day, -1);
        count(work, &work->after, day, 1);
        outcome = store_changed_response(work->connection, &work->after);
    }
    if (outcome == OUTCOME_OK) {
        outcome = settle_invitation(work);
    }
    return outcome == OUTCOME_OK ? rollup_apply(work->connection, &work->deltas, work->order->slot)
                                 : outcome;
}

static enum outcome count_hours_anew(struct work *work) {
    int64_t before_us = before_of(work)->answered_at_us;
    int64_t after_us = work->after.answered_at_us;
    return forget_frustration_hours(work->connection, work->order->account_id,
                                    before_us < after_us ? before_us : after_us);
}

static enum outcome overrule(struct work *work) {
    struct stored_vote *vote = overruled_vote(work);
    if (!vote) {
        return OUTCOME_NOT_FOUND;
    }
    enum trust before = vote->trust;
    vote->trust = work->order->trust;
    if (!settle_response(work)) {
        return OUTCOME_UNAVAILABLE;
    }
    if (before == work->order->trust) {
        return OUTCOME_OK;
    }
    enum outcome outcome = store_trust(work, before);
    outcome = outcome == OUTCOME_OK ? store_settled(work) : outcome;
    outcome = outcome == OUTCOME_OK ? count_hours_anew(work) : outcome;
    return outcome == OUTCOME_OK
               ? tell_reclassified(work->connection, before_of(work), &work->after)
               : outcome;
}

/* Moves the response, as it is now, out of work. */
static void give_away(struct work *work, struct survey_response *response) {
    answers_clear(&before_of(work)->answers);
    *response = work->after;
    work->after.answers = ANSWERS_NONE;
    work->locked.count = 0; /* its texts went along */
}

/* Before its response, as those do who answer: or each would wait for the other. */
static enum outcome lock_invitation(struct work *work) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, work->order->account_id);
    params_uuid(&params, &work->order->response_id);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    return db_query(work->connection, &rows,
                    "SELECT FROM invitations WHERE account_id = $1 AND id = (SELECT invitation_id"
                    " FROM responses WHERE account_id = $1 AND id = $2) FOR NO KEY UPDATE",
                    params_from(&params, 0, params.count));
}

enum outcome reclassify_vote(struct db_connection *connection, const struct reclassify_order *order,
                             struct survey_response *response) {
    CLEANUP(work_clear)
    struct work work = {
        .connection = connection, .order = order, .after = {.answers = ANSWERS_NONE}};
    enum outcome outcome = db_execute(connection, "BEGIN; " ROLLUP_LOCK);
    outcome = outcome == OUTCOME_OK ? lock_invitation(&work) : outcome;
    outcome = outcome == OUTCOME_OK ? lock_response(&work) : outcome;
    outcome = outcome == OUTCOME_OK ? load_votes_whole(&work) : outcome;
    outcome = outcome == OUTCOME_OK ? overrule(&work) : outcome;
    outcome = outcome == OUTCOME_OK ? db_execute(connection, "COMMIT") : outcome;
    if (outcome == OUTCOME_OK) {
        give_away(&work, response);
    }
    return outcome;
}

enum outcome load_overdue_votes(struct db_connection *connection, int64_t account_id,
                                int64_t before_us, struct overdue_votes *overdue) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_time(&params, before_us);
    params_int(&params, OVERDUE_VOTES_MAX);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT id, response_id FROM votes WHERE account_id = $1"
                                    " AND trust = 'provisional' AND received_at < $2"
                                    " ORDER BY received_at LIMIT $3",
                                    params_from(&params, 0, params.count));
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    overdue->count = (size_t)PQntuples(rows);
    for (size_t i = 0; i < overdue->count; i++) {
        uuid_parse(PQgetvalue(rows, (int)i, 0), &overdue->votes[i].id);
        uuid_parse(PQgetvalue(rows, (int)i, 1), &overdue->votes[i].response_id);
    }
    return OUTCOME_OK;
}
