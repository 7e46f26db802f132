#include "domain/demo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/time.h"
#include "domain/demo_draws.h"
#include "domain/demo_traits.h"
#include "domain/demo_words.h"

#define HOUR_US      (3600 * US_PER_SECOND)
#define DAYS_OF_WEEK 7

#define SHARE_ANSWERING  0.40
#define SHARE_HELD       0.03
#define SHARE_TRANSFERS  0.12
#define SHARE_CSAT       0.92
#define SHARE_NPS        0.85
#define SHARE_COMMENTS   0.22
#define SHARE_REASSIGNED 0.03
#define NO_ADDRESS_EACH  25 /* customers one has no email address */
#define LONGEST_DELAY_US (5 * US_PER_DAY)

const char *demo_team_name(int team) {
    return demo_teams[team];
}

struct demo_plan demo_plan_of(uint64_t seed, int days, int64_t now_us) {
    struct draws draws = draws_for(seed, 0, 'p');
    struct demo_plan plan = {.seed = seed, .now_us = now_us};
    plan.end_us = now_us - now_us % US_PER_DAY + US_PER_DAY;
    plan.begin_us = plan.end_us - days * US_PER_DAY;
    plan.bad_team = draw_below(&draws, DEMO_TEAMS);
    plan.bad_from_us = plan.end_us - (days * 2 / 5 + 1) * US_PER_DAY;
    plan.bad_to_us = plan.bad_from_us + DAYS_OF_WEEK * US_PER_DAY;
    double team_rates[DEMO_TEAMS];
    for (int i = 0; i < DEMO_TEAMS; i++) {
        team_rates[i] = 0.56 + 0.22 * draw_unit(&draws);
    }
    for (int i = 0; i < DEMO_AGENTS; i++) {
        double rate = team_rates[i % DEMO_TEAMS] + 0.3 * (draw_unit(&draws) - 0.5);
        plan.rates[i] = fmin(fmax(rate, 0.25), 0.93);
    }
    return plan;
}

static int64_t earlier(int64_t one_us, int64_t other_us) {
    return one_us < other_us ? one_us : other_us;
}

static char *agent_name(int agent) {
    char name[32];
    snprintf(name, sizeof name, "%s.%c", demo_first_names[agent % DEMO_FIRST_NAMES],
             'a' + agent / DEMO_FIRST_NAMES);
    return strdup(name);
}

/* The primary agent and, after a transfer, a second one of the same team. */
static void fill_agents(struct draws *draws, int agent, struct contact *contact) {
    contact->agents[contact->agent_count++] = agent_name(agent);
    int other = (agent + DEMO_TEAMS) % DEMO_AGENTS;
    if (happens(draws, SHARE_TRANSFERS) && other % DEMO_TEAMS == agent % DEMO_TEAMS) {
        contact->agents[contact->agent_count++] = agent_name(other);
    }
}

static bool has_address(int customer) {
    return customer % NO_ADDRESS_EACH != 0;
}

static void fill_customer(int customer, struct contact *contact) {
    char text[64];
    snprintf(text, sizeof text, "customer-%05d", customer);
    contact->customer_ref = strdup(text);
    if (has_address(customer)) {
        snprintf(text, sizeof text, "customer-%05d@example.com", customer);
        contact->customer_email = strdup(text);
    }
}

static void fill_ref(const struct demo_plan *plan, uint64_t index, struct contact *contact) {
    char ref[48];
    snprintf(ref, sizeof ref, "demo-%llu-%llu", (unsigned long long)plan->seed,
             (unsigned long long)index);
    contact->ref = strdup(ref);
}

static void fill_handling(struct draws *draws, struct contact *contact) {
    contact->handled_s = 90 + draw_below(draws, 1500);
    contact->opened_at_us = contact->solved_at_us - contact->handled_s * US_PER_SECOND -
                            draw_below(draws, 48) * HOUR_US / 2;
    bool complaint = contact->reason && strcmp(contact->reason, "complaint") == 0;
    if (complaint && happens(draws, 0.25)) {
        contact->credit_amount_milli = (1 + draw_below(draws, 10)) * INT64_C(5000);
    }
}

static const char *draw_channel(struct draws *draws) {
    int weights[DEMO_CHANNELS];
    for (int i = 0; i < DEMO_CHANNELS; i++) {
        weights[i] = demo_channels[i].weight;
    }
    return demo_channels[draw_weighted(draws, weights, DEMO_CHANNELS)].word;
}

