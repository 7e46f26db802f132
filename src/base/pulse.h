/* A thread's sign of life: its turns, odd while it is at one of them. */
#ifndef BASE_PULSE_H
#define BASE_PULSE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct pulse {
    atomic_uint turns;
    /* The watcher's own. */
    unsigned seen;
    int64_t seen_since_us;
};

/* For the thread: a turn begins, goes on (at something else), ends. */
void pulse_begin(struct pulse *pulse);
void pulse_go_on(struct pulse *pulse);
void pulse_end(struct pulse *pulse);

/* For one watcher that looks now and then: for how long the thread has been seen at one and the
 * same turn; 0 when it is at none. */
int64_t pulse_stuck_us(struct pulse *pulse);

#endif
