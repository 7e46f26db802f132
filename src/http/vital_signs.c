/* Whether the http threads still turn. */
#include "base/log.h"
#include "base/time.h"
#include "http/parts.h"

/* How often the threads of this entrance have turned, all together. */
static unsigned turns_at(struct server *server, size_t entrance) {
    unsigned turns = 0;
    for (size_t i = entrance; i < server->thread_count; i += server->entrance_count) {
        turns += atomic_load_explicit(&server->threads[i].pulse.turns, memory_order_relaxed);
    }
    return turns;
}

/* For how long a connection has been waiting here while no thread turned. When all connections that
 * may be are there, nobody is meant to. */
static int64_t deaf_us(struct server *server, size_t number) {
    struct entrance *entrance = &server->entrances[number];
    unsigned turns = turns_at(server, number);
    int64_t now_us = time_monotonic_us();
    bool full = atomic_load(&entrance->connections) >= entrance->connections_max;
    if (full || turns != entrance->seen_turns || !listener_pending(&entrance->listener)) {
        entrance->seen_turns = turns;
        entrance->deaf_since_us = now_us;
    }
    return now_us - entrance->deaf_since_us;
}

bool server_alive(struct server *server, int64_t patience_us) {
    bool alive = true;
    for (unsigned i = 0; i < server->thread_count; i++) {
        if (pulse_stuck_us(&server->threads[i].pulse) > patience_us) {
            log_error("http thread %u is stuck", i);
            alive = false;
        }
    }
    for (size_t i = 0; i < server->entrance_count; i++) {
        if (deaf_us(server, i) > patience_us) {
            log_error("nobody accepts connections on %s", server->entrances[i].listener.name);
            alive = false;
        }
    }
    return alive;
}
