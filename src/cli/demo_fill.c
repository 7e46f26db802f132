#include "cli/demo_fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/report.h"

#define UNDERWAY_MAX        8192 /* votes handed in and not yet answered */
#define VOTE_WAIT_US        (60 * US_PER_SECOND)
#define STEP_CONTACTS       REPORTS_AT_ONCE_MAX
#define MORE_WORTH_LEARNING 8 /* times as many */
#define HELD_EVIDENCE       "{\"points\":100,\"reasons\":[\"too_fast\"],\"elapsed_ms\":310}"

static void note_result(void *context, const struct vote_result *result) {
    struct tally *tally = context;
    pthread_mutex_lock(&tally->lock);
    tally->underway--;
    if (result->outcome != OUTCOME_OK) {
        tally->lost++;
    } else if (result->effect == EFFECT_HELD) {
        tally->held++;
    } else {
        tally->counted++;
    }
    pthread_cond_signal(&tally->fewer);
    pthread_mutex_unlock(&tally->lock);
}

void demo_wait(struct tally *tally, int64_t most) {
    pthread_mutex_lock(&tally->lock);
    while (tally->underway > most) {
        pthread_cond_wait(&tally->fewer, &tally->lock);
    }
    pthread_mutex_unlock(&tally->lock);
}

static void count_underway(struct tally *tally, int change) {
    pthread_mutex_lock(&tally->lock);
    tally->underway += change;
    pthread_mutex_unlock(&tally->lock);
}

static struct vote *vote_of(const struct demo *demo, const struct demo_contact *made,
                            const struct invitation *invitation) {
    struct vote *vote = calloc(1, sizeof *vote);
    if (!vote) {
        return NULL;
    }
    *vote = (struct vote){
        .account_id = demo->survey.account_id,
        .id = uuid_new(),
        .contact = CONTACT_NONE,
        .answers = ANSWERS_NONE,
        .trust = made->held ? TRUST_PROVISIONAL : TRUST_CONFIRMED,
        .answered_at_us = made->answered_at_us,
        .received_at_us = made->answered_at_us,
        .edit_window_us = demo->survey.edit_window_days * US_PER_DAY,
        .has_invitation = true,
        .invitation_id = invitation->id,
        .evidence = made->held ? strdup(HELD_EVIDENCE) : NULL,
    };
    snprintf(vote->survey, sizeof vote->survey, "%s", demo->survey.name);
    snprintf(vote->source, sizeof vote->source, "demo");
    if (!contact_copy(&made->contact, &vote->contact) ||
        !answers_copy(&made->answers, &vote->answers)) {
        vote_clear(vote);
        free(vote);
        return NULL;
    }
    return vote;
}

/* False when it cannot be handed in at all. */
static bool submit(struct demo *demo, struct vote *vote) {
    if (!vote) {
        return false;
    }
    demo_wait(&demo->tally, UNDERWAY_MAX - 1);
    count_underway(&demo->tally, 1);
    enum submission submission = intake_submit(
        demo->intake, vote, time_monotonic_us() + VOTE_WAIT_US, note_result, &demo->tally);
    for (int most = UNDERWAY_MAX / 2; submission == SUBMISSION_QUEUE_FULL && most > 0; most /= 2) {
        demo_wait(&demo->tally, most);
        submission = intake_submit(demo->intake, vote, time_monotonic_us() + VOTE_WAIT_US,
                                   note_result, &demo->tally);
    }
    if (submission != SUBMITTED) {
        count_underway(&demo->tally, -1);
        vote_clear(vote);
        free(vote);
    }
    return submission == SUBMITTED;
}

static bool report_of(const struct demo *demo, const struct demo_contact *made,
                      struct report *report) {
    *report = REPORT_NONE;
    report->account_id = demo->survey.account_id;
    report->survey = made->asked ? &demo->survey : &demo->unsent;
    report->send = !made->asked;
    report->reported_at_us = made->invited_at_us;
    snprintf(report->source, sizeof report->source, "demo");
    return contact_copy(&made->contact, &report->contact);
}

