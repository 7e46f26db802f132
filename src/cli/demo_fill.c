#include "cli/demo_fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/invitation.h"

#define UNDERWAY_MAX  8192 /* votes handed in and not yet answered */
#define VOTE_WAIT_US  (60 * US_PER_SECOND)
#define STEP_CONTACTS INVITATIONS_AT_ONCE_MAX
#define HELD_EVIDENCE "{\"points\":100,\"reasons\":[\"too_fast\"],\"elapsed_ms\":310}"

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

static bool invitation_of(const struct demo *demo, const struct demo_contact *made,
                          struct invitation *invitation) {
    *invitation = INVITATION_NONE;
    invitation->account_id = demo->survey.account_id;
    invitation->id = uuid_new();
    invitation->created_at_us = made->invited_at_us;
    invitation->sent_at_us = made->invited_at_us;
    invitation->expires_at_us = made->invited_at_us + demo->survey.expires_after_days * US_PER_DAY;
    snprintf(invitation->survey, sizeof invitation->survey, "%s", demo->survey.name);
    snprintf(invitation->source, sizeof invitation->source, "demo");
    return contact_copy(&made->contact, &invitation->contact);
}

/* Some contacts on their way: made, invited, then those who answer hand in their vote. */
struct step {
    size_t count;
    struct demo_contact made[STEP_CONTACTS];
    struct invitation invitations[STEP_CONTACTS];
    bool created[STEP_CONTACTS];
};

static void step_free(struct step **step) {
    for (size_t i = 0; *step && i < (*step)->count; i++) {
        demo_contact_clear(&(*step)->made[i]);
        invitation_clear(&(*step)->invitations[i]);
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
            !invitation_of(demo, &step->made[i], &step->invitations[i])) {
            return false;
        }
        answers += step->made[i].answered;
    }
    return true;
}

static bool submit_answers(struct demo *demo, const struct step *step) {
    for (size_t i = 0; i < step->count; i++) {
        const struct demo_contact *made = &step->made[i];
        demo->existing += !step->created[i];
        demo->contacts += step->created[i];
        demo->answers += made->answered;
        bool fresh = made->answered && step->created[i];
        if (fresh && !submit(demo, vote_of(demo, made, &step->invitations[i]))) {
            return false;
        }
    }
    return true;
}

bool demo_step(struct demo *demo) {
    CLEANUP(step_free) struct step *step = calloc(1, sizeof *step);
    return step && make_contacts(demo, step) &&
           store_invitations(demo->connection, INVITATION_ROLLUP_SLOT, step->invitations,
                             step->count, step->created) == OUTCOME_OK &&
           submit_answers(demo, step);
}
