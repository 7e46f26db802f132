#include "intake/lane.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/pulse.h"
#include "base/time.h"
#include "intake/batch.h"

#define BACKOFF_FIRST_MS 10
#define BACKOFF_LAST_MS  500
#define CONFLICTS_MAX    5 /* then an id is in use, by another row for good */

struct lane {
    struct lane_options options;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct pending_vote *first;
    struct pending_vote **last; /* where the next one is hung */
    unsigned waiting;
    bool stopping;
    int64_t stop_deadline_us; /* once stopping */
    atomic_bool finished;
    struct pulse pulse;       /* a turn is a batch, or an attempt at it */
    struct batch_tools tools; /* the thread's own, as all below */
    struct pending_vote *taken[BATCH_VOTES_MAX];
    struct batch_item items[BATCH_VOTES_MAX];
};

bool lane_push(struct lane *lane, struct pending_vote *pending) {
    pthread_mutex_lock(&lane->lock);
    bool accepted = !lane->stopping && lane->waiting < lane->options.queue_max;
    if (accepted) {
        pending->next = NULL;
        *lane->last = pending;
        lane->last = &pending->next;
        if (lane->waiting++ == 0) {
            pthread_cond_signal(&lane->wake);
        }
        atomic_fetch_add(&lane->options.counts->waiting, 1);
    }
    pthread_mutex_unlock(&lane->lock);
    return accepted;
}

static struct pending_vote *pop(struct lane *lane) {
    struct pending_vote *pending = lane->first;
    lane->first = pending->next;
    if (!lane->first) {
        lane->last = &lane->first;
    }
    lane->waiting--;
    atomic_fetch_sub(&lane->options.counts->waiting, 1);
    return pending;
}

/* Takes all waiting votes, at most a batch; waits for the first. 0 when stopping and empty. */
static size_t take_batch(struct lane *lane) {
    size_t count = 0;
    pthread_mutex_lock(&lane->lock);
    while (!lane->first && !lane->stopping) {
        pthread_cond_wait(&lane->wake, &lane->lock);
    }
    while (lane->first && count < lane->options.batch_max) {
        if (lane->options.per_account && count > 0 &&
            lane->first->vote->account_id != lane->taken[0]->vote->account_id) {
            break;
        }
        lane->taken[count++] = pop(lane);
    }
    pthread_mutex_unlock(&lane->lock);
    return count;
}

static void count_result(struct intake_counts *counts, const struct vote_result *result) {
    atomic_uint_fast64_t *const by_effect[] = {
        [EFFECT_CREATED] = &counts->created,
        [EFFECT_CHANGED] = &counts->changed,
        [EFFECT_HELD] = &counts->held,
    };
    if (result->outcome == OUTCOME_UNAVAILABLE) {
        atomic_fetch_add(&counts->unavailable, 1);
    } else if (result->outcome != OUTCOME_OK) {
        atomic_fetch_add(&counts->refused, 1);
    } else {
        atomic_fetch_add(result->replayed ? &counts->replayed : by_effect[result->effect], 1);
    }
}

/* Also of one that was committed before: who asked again may be the first to tell. */
static void tell(const struct lane *lane, const struct vote_result *result) {
    const struct survey_response *response = result->response;
    if (lane->options.tell && result->outcome == OUTCOME_OK && result->effect != EFFECT_HELD &&
        response->trust == TRUST_CONFIRMED && response->estimate.has_frustration) {
        lane->options.tell(lane->options.tell_context, response);
    }
}

/* The vote's key is free again before its client hears, so that a client that asks again finds it
 * so. */
static void settle(struct lane *lane, struct pending_vote *pending,
                   const struct vote_result *result) {
    count_result(lane->options.counts, result);
    running_keys_release(lane->options.keys, pending->vote);
    tell(lane, result);
    pending->done(pending->context, result);
    vote_clear(pending->vote);
    free(pending->vote);
    free(pending);
}

static void settle_range(struct lane *lane, size_t first, size_t count, enum outcome outcome) {
    for (size_t i = first; i < first + count; i++) {
        if (outcome != OUTCOME_OK) {
            batch_item_clear(&lane->items[i]);
            lane->items[i].result = (struct vote_result){.outcome = outcome};
        }
        settle(lane, lane->taken[i], &lane->items[i].result);
        batch_item_clear(&lane->items[i]);
    }
}

/* Nobody waits for these any more, or the lane must end. */
static bool must_give_up(struct lane *lane, size_t first, size_t count) {
    int64_t now_us = time_monotonic_us();
    pthread_mutex_lock(&lane->lock);
    bool give_up = lane->stopping && now_us > lane->stop_deadline_us;
    pthread_mutex_unlock(&lane->lock);
    bool all_late = true;
    for (size_t i = first; all_late && i < first + count; i++) {
        all_late = now_us > lane->taken[i]->deadline_us;
    }
    return give_up || all_late;
}

