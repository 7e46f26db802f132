#include "cli/import_votes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/time.h"
#include "cli/own_intake.h"

#define UNDERWAY_MAX  8192 /* votes handed in and not yet answered: batches for each lane wait */
#define UNDERWAY_GOOD 6144 /* then it is worth handing in more */
#define BATCH_MAX     1024 /* the more, the fewer sums are written; nobody waits for a single one */
#define WINDOW        8192 /* rows that are put in the order of time: days fold into fewer sums */
#define CORES_FOR_TWO 4    /* a lane keeps one busy here and one in PostgreSQL */
#define VOTE_WAIT_US  (60 * US_PER_SECOND)

/* Shared with the lanes. */
struct import_votes {
    struct import *import; /* lent */
    struct own_intake own;
    struct underway *window[WINDOW]; /* owned, with their votes: not handed in yet */
    size_t waiting;
    pthread_mutex_t lock;
    pthread_cond_t fewer;
    int underway;
    int awaited; /* fewer is signalled once so many are left */
};

/* A row whose vote is under way. */
struct underway {
    struct import_votes *votes;
    struct vote *vote; /* the lane's, once it is handed in */
    struct row_place place;
    char raw[];
};

static void free_vote(struct vote *vote) {
    vote_clear(vote);
    free(vote);
}

static const char *refusal_of(const struct vote_result *result) {
    static const struct {
        const char *code;
        const char *reason;
    } reasons[] = {
        {"edit_window_closed",
         "this contact was answered before, and the time to change the answer was over"},
        {"newer_answer_stored", "a newer answer of this contact is stored"},
        {"answered_already", "this contact has an answer that came by a better way"},
    };
    for (size_t i = 0; result->code && i < COUNT(reasons); i++) {
        if (strcmp(result->code, reasons[i].code) == 0) {
            return reasons[i].reason;
        }
    }
    switch (result->outcome) {
    case OUTCOME_CONFLICT:
        return "its id is that of another contact's answer";
    case OUTCOME_NOT_FOUND:
        return "its survey was deleted meanwhile";
    case OUTCOME_OK:
    case OUTCOME_UNAVAILABLE:
    case OUTCOME_REJECTED:
    case OUTCOME_FAILED:
    default:
        return "the database cannot store it; look for characters or numbers that are out of the "
               "ordinary";
    }
}

/* An id that the file says may be that of something else. */
static bool is_its_own(const struct vote *vote, const struct survey_response *response) {
    return strcmp(vote->contact.ref, response->contact.ref) == 0 &&
           strcmp(vote->survey, response->survey) == 0;
}

static void count_stored(struct import_counts *counts, const struct vote_result *result) {
    if (result->replayed) {
        atomic_fetch_add(&counts->known, 1);
    } else if (result->effect == EFFECT_CHANGED) {
        atomic_fetch_add(&counts->changed, 1);
    } else {
        atomic_fetch_add(&counts->stored, 1);
    }
}

static void note_end(const struct underway *underway, const struct vote_result *result) {
    struct import *import = underway->votes->import;
    static const struct vote_result conflict = {.outcome = OUTCOME_CONFLICT};
    if (result->outcome == OUTCOME_UNAVAILABLE || result->outcome == OUTCOME_FAILED) {
        atomic_fetch_add(&import->counts.lost, 1);
        return;
    }
    if (result->outcome == OUTCOME_OK && !is_its_own(underway->vote, result->response)) {
        result = &conflict;
    }
    if (result->outcome == OUTCOME_OK) {
        count_stored(&import->counts, result);
    } else {
        import_rejects_add_one(&import->rejects, &underway->place, "", refusal_of(result));
    }
}

static void one_less(struct import_votes *votes) {
    pthread_mutex_lock(&votes->lock);
    if (--votes->underway == votes->awaited) {
        pthread_cond_signal(&votes->fewer);
    }
    pthread_mutex_unlock(&votes->lock);
}

/* On a lane's thread. */
static void vote_ended(void *context, const struct vote_result *result) {
    struct underway *underway = context;
    struct import_votes *votes = underway->votes;
    note_end(underway, result);
    free(underway);
    one_less(votes);
}

