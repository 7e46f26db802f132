#include "domain/demo_traits.h"

#include "base/time.h"
#include "domain/demo_draws.h"
#include "domain/demo_words.h"

#define HOUR_US      (3600 * US_PER_SECOND)
#define DAYS_OF_WEEK 7
#define CUSTOMERS    40000

#define SHARE_PARTLY        0.55 /* of those who do not feel understood */
#define SHARE_BACK_CONTENT  0.12 /* of the customers of every other contact, who come back: */
#define SHARE_BACK_OTHERS   0.38 /* those who felt understood, and the others */
#define SHARE_SAME_REASON   0.6  /* of those who come back */
#define BAD_WEEK_KEEPS      0.4  /* of the share who feel understood */
#define DAYS_BEFORE_BACK    2    /* at least, so that it begins when the other is solved */
#define DAYS_BEFORE_BACK_TO 6

static int draw_word(struct draws *draws, const struct demo_word words[], int count) {
    int weights[8];
    for (int i = 0; i < count; i++) {
        weights[i] = words[i].weight;
    }
    return draw_weighted(draws, weights, count);
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

/* A draw that would lie ahead of us happened at the same hour a week earlier. */
static int64_t not_ahead(const struct demo_plan *plan, int64_t time_us) {
    while (time_us > plan->now_us) {
        time_us -= DAYS_OF_WEEK * US_PER_DAY;
    }
    return time_us;
}

static enum understood draw_understood(struct draws *draws, double rate) {
    if (happens(draws, rate)) {
        return UNDERSTOOD_YES;
    }
    return happens(draws, SHARE_PARTLY) ? UNDERSTOOD_PARTLY : UNDERSTOOD_NO;
}

static double rate_of(const struct demo_plan *plan, const struct demo_traits *traits) {
    bool bad = traits->agent % DEMO_TEAMS == plan->bad_team &&
               traits->solved_at_us >= plan->bad_from_us && traits->solved_at_us < plan->bad_to_us;
    return plan->rates[traits->agent] * (bad ? BAD_WEEK_KEEPS : 1);
}

static void feel(const struct demo_plan *plan, uint64_t index, struct demo_traits *traits) {
    struct draws draws = draws_for(plan->seed, index, 'u');
    traits->felt = draw_understood(&draws, rate_of(plan, traits));
}

/* Of somebody who was not there before. */
static struct demo_traits first_traits(const struct demo_plan *plan, uint64_t index) {
    struct draws times = draws_for(plan->seed, index, 't');
    struct draws draws = draws_for(plan->seed, index, 'c');
    struct demo_traits traits = {
        .solved_at_us = not_ahead(plan, draw_moment(plan, &times)),
        .agent = draw_below(&draws, DEMO_AGENTS),
        .language = draw_word(&draws, demo_languages, DEMO_LANGUAGES),
        .reason = draw_word(&draws, demo_reasons, DEMO_REASONS),
        .customer = draw_below(&draws, CUSTOMERS),
    };
    feel(plan, index, &traits);
    return traits;
}

/* Makes them those of the customer before, unless that one did not come back, or not yet. */
static void come_back(const struct demo_plan *plan, uint64_t index, struct demo_traits *traits) {
    struct demo_traits before = first_traits(plan, index - 1);
    struct draws draws = draws_for(plan->seed, index, 'r');
    bool content = before.felt == UNDERSTOOD_YES;
    traits->came_back = happens(&draws, content ? SHARE_BACK_CONTENT : SHARE_BACK_OTHERS);
    int days = DAYS_BEFORE_BACK + draw_below(&draws, DAYS_BEFORE_BACK_TO - DAYS_BEFORE_BACK + 1);
    int64_t again_us = before.solved_at_us + days * US_PER_DAY;
    traits->came_back &= again_us <= plan->now_us;
    if (!traits->came_back) {
        return;
    }
    traits->solved_at_us = again_us;
    traits->customer = before.customer;
    traits->language = before.language;
    traits->reason = happens(&draws, SHARE_SAME_REASON) ? before.reason : traits->reason;
    feel(plan, index, traits);
}

struct demo_traits demo_traits_of(const struct demo_plan *plan, uint64_t index) {
    struct demo_traits traits = first_traits(plan, index);
    if (index % 2 == 1) {
        come_back(plan, index, &traits);
    }
    return traits;
}
