/* What makes a contact of the demo: who has it, when, about what; and whether its customer had been
 * there before. */
#ifndef DOMAIN_DEMO_TRAITS_H
#define DOMAIN_DEMO_TRAITS_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/answers.h"
#include "domain/demo.h"

struct demo_traits {
    int64_t solved_at_us;
    int agent;
    int language; /* place in demo_languages */
    int reason;   /* place in demo_reasons */
    int customer;
    enum understood felt; /* whether the customer feels understood */
    bool came_back;       /* within a week of the contact before, whose customer it was */
};

/* Of the index-th contact of the plan. Every other one may be of a customer who came back: twice as
 * often and more when that one did not feel understood. */
struct demo_traits demo_traits_of(const struct demo_plan *plan, uint64_t index);

#endif
