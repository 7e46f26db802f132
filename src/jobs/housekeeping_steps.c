/* The kinds of work that housekeeping does, a step at a time. */
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "jobs/housekeeping_parts.h"
#include "store/customer_lock.h"
#include "store/event.h"
#include "store/hook_delivery.h"
#include "store/page_view.h"
#include "store/reclassify.h"
#include "store/webhook_delivery_expiry.h"

#define ROWS_PER_STEP        500
#define IDEMPOTENCY_KEY_DAYS 7
#define LOCK_DAYS            1
#define MADE_BY              "housekeeping"

static enum outcome discard_vote(struct housekeeping *housekeeping,
                                 struct db_connection *connection, int64_t account_id,
                                 const struct overdue_vote *vote) {
    const struct reclassify_order order = {
        .account_id = account_id,
        .response_id = vote->response_id,
        .vote_id = vote->id,
        .trust = TRUST_DISCARDED,
        .reason = "held too long",
        .made_by = MADE_BY,
        .slot = RECLASSIFY_ROLLUP_SLOT,
        .scorer = housekeeping->scorer,
    };
    CLEANUP(survey_response_clear)
    struct survey_response response = {.contact = CONTACT_NONE, .answers = ANSWERS_NONE};
    return reclassify_vote(connection, &order, &response);
}

static enum outcome discard_overdue(struct housekeeping *housekeeping,
                                    struct db_connection *connection, struct progress *progress,
                                    bool *finished) {
    struct overdue_votes overdue = {0};
    int64_t before_us = time_now_us() - atomic_load(&housekeeping->provisional_days) * US_PER_DAY;
    enum outcome outcome =
        load_overdue_votes(connection, progress->account_id, before_us, &overdue);
    /* One that cannot be discarded was logged and is passed over; the others must not wait for it.
     */
    for (size_t i = 0; i < overdue.count && outcome != OUTCOME_UNAVAILABLE &&
                       !housekeeping_stopping(housekeeping);
         i++) {
        outcome = discard_vote(housekeeping, connection, progress->account_id, &overdue.votes[i]);
    }
    *finished = overdue.count < OVERDUE_VOTES_MAX;
    return outcome;
}

/* Removes at most limit of an account's rows older than before_us; *removed says how many. */
typedef enum outcome remover(struct db_connection *connection, int64_t account_id,
                             int64_t before_us, int limit, int64_t *removed);

static enum outcome remove_older(remover *remove, struct db_connection *connection,
                                 const struct progress *progress, int64_t days, bool *finished) {
    int64_t removed = 0;
    enum outcome outcome = remove(connection, progress->account_id,
                                  time_now_us() - days * US_PER_DAY, ROWS_PER_STEP, &removed);
    *finished = removed < ROWS_PER_STEP;
    return outcome;
}

static enum outcome remove_views(struct housekeeping *housekeeping,
                                 struct db_connection *connection, struct progress *progress,
                                 bool *finished) {
    return remove_older(remove_page_views, connection, progress,
                        atomic_load(&housekeeping->view_days), finished);
}

static enum outcome remove_old_deliveries(struct housekeeping *housekeeping,
                                          struct db_connection *connection,
                                          struct progress *progress, bool *finished) {
    return remove_older(remove_deliveries, connection, progress,
                        atomic_load(&housekeeping->delivery_days), finished);
}

static enum outcome remove_old_events(struct housekeeping *housekeeping,
                                      struct db_connection *connection, struct progress *progress,
                                      bool *finished) {
    return remove_older(remove_events, connection, progress, atomic_load(&housekeeping->event_days),
                        finished);
}

static enum outcome remove_old_tellings(struct housekeeping *housekeeping,
                                        struct db_connection *connection, struct progress *progress,
                                        bool *finished) {
    return remove_older(remove_ended_deliveries, connection, progress,
                        atomic_load(&housekeeping->event_days), finished);
}

static enum outcome forget_locks(struct housekeeping *housekeeping,
                                 struct db_connection *connection, struct progress *progress,
                                 bool *finished) {
    (void)housekeeping;
    return remove_older(forget_customer_locks, connection, progress, LOCK_DAYS, finished);
}

static enum outcome forget_keys(struct housekeeping *housekeeping, struct db_connection *connection,
                                struct progress *progress, bool *finished) {
    (void)housekeeping;
    int64_t before_us = time_now_us() - IDEMPOTENCY_KEY_DAYS * US_PER_DAY;
    return forget_idempotency_keys(connection, progress->account_id, before_us, &progress->walk,
                                   finished);
}

static enum outcome remove_surplus_deliveries(struct housekeeping *housekeeping,
                                              struct db_connection *connection,
                                              struct progress *progress, bool *finished) {
    int64_t removed = 0;
    enum outcome outcome =
        bound_deliveries(connection, progress->account_id,
                         atomic_load(&housekeeping->delivery_rows), ROWS_PER_STEP, &removed);
    *finished = removed < ROWS_PER_STEP;
    return outcome;
}

static enum outcome recover_restored_feed(struct housekeeping *housekeeping,
                                          struct db_connection *connection,
                                          struct progress *progress, bool *finished) {
    (void)housekeeping;
    int64_t moved = 0;
    enum outcome outcome = recover_feed(connection, progress->account_id, ROWS_PER_STEP, &moved);
    *finished = moved == 0;
    return outcome;
}

housekeeping_step *const housekeeping_steps[] = {
    recover_restored_feed,
    discard_overdue,
    remove_views,
    forget_keys,
    forget_locks,
    remove_old_deliveries,
    remove_surplus_deliveries,
    remove_old_events,
    remove_old_tellings,
};
const size_t housekeeping_step_count = COUNT(housekeeping_steps);
