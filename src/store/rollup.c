#include "store/rollup.h"

#include "store/rollup_delta.h"

#define NO_CHOICE ((struct rollup_delta){.question = "", .choice = ""})

/* Counts in one dimension; a contact without a value there has no row. */
static void count_in(struct rollup_deltas *deltas, struct rollup_delta *delta,
                     const char *dimension, const char *value) {
    if (!value) {
        return;
    }
    delta->dimension = dimension;
    delta->value = value;
    rollup_delta_add(deltas, delta);
}

/* what: the question and choice of the delta, and its counters. */
static void count_everywhere(struct rollup_deltas *deltas, const struct rollup_place *place,
                             const struct rollup_delta *what) {
    struct rollup_delta delta = *what;
    delta.account_id = place->account_id;
    delta.survey = place->survey;
    delta.day = place->day;
    const struct contact *contact = place->contact;
    count_in(deltas, &delta, "source", place->source);
    if (source_is_unverified(place->source)) {
        return;
    }
    count_in(deltas, &delta, "all", "");
    for (size_t i = 0; i < contact->agent_count; i++) {
        count_in(deltas, &delta, "agent", contact->agents[i]);
    }
    count_in(deltas, &delta, "team", contact->team);
    count_in(deltas, &delta, "channel", contact->channel);
    count_in(deltas, &delta, "reason", contact->reason);
    count_in(deltas, &delta, "language", contact->language);
}

static enum counter nps_counter(int nps) {
    if (nps >= 9) {
        return COUNTER_PROMOTERS;
    }
    return nps >= 7 ? COUNTER_PASSIVES : COUNTER_DETRACTORS;
}

static void count_answers(struct counters *counters, const struct answers *answers, int sign) {
    static const enum counter understood[] = {
        [UNDERSTOOD_YES] = COUNTER_YES,
        [UNDERSTOOD_PARTLY] = COUNTER_PARTLY,
        [UNDERSTOOD_NO] = COUNTER_NO,
    };
    if (answers->understood != UNDERSTOOD_NONE) {
        counters->sums[understood[answers->understood]] += sign;
    }
    if (answers->csat != CSAT_NONE) {
        counters->sums[COUNTER_CSAT_1 + answers->csat - CSAT_MIN] += sign;
    }
    if (answers->nps != NPS_NONE) {
        counters->sums[nps_counter(answers->nps)] += sign;
    }
    if (answers->ces != CES_NONE) {
        counters->sums[COUNTER_CES_1 + answers->ces - CES_MIN] += sign;
    }
}

/* Each choice, and for each question, as choice "", that it was answered. */
static void count_choices(struct rollup_deltas *deltas, const struct rollup_place *place,
                          const struct extras *extras, int sign) {
    struct rollup_delta delta = {.counters = {.sums = {[COUNTER_N] = sign}}};
    for (size_t i = 0; i < extras->count && extras->list[i].kind == EXTRA_CHOICE; i++) {
        delta.question = extras->list[i].question;
        if (extras_starts_question(extras, i)) {
            delta.choice = "";
            count_everywhere(deltas, place, &delta);
        }
        delta.choice = extras->list[i].value;
        count_everywhere(deltas, place, &delta);
    }
}

void rollup_count_response(struct rollup_deltas *deltas, const struct rollup_place *place,
                           const struct survey_response *response, int sign) {
    struct rollup_delta delta = NO_CHOICE;
    int64_t *sums = delta.counters.sums;
    if (response->trust == TRUST_DISCARDED) {
        return;
    }
    if (response->trust == TRUST_PROVISIONAL) {
        sums[COUNTER_PROVISIONAL] = sign;
    } else {
        sums[COUNTER_N] = sign;
        sums[COUNTER_ANSWERED] = response->has_invitation ? sign : 0;
        sums[COUNTER_SCORED] = response->estimate.has_frustration ? sign : 0;
        sums[COUNTER_FRUSTRATED] = estimate_frustrated(&response->estimate) ? sign : 0;
        count_answers(&delta.counters, &response->answers, sign);
    }
    count_everywhere(deltas, place, &delta);
    if (response->trust == TRUST_CONFIRMED) {
        count_choices(deltas, place, &response->answers.extras, sign);
    }
}

/* Duplicates are never kept, and so not counted. */
static const enum counter skipped_counters[SKIP_REASONS] = {
    [SKIP_NONE] = COUNTERS,
    [SKIP_FATIGUE] = COUNTER_SKIPPED_FATIGUE,
    [SKIP_SUPPRESSED] = COUNTER_SKIPPED_SUPPRESSED,
    [SKIP_NO_ADDRESS] = COUNTER_SKIPPED_NO_ADDRESS,
    [SKIP_DUPLICATE] = COUNTERS,
    [SKIP_SAMPLED_OUT] = COUNTER_SKIPPED_SAMPLED_OUT,
    [SKIP_EXPIRED] = COUNTER_SKIPPED_EXPIRED,
    [SKIP_REOPENED] = COUNTER_SKIPPED_REOPENED,
    [SKIP_ANSWERED] = COUNTER_SKIPPED_ANSWERED,
    [SKIP_ARCHIVED] = COUNTER_SKIPPED_ARCHIVED,
};

void rollup_count_invitation(struct rollup_deltas *deltas, const struct rollup_place *place,
                             enum verdict verdict, enum skip_reason reason, int sign) {
    struct rollup_delta delta = NO_CHOICE;
    int64_t *sums = delta.counters.sums;
    if (verdict != VERDICT_SKIPPED) {
        sums[COUNTER_INVITED] = sign;
        sums[COUNTER_BOUNCED] = verdict == VERDICT_BOUNCED ? sign : 0;
    } else if (skipped_counters[reason] != COUNTERS) {
        sums[skipped_counters[reason]] = sign;
    }
    count_everywhere(deltas, place, &delta);
}

void rollup_count_contact(struct rollup_deltas *deltas, const struct rollup_place *place,
                          const struct contact_marks *marks, int sign) {
    struct rollup_place of_all_surveys = *place;
    of_all_surveys.survey = "";
    struct rollup_delta delta = NO_CHOICE;
    int64_t *sums = delta.counters.sums;
    sums[COUNTER_CONTACTS] = sign;
    sums[COUNTER_WITH_CUSTOMER] =
        place->contact->customer_ref || place->contact->customer_email ? sign : 0;
    sums[COUNTER_REPEATED] = marks->repeated ? sign : 0;
    sums[COUNTER_REPEATED_SAME_REASON] = marks->repeated_same_reason ? sign : 0;
    sums[COUNTER_REASSIGNED] = marks->reassigned ? sign : 0;
    count_everywhere(deltas, &of_all_surveys, &delta);
}

void rollup_count_invited_answered(struct rollup_deltas *deltas, const struct rollup_place *place,
                                   int sign) {
    struct rollup_delta delta = NO_CHOICE;
    delta.counters.sums[COUNTER_INVITED_ANSWERED] = sign;
    count_everywhere(deltas, place, &delta);
}
