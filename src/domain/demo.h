/*
 * Contacts and answers that look like those of a support centre: weekdays and office hours, 12
 * teams and 200 agents with true rates of their own, one team that has a bad week, and customers
 * who come back, sooner when nobody had understood them. The same seed gives the same contacts and
 * answers; only their times follow the clock.
 */
#ifndef DOMAIN_DEMO_H
#define DOMAIN_DEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/answers.h"
#include "domain/contact.h"
#include "domain/survey.h"

#define DEMO_TEAMS  12
#define DEMO_AGENTS 200

struct demo_plan {
    uint64_t seed;
    int64_t now_us;
    int64_t begin_us; /* of the first day */
    int64_t end_us;   /* of the last day, today */
    int bad_team;
    int64_t bad_from_us;
    int64_t bad_to_us;
    double rates[DEMO_AGENTS]; /* the share of each agent's customers who feel understood */
};

struct demo_plan demo_plan_of(uint64_t seed, int days, int64_t now_us);

/* Borrowed, static. */
const char *demo_team_name(int team);

/* One customer, who may or may not answer. */
struct demo_contact {
    struct contact contact;
    int64_t invited_at_us;
    bool asked; /* not when there is no address, or when the customer came back so soon */
    bool answered;
    bool held; /* the answer looks like a mail scanner's */
    int64_t answered_at_us;
    struct answers answers;
    char *taken_over_by; /* owned; the agent who has the contact before it is answered, or NULL */
};

/* The index-th contact of the plan; false when out of memory. Clear it either way. */
bool demo_contact_make(const struct demo_plan *plan, uint64_t index, struct demo_contact *made);
/* Adds what its customer, who answered, says to survey's own questions and to ces, if it asks them.
 * False when out of memory. */
bool demo_answer_own(const struct demo_plan *plan, uint64_t index, const struct survey *survey,
                     struct demo_contact *made);

void demo_contact_clear(struct demo_contact *made);

#endif