static void back_off(unsigned attempt) {
    int64_t wait_ms = BACKOFF_FIRST_MS << (attempt < 6 ? attempt : 6);
    wait_ms = wait_ms < BACKOFF_LAST_MS ? wait_ms : BACKOFF_LAST_MS;
    wait_ms = wait_ms / 2 + time_monotonic_us() % (wait_ms / 2); /* jitter, so that lanes part */
    nanosleep(&(struct timespec){.tv_nsec = wait_ms * 1000000}, NULL);
}

/* Tries until it is known whether the votes are stored, or nobody waits for them. */
static enum outcome commit_until_known(struct lane *lane, size_t first, size_t count) {
    unsigned conflicts = 0;
    for (unsigned attempt = 0;; attempt++) {
        enum outcome outcome = OUTCOME_UNAVAILABLE;
        pulse_go_on(&lane->pulse);
        CLEANUP(db_release) struct db_connection *connection = db_acquire(lane->options.db);
        if (connection) {
            outcome = commit_batch(connection, &lane->tools, &lane->items[first], count);
        }
        if (outcome == OUTCOME_CONFLICT && ++conflicts < CONFLICTS_MAX) {
            outcome = OUTCOME_UNAVAILABLE;
        }
        if (outcome != OUTCOME_UNAVAILABLE || must_give_up(lane, first, count)) {
            return outcome;
        }
        db_release(&connection);
        atomic_fetch_add(&lane->options.counts->retries, 1);
        back_off(attempt);
    }
}

/* Commits a range; when the database refuses something in it, halves it until that stands alone. */
static void commit_range(struct lane *lane, size_t first,
                         size_t count) { /* NOLINT(misc-no-recursion) */
    enum outcome outcome = commit_until_known(lane, first, count);
    if (outcome == OUTCOME_OK || outcome == OUTCOME_UNAVAILABLE || count == 1) {
        settle_range(lane, first, count, outcome);
        return;
    }
    commit_range(lane, first, count / 2);
    commit_range(lane, first + count / 2, count - count / 2);
}

/* Votes whose client has been told 503 before they were taken are not stored. */
static size_t drop_late(struct lane *lane, size_t count) {
    static const struct vote_result late = {.outcome = OUTCOME_UNAVAILABLE};
    int64_t now_us = time_monotonic_us();
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (now_us > lane->taken[i]->deadline_us) {
            settle(lane, lane->taken[i], &late);
        } else {
            lane->taken[kept++] = lane->taken[i];
        }
    }
    return kept;
}

static void *run(void *closure) {
    struct lane *lane = closure;
    size_t count;
    while ((count = take_batch(lane)) > 0) {
        count = drop_late(lane, count);
        if (count == 0) {
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            lane->items[i] = (struct batch_item){.vote = lane->taken[i]->vote};
        }
        atomic_fetch_add(&lane->options.counts->batches, 1);
        atomic_fetch_add(&lane->options.counts->batched, count);
        pulse_begin(&lane->pulse);
        commit_range(lane, 0, count);
        pulse_end(&lane->pulse);
    }
    atomic_store(&lane->finished, true);
    return NULL;
}

int64_t lane_stuck_us(struct lane *lane) {
    return pulse_stuck_us(&lane->pulse);
}

struct lane *lane_start(const struct lane_options *options) {
    struct lane *lane = calloc(1, sizeof *lane);
    if (!lane) {
        return NULL;
    }
    lane->options = *options;
    lane->last = &lane->first;
    lane->tools.slot = options->slot;
    lane->tools.lone_statement = !options->per_account && !options->quiet;
    lane->tools.quiet = options->quiet;
    lane->tools.deadline_ms = options->commit_deadline_ms;
    lane->tools.scorer = options->scorer;
    pthread_mutex_init(&lane->lock, NULL);
    pthread_cond_init(&lane->wake, NULL);
    if (pthread_create(&lane->thread, NULL, run, lane) != 0) {
        log_error("could not start an intake lane");
        free(lane);
        return NULL;
    }
    return lane;
}

void lane_finish(struct lane *lane, int64_t deadline_us) {
    pthread_mutex_lock(&lane->lock);
    lane->stopping = true;
    lane->stop_deadline_us = deadline_us;
    pthread_cond_signal(&lane->wake);
    pthread_mutex_unlock(&lane->lock);
}

bool lane_finished(struct lane *lane) {
    return atomic_load(&lane->finished);
}

void lane_free(struct lane *lane) {
    pthread_join(lane->thread, NULL);
    batch_tools_clear(&lane->tools);
    pthread_mutex_destroy(&lane->lock);
    pthread_cond_destroy(&lane->wake);
    free(lane);
}