static void fill_contact(struct draws *draws, const struct demo_traits *traits,
                         struct contact *contact) {
    fill_agents(draws, traits->agent, contact);
    fill_customer(traits->customer, contact);
    contact->team = strdup(demo_teams[traits->agent % DEMO_TEAMS]);
    contact->channel = strdup(draw_channel(draws));
    contact->reason = strdup(demo_reasons[traits->reason].word);
    contact->language = strdup(demo_languages[traits->language].word);
    contact->solved_at_us = traits->solved_at_us;
    fill_handling(draws, contact);
}

static void fill_answers(struct draws *draws, const struct demo_traits *traits,
                         struct answers *answers) {
    static const int csat[3][5] = {{0, 1, 9, 35, 55}, {5, 20, 40, 27, 8}, {45, 30, 19, 5, 1}};
    static const int nps[3][11] = {{0, 0, 0, 1, 1, 3, 4, 12, 24, 25, 30},
                                   {2, 2, 4, 6, 9, 18, 18, 20, 14, 5, 2},
                                   {25, 12, 13, 13, 10, 12, 7, 5, 2, 1, 0}};
    *answers = ANSWERS_NONE;
    answers->understood = traits->felt;
    int felt = (int)answers->understood - (int)UNDERSTOOD_YES;
    if (happens(draws, SHARE_CSAT)) {
        answers->csat = CSAT_MIN + draw_weighted(draws, csat[felt], 5);
    }
    if (happens(draws, SHARE_NPS)) {
        answers->nps = NPS_MIN + draw_weighted(draws, nps[felt], 11);
    }
    if (happens(draws, SHARE_COMMENTS)) {
        answers->comment =
            strdup(demo_comments[traits->language][felt][draw_below(draws, DEMO_COMMENTS)]);
    }
}

static bool is_whole(const struct demo_contact *made) {
    const struct contact *contact = &made->contact;
    for (size_t i = 0; i < contact->agent_count; i++) {
        if (!contact->agents[i]) {
            return false;
        }
    }
    return contact->ref && contact->team && contact->channel && contact->reason &&
           contact->language && contact->customer_ref;
}

/* When the customer is asked and answers. */
static void fill_times(const struct demo_plan *plan, struct draws *times,
                       struct demo_contact *made) {
    int64_t sent_us = made->contact.solved_at_us + (5 + draw_below(times, 25)) * HOUR_US / 60;
    int64_t delay_us = (int64_t)(-log(1 - draw_unit(times)) * 5 * (double)HOUR_US);
    made->invited_at_us = earlier(sent_us, plan->now_us);
    made->answered_at_us =
        earlier(made->invited_at_us + earlier(delay_us, LONGEST_DELAY_US), plan->now_us);
}

/* Another of the team, in place of all who had it. */
static bool reassign(struct draws *draws, int agent, struct demo_contact *made) {
    int other = (agent + 2 * DEMO_TEAMS) % DEMO_AGENTS;
    if (!happens(draws, SHARE_REASSIGNED) || other % DEMO_TEAMS != agent % DEMO_TEAMS) {
        return true;
    }
    made->taken_over_by = agent_name(other);
    return made->taken_over_by != NULL;
}

bool demo_contact_make(const struct demo_plan *plan, uint64_t index, struct demo_contact *made) {
    struct demo_traits traits = demo_traits_of(plan, index);
    struct draws draws = draws_for(plan->seed, index, 'd');
    struct draws times = draws_for(plan->seed, index, 'i');
    *made = (struct demo_contact){.contact = CONTACT_NONE};
    fill_ref(plan, index, &made->contact);
    fill_contact(&draws, &traits, &made->contact);
    made->asked = !traits.came_back && has_address(traits.customer);
    made->answered = happens(&draws, SHARE_ANSWERING) && made->asked;
    made->held = happens(&draws, SHARE_HELD);
    fill_answers(&draws, &traits, &made->answers);
    fill_times(plan, &times, made);
    return reassign(&draws, traits.agent, made) && is_whole(made);
}

void demo_contact_clear(struct demo_contact *made) {
    contact_clear(&made->contact);
    answers_clear(&made->answers);
    free(made->taken_over_by);
}