/* The report that another agent has it now. */
static bool change_of(const struct demo *demo, const struct demo_contact *made,
                      struct report *report) {
    if (!report_of(demo, made, report)) {
        return false;
    }
    struct contact *contact = &report->contact;
    for (size_t i = 0; i < contact->agent_count; i++) {
        free(contact->agents[i]);
        contact->agents[i] = NULL;
    }
    contact->agents[0] = strdup(made->taken_over_by);
    contact->agent_count = contact->agents[0] != NULL;
    report->event = REPORT_CHANGED;
    report->survey = NULL;
    report->send = false;
    return contact->agent_count == 1;
}

/* Some contacts on their way: made, reported, some of them as changed, then those who answer hand
 * in their vote. */
struct step {
    size_t count;
    size_t change_count;
    struct demo_contact made[STEP_CONTACTS];
    struct report reports[STEP_CONTACTS];
    struct report changes[STEP_CONTACTS];
};

static void step_free(struct step **step) {
    for (size_t i = 0; *step && i < (*step)->count; i++) {
        demo_contact_clear(&(*step)->made[i]);
        report_clear(&(*step)->reports[i]);
    }
    for (size_t i = 0; *step && i < (*step)->change_count; i++) {
        report_clear(&(*step)->changes[i]);
    }
    free(*step);
}

/* As many contacts as a step takes, or until enough of them answer. */
static bool make_contacts(struct demo *demo, struct step *step) {
    int64_t answers = demo->answers;
    while (step->count < STEP_CONTACTS && answers < demo->wanted) {
        size_t i = step->count++;
        uint64_t index = demo->next++;
        if (!demo_contact_make(&demo->plan, index, &step->made[i]) ||
            !demo_answer_own(&demo->plan, index, &demo->survey, &step->made[i]) ||
            !report_of(demo, &step->made[i], &step->reports[i])) {
            return false;
        }
        answers += step->made[i].answered;
    }
    return true;
}

static bool settle(const struct demo *demo, struct report reports[], size_t count) {
    return settle_reports_at_once(demo->connection, REPORT_ROLLUP_SLOT, reports, count, false) ==
           OUTCOME_OK;
}

static bool report_changes(const struct demo *demo, struct step *step) {
    for (size_t i = 0; i < step->count; i++) {
        bool changed = step->made[i].taken_over_by && step->reports[i].decided;
        if (changed && !change_of(demo, &step->made[i], &step->changes[step->change_count++])) {
            return false;
        }
    }
    return step->change_count == 0 || settle(demo, step->changes, step->change_count);
}

static bool submit_answers(struct demo *demo, const struct step *step) {
    for (size_t i = 0; i < step->count; i++) {
        const struct demo_contact *made = &step->made[i];
        const struct report *report = &step->reports[i];
        demo->existing += !report->decided;
        demo->invited += report->decided && made->asked;
        demo->skipped += report->decided && !made->asked;
        demo->answers += made->answered;
        bool fresh = made->answered && report->decided;
        if (fresh && !submit(demo, vote_of(demo, made, &report->invitation))) {
            return false;
        }
    }
    return true;
}

/* With the answers in: their table is one of those to be known. */
static bool learn_sizes(struct demo *demo) {
    if (demo->next < demo->known * MORE_WORTH_LEARNING) {
        return true;
    }
    demo->known = demo->next;
    demo_wait(&demo->tally, 0);
    return learn_report_sizes(demo->connection) == OUTCOME_OK;
}

bool demo_step(struct demo *demo) {
    CLEANUP(step_free) struct step *step = calloc(1, sizeof *step);
    return step && make_contacts(demo, step) && settle(demo, step->reports, step->count) &&
           report_changes(demo, step) && submit_answers(demo, step) && learn_sizes(demo);
}
