#include "domain/demo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/time.h"
#include "domain/demo_draws.h"
#include "domain/demo_words.h"

#define HOUR_US      (3600 * US_PER_SECOND)
#define DAYS_OF_WEEK 7
#define CUSTOMERS    40000

#define SHARE_ANSWERING  0.40
#define SHARE_HELD       0.03
#define SHARE_TRANSFERS  0.12
#define SHARE_CSAT       0.92
#define SHARE_NPS        0.85
#define SHARE_COMMENTS   0.22
#define BAD_WEEK_KEEPS   0.4 /* of the share who feel understood */
#define LONGEST_DELAY_US (5 * US_PER_DAY)

static int draw_word(struct draws *draws, const struct demo_word words[], int count) {
    int weights[8];
    for (int i = 0; i < count; i++) {
        weights[i] = words[i].weight;
    }
    return draw_weighted(draws, weights, count);
}

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

/* How busy a moment is, 0..1: Monday is the busiest day, ten and three o'clock the busiest hours.
 */
static double busyness(int64_t time_us) {
    static const double days[DAYS_OF_WEEK] = {0.85, 0.72, 0.3, 0.2,
                                              1.0,  0.92, 0.88}; /* Thursday.. */
    static const double hours[24] = {.04, .03, .02, .02, .03, .06, .15, .35, .65, .9, 1.0, .95,
                                     .75, .8,  .92, .95, .85, .7,  .5,  .38, .3,  .2, .12, .07};
    return days[time_us / US_PER_DAY % DAYS_OF_WEEK] * hours[time_us / HOUR_US % 24];
}

static int64_t draw_moment(const struct demo_plan *plan, struct draws *draws) {
    int64_t time_us;
    do {
        double share = draw_unit(draws);
        time_us = plan->begin_us + (int64_t)(share * (double)(plan->end_us - plan->begin_us));
    } while (!happens(draws, busyness(time_us)));
    return time_us;
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

static void fill_customer(struct draws *draws, struct contact *contact) {
    int customer = draw_below(draws, CUSTOMERS);
    char text[64];
    snprintf(text, sizeof text, "customer-%05d", customer);
    contact->customer_ref = strdup(text);
    snprintf(text, sizeof text, "customer-%05d@example.com", customer);
    contact->customer_email = strdup(text);
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

static void fill_contact(struct draws *draws, int agent, int language, struct contact *contact) {
    fill_agents(draws, agent, contact);
    fill_customer(draws, contact);
    contact->team = strdup(demo_teams[agent % DEMO_TEAMS]);
    contact->channel = strdup(demo_channels[draw_word(draws, demo_channels, DEMO_CHANNELS)].word);
    contact->reason = strdup(demo_reasons[draw_word(draws, demo_reasons, DEMO_REASONS)].word);
    contact->language = strdup(demo_languages[language].word);
    fill_handling(draws, contact);
}

static enum understood draw_understood(struct draws *draws, double rate) {
    if (happens(draws, rate)) {
        return UNDERSTOOD_YES;
    }
    return happens(draws, 0.55) ? UNDERSTOOD_PARTLY : UNDERSTOOD_NO;
}

static void fill_answers(struct draws *draws, double rate, int language, struct answers *answers) {
    static const int csat[3][5] = {{0, 1, 9, 35, 55}, {5, 20, 40, 27, 8}, {45, 30, 19, 5, 1}};
    static const int nps[3][11] = {{0, 0, 0, 1, 1, 3, 4, 12, 24, 25, 30},
                                   {2, 2, 4, 6, 9, 18, 18, 20, 14, 5, 2},
                                   {25, 12, 13, 13, 10, 12, 7, 5, 2, 1, 0}};
    *answers = ANSWERS_NONE;
    answers->understood = draw_understood(draws, rate);
    int felt = (int)answers->understood - (int)UNDERSTOOD_YES;
    if (happens(draws, SHARE_CSAT)) {
        answers->csat = CSAT_MIN + draw_weighted(draws, csat[felt], 5);
    }
    if (happens(draws, SHARE_NPS)) {
        answers->nps = NPS_MIN + draw_weighted(draws, nps[felt], 11);
    }
    if (happens(draws, SHARE_COMMENTS)) {
        answers->comment = strdup(demo_comments[language][felt][draw_below(draws, DEMO_COMMENTS)]);
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
           contact->language && contact->customer_ref && contact->customer_email;
}

/* A draw that would lie ahead of us happened at the same hour a week earlier. */
static int64_t not_ahead(const struct demo_plan *plan, int64_t time_us) {
    while (time_us > plan->now_us) {
        time_us -= DAYS_OF_WEEK * US_PER_DAY;
    }
    return time_us;
}

bool demo_contact_make(const struct demo_plan *plan, uint64_t index, struct demo_contact *made) {
    struct draws times = draws_for(plan->seed, index, 't');
    struct draws draws = draws_for(plan->seed, index, 'c');
    int64_t moment_us = draw_moment(plan, &times);
    int agent = draw_below(&draws, DEMO_AGENTS);
    int language = draw_word(&draws, demo_languages, DEMO_LANGUAGES);
    bool bad = agent % DEMO_TEAMS == plan->bad_team && moment_us >= plan->bad_from_us &&
               moment_us < plan->bad_to_us;

    *made = (struct demo_contact){.contact = CONTACT_NONE};
    made->contact.solved_at_us = not_ahead(plan, moment_us);
    fill_ref(plan, index, &made->contact);
    fill_contact(&draws, agent, language, &made->contact);
    made->answered = happens(&draws, SHARE_ANSWERING);
    made->held = happens(&draws, SHARE_HELD);
    fill_answers(&draws, plan->rates[agent] * (bad ? BAD_WEEK_KEEPS : 1), language, &made->answers);

    int64_t sent_us = made->contact.solved_at_us + (5 + draw_below(&times, 25)) * HOUR_US / 60;
    int64_t delay_us = (int64_t)(-log(1 - draw_unit(&times)) * 5 * (double)HOUR_US);
    made->invited_at_us = earlier(sent_us, plan->now_us);
    made->answered_at_us =
        earlier(made->invited_at_us + earlier(delay_us, LONGEST_DELAY_US), plan->now_us);
    return is_whole(made);
}

void demo_contact_clear(struct demo_contact *made) {
    contact_clear(&made->contact);
    answers_clear(&made->answers);
}
