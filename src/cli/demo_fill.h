/* Filling an account with the demo's contacts: invited in bulk, answered through intake. */
#ifndef CLI_DEMO_FILL_H
#define CLI_DEMO_FILL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "domain/demo.h"
#include "domain/survey.h"
#include "intake/intake.h"
#include "store/db.h"

/* What the lanes report back. */
struct tally {
    pthread_mutex_t lock;
    pthread_cond_t fewer;
    int64_t underway;
    int64_t counted;
    int64_t held;
    int64_t lost;
};

struct demo {
    struct demo_plan plan;
    struct survey survey;
    struct survey unsent; /* the same, but its links expire at once: nobody gets a mail by it */
    struct intake *intake;
    struct db_connection *connection; /* for the invitations */
    struct tally tally;
    int64_t wanted;
    int64_t answers; /* handed in */
    int64_t invited;
    int64_t skipped;
    int64_t existing; /* contacts that an earlier run had reported */
    uint64_t next;    /* index of the next contact */
    uint64_t known;   /* as many of them as the planner knows of */
};

/* The next contacts, at most a thousand: made, invited, their votes handed in. False, with the
 * cause logged, when something failed. Until demo->answers reaches demo->wanted. */
bool demo_step(struct demo *demo);

/* Waits until at most `most` votes are under way. */
void demo_wait(struct tally *tally, int64_t most);

#endif