/* ---- handing in ---- */

static void wait_until(struct import_votes *votes, int most) {
    pthread_mutex_lock(&votes->lock);
    votes->awaited = most;
    while (votes->underway > most) {
        pthread_cond_wait(&votes->fewer, &votes->lock);
    }
    votes->awaited = -1;
    pthread_mutex_unlock(&votes->lock);
}

/* Waits for room. */
static void one_more(struct import_votes *votes) {
    pthread_mutex_lock(&votes->lock);
    bool full = ++votes->underway > UNDERWAY_MAX;
    pthread_mutex_unlock(&votes->lock);
    if (full) {
        wait_until(votes, UNDERWAY_GOOD);
    }
}

static struct underway *underway_new(struct import_votes *votes, struct vote *vote,
                                     const struct row_place *place) {
    struct underway *underway = malloc(sizeof *underway + place->raw_length);
    if (underway) {
        *underway = (struct underway){.votes = votes, .vote = vote, .place = *place};
        memcpy(underway->raw, place->raw, place->raw_length);
        underway->place.raw = underway->raw;
    }
    return underway;
}

static bool lose(struct import_votes *votes, struct vote *vote, struct underway *underway) {
    atomic_fetch_add(&votes->import->counts.lost, 1);
    free_vote(vote);
    free(underway);
    return false;
}

static bool hand_in(struct import_votes *votes, struct underway *underway) {
    one_more(votes);
    if (intake_submit(votes->own.intake, underway->vote, time_monotonic_us() + VOTE_WAIT_US,
                      vote_ended, underway) == SUBMITTED) {
        return true;
    }
    one_less(votes);
    return lose(votes, underway->vote, underway);
}

static int compare_times(const void *one, const void *other) {
    const struct underway *first = *(struct underway *const *)one;
    const struct underway *second = *(struct underway *const *)other;
    int64_t at = first->vote->answered_at_us;
    int64_t then = second->vote->answered_at_us;
    if (at != then) {
        return at < then ? -1 : 1;
    }
    return first->place.line < second->place.line ? -1 : 1;
}

/* After a loss the rest is lost as well: whoever runs it again begins with what is missing. */
static bool hand_in_window(struct import_votes *votes) {
    qsort(votes->window, votes->waiting, sizeof(struct underway *), compare_times);
    bool good = atomic_load(&votes->import->counts.lost) == 0;
    for (size_t i = 0; i < votes->waiting; i++) {
        struct underway *underway = votes->window[i];
        good = good ? hand_in(votes, underway) : lose(votes, underway->vote, underway);
    }
    votes->waiting = 0;
    return good;
}

bool import_votes_submit(struct import_votes *votes, struct vote *vote,
                         const struct row_place *place) {
    struct underway *underway = underway_new(votes, vote, place);
    if (!underway) {
        return lose(votes, vote, NULL);
    }
    votes->window[votes->waiting++] = underway;
    return votes->waiting < WINDOW || hand_in_window(votes);
}

/* ---- beginning and end ---- */

struct import_votes *import_votes_start(struct import *import) {
    struct import_votes *votes = calloc(1, sizeof *votes);
    if (!votes) {
        return NULL;
    }
    votes->import = import;
    votes->awaited = -1;
    struct own_intake_options wanted = {
        .lanes = sysconf(_SC_NPROCESSORS_ONLN) >= CORES_FOR_TWO ? 2 : 1,
        .batch_max = BATCH_MAX,
        .queue_max = UNDERWAY_MAX + 1,
    };
    if (!own_intake_start(&votes->own, &import->database, import->config, &wanted)) {
        free(votes);
        return NULL;
    }
    pthread_mutex_init(&votes->lock, NULL);
    pthread_cond_init(&votes->fewer, NULL);
    return votes;
}

void import_votes_stop(struct import_votes *votes) {
    hand_in_window(votes);
    wait_until(votes, 0);
    own_intake_stop(&votes->own);
    pthread_cond_destroy(&votes->fewer);
    pthread_mutex_destroy(&votes->lock);
    free(votes);
}
