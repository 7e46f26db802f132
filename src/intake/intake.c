#include "intake/intake.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/time.h"
#include "intake/batch.h"
#include "intake/lane.h"

#define LANES_MAX    2
#define STOP_STEP_NS 2000000

struct intake {
    struct db *db; /* owned; a connection for each lane */
    struct running_keys *keys;
    struct intake_counts counts;
    bool per_account;
    unsigned lane_count;
    struct lane *lanes[LANES_MAX];
};

static bool start_lanes(struct intake *intake, const struct intake_options *options) {
    unsigned batch_max =
        options->batch_max < BATCH_VOTES_MAX ? options->batch_max : BATCH_VOTES_MAX;
    unsigned lanes = options->lanes < LANES_MAX ? options->lanes : LANES_MAX;
    for (; intake->lane_count < lanes; intake->lane_count++) {
        struct lane_options lane = {
            .db = intake->db,
            .keys = intake->keys,
            .counts = &intake->counts,
            .scorer = options->scorer,
            .tell = options->tell,
            .tell_context = options->tell_context,
            .batch_max = batch_max,
            .queue_max = options->queue_max,
            .commit_deadline_ms = options->commit_deadline_ms,
            .per_account = options->per_account,
            .quiet = options->quiet,
            .slot = (int)(options->instance * LANES_MAX + intake->lane_count),
        };
        intake->lanes[intake->lane_count] = lane_start(&lane);
        if (!intake->lanes[intake->lane_count]) {
            return false;
        }
    }
    return true;
}

struct intake *intake_start(const struct intake_options *options) {
    struct intake *intake = calloc(1, sizeof *intake);
    if (!intake) {
        return NULL;
    }
    struct db_options database = *options->database;
    database.connections = LANES_MAX;
    database.plan_once = true;
    intake->per_account = options->per_account;
    intake->db = db_open(&database);
    intake->keys = running_keys_new((size_t)options->queue_max * LANES_MAX + 2UL * BATCH_VOTES_MAX);
    if (!intake->db || !intake->keys || !start_lanes(intake, options)) {
        intake_stop(intake, 0);
        return NULL;
    }
    return intake;
}

/* False when some have not finished by then. */
static bool wait_for_lanes(const struct intake *intake, int64_t deadline_us) {
    unsigned finished = 0;
    while (finished < intake->lane_count && time_monotonic_us() < deadline_us) {
        if (lane_finished(intake->lanes[finished])) {
            finished++;
        } else {
            nanosleep(&(struct timespec){.tv_nsec = STOP_STEP_NS}, NULL);
        }
    }
    return finished == intake->lane_count;
}

void intake_stop(struct intake *intake, unsigned deadline_ms) {
    int64_t deadline_us = time_monotonic_us() + deadline_ms * INT64_C(1000);
    for (unsigned i = 0; i < intake->lane_count; i++) {
        lane_finish(intake->lanes[i], deadline_us);
    }
    if (!wait_for_lanes(intake, deadline_us)) {
        db_hurry(intake->db); /* its attempt is not ended by the deadline, but by its own */
    }
    for (unsigned i = 0; i < intake->lane_count; i++) {
        lane_free(intake->lanes[i]);
    }
    if (intake->keys) {
        running_keys_free(intake->keys);
    }
    db_close(intake->db);
    free(intake);
}

bool intake_alive(struct intake *intake, int64_t patience_us) {
    bool alive = true;
    for (unsigned i = 0; i < intake->lane_count; i++) {
        if (lane_stuck_us(intake->lanes[i]) > patience_us) {
            log_error("lane %u is stuck", i);
            alive = false;
        }
    }
    return alive;
}

/*
 * A contact's votes always take the same lane, so that they keep their order. On Citus
 * (per_account) so do an account's: one lane then talks to one shard.
 */
static struct lane *lane_of(struct intake *intake, const struct vote *vote) {
    uint64_t hash = (uint64_t)vote->account_id * UINT64_C(0x9E3779B97F4A7C15);
    for (const char *at = intake->per_account ? "" : vote->contact.ref; *at; at++) {
        hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    }
    return intake->lanes[(hash >> 32) % intake->lane_count];
}

enum submission intake_submit(struct intake *intake, struct vote *vote, int64_t deadline_us,
                              vote_done *done, void *context) {
    struct pending_vote *pending = malloc(sizeof *pending);
    if (!pending) {
        return SUBMISSION_QUEUE_FULL;
    }
    *pending = (struct pending_vote){
        .vote = vote, .deadline_us = deadline_us, .done = done, .context = context};
    enum key_claim claim = running_keys_claim(intake->keys, vote);
    if (claim == KEY_CLAIMED && lane_push(lane_of(intake, vote), pending)) {
        return SUBMITTED;
    }
    if (claim == KEY_CLAIMED) {
        running_keys_release(intake->keys, vote);
    }
    free(pending);
    return claim == KEY_RUNNING ? SUBMISSION_KEY_RUNNING : SUBMISSION_QUEUE_FULL;
}

static void append_metric(struct text *text, const char *name, const char *type, const char *help,
                          int64_t value) {
    text_append_format(text, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n", name, help, name, type,
                       name, value);
}

static void append_votes(const struct intake_counts *counts, struct text *text) {
    const struct {
        const char *result;
        const atomic_uint_fast64_t *count;
    } rows[] = {
        {"created", &counts->created}, {"changed", &counts->changed},
        {"held", &counts->held},       {"replayed", &counts->replayed},
        {"refused", &counts->refused}, {"unavailable", &counts->unavailable},
    };
    text_append(text, "# HELP understood_votes_total Votes by how they ended.\n"
                      "# TYPE understood_votes_total counter\n");
    for (size_t i = 0; i < COUNT(rows); i++) {
        text_append_format(text, "understood_votes_total{result=\"%s\"} %" PRIuFAST64 "\n",
                           rows[i].result, atomic_load(rows[i].count));
    }
}

void intake_append_metrics(const struct intake *intake, struct text *text) {
    const struct intake_counts *counts = &intake->counts;
    append_votes(counts, text);
    append_metric(text, "understood_intake_batches_total", "counter",
                  "Transactions that stored votes.", (int64_t)atomic_load(&counts->batches));
    append_metric(text, "understood_intake_batched_votes_total", "counter",
                  "Votes in those transactions.", (int64_t)atomic_load(&counts->batched));
    append_metric(text, "understood_intake_retries_total", "counter",
                  "Transactions that were run again.", (int64_t)atomic_load(&counts->retries));
    append_metric(text, "understood_intake_waiting_votes", "gauge", "Votes waiting for a lane.",
                  (int64_t)atomic_load(&counts->waiting));
}
