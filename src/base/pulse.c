#include "base/pulse.h"

#include "base/time.h"

/* One writer only, so no read-modify-write is needed. */
static void add(struct pulse *pulse, unsigned turns) {
    unsigned now = atomic_load_explicit(&pulse->turns, memory_order_relaxed);
    atomic_store_explicit(&pulse->turns, now + turns, memory_order_relaxed);
}

void pulse_begin(struct pulse *pulse) {
    add(pulse, 1);
}

void pulse_go_on(struct pulse *pulse) {
    add(pulse, 2);
}

void pulse_end(struct pulse *pulse) {
    add(pulse, 1);
}

int64_t pulse_stuck_us(struct pulse *pulse) {
    unsigned turns = atomic_load_explicit(&pulse->turns, memory_order_relaxed);
    int64_t now_us = time_monotonic_us();
    if (turns != pulse->seen || turns % 2 == 0) {
        pulse->seen = turns;
        pulse->seen_since_us = now_us;
    }
    return now_us - pulse->seen_since_us;
}
