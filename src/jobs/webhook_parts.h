/* What the files of the webhook sender share. All of it is the thread's own, but for what is said
 * to be from outside. */
#ifndef JOBS_WEBHOOK_PARTS_H
#define JOBS_WEBHOOK_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jobs/webhook_sender.h"
#include "store/webhook.h"
#include "store/webhook_delivery.h"

#define ENDPOINT_BUCKETS 1024
#define WEBHOOK_WAIT_US                                                                            \
    (20 * US_PER_SECOND / 1000) /* for so long calls may wait for the database */

/* A webhook that has something to do, or had lately. */
struct endpoint {
    struct webhook_target target;
    struct endpoint *next_in_bucket;
    uint64_t host;            /* a hash of its name */
    size_t on_way;            /* calls */
    size_t window;            /* that may be: more with each success, few after failures */
    unsigned failures;        /* in a row */
    int64_t answered_us;      /* well, for the last time; monotonic; 0: not since we know it */
    int64_t rest_until_us;    /* monotonic */
    int64_t used_us;          /* monotonic */
    int64_t failing_since_us; /* as the database has it, or TIME_NONE */
    bool due;                 /* there may be something to claim */
    bool succeeded;           /* to be noted in the database, as the next two */
    bool failed;
    int64_t pause_us;       /* that was asked for; 0: none */
    const char *end_reason; /* why it is to be disabled; NULL: it is not */
    int end_revision;       /* which is: its owner may have given it another URL since */
};

struct endpoints {
    struct endpoint **all; /* owned, as each */
    size_t count;
    size_t capacity;
    size_t next_trusted; /* whose turn it is, among those that answer */
    size_t next_doubtful;
    struct endpoint *buckets[ENDPOINT_BUCKETS];
};

/* A call on its way. */
struct shot {
    struct endpoint *endpoint; /* lent: kept while calls are on their way */
    struct claimed_delivery delivery;
    struct uuid claim_id;
    int revision; /* of the webhook, when it was called */
    char *body;   /* owned */
    int64_t begun_us;
    struct shot *older;
    struct shot *newer;
};

/* A mark that is still to be written. */
struct ending {
    struct delivery_mark mark;
    char *attempt; /* owned: the mark lends it */
};

struct webhook_sender {
    struct webhook_sender_options options;
    struct http_client *client; /* owned; waking it is all that others do */
    pthread_t thread;
    atomic_bool held;             /* from outside: no further call is begun */
    _Atomic(int64_t) deadline_us; /* from outside, monotonic: then all is let go; TIME_NONE: none */
    atomic_bool ended;            /* for outside */
    struct endpoints endpoints;
    struct shot *oldest;
    struct shot *newest;
    size_t on_way;
    int64_t crowded_since_us; /* many have stopped answering; monotonic; 0: they have not */
    struct ending *endings;   /* owned */
    size_t ending_count;
    size_t ending_capacity;
    bool unsettled;    /* what endings tell of their webhooks is still to be written */
    int64_t *accounts; /* owned: with events to make deliveries of */
    size_t account_count;
    size_t next_account;
    bool more_events;
    bool cut_short; /* there was no time for all that could be begun */
    /* When to look next; monotonic. */
    int64_t feed_at_us;
    int64_t due_at_us;
    int64_t count_at_us;
    int64_t write_at_us;
};

int64_t webhook_lease_us(const struct webhook_sender *sender);
double webhook_luck(void);

/* ---- webhook_endpoints.c ---- */

/* The endpoint of that target, made if need be, now with something due; NULL when out of memory. */
struct endpoint *endpoint_due(struct endpoints *endpoints, const struct webhook_target *target);

/* What the webhook says by now: its host, and how it has been failing. */
void endpoint_update(struct endpoint *endpoint, const struct webhook *webhook);

/* Looks whether many places are taken by calls that nobody answers. */
void endpoints_look_around(struct webhook_sender *sender);

/* True while nothing says that it will answer: its calls take no places of those that do. */
bool endpoint_is_doubtful(const struct webhook_sender *sender, const struct endpoint *endpoint);

/* How many calls may be begun to it now. */
size_t endpoint_room(const struct webhook_sender *sender, const struct endpoint *endpoint);

void endpoint_note_success(struct endpoint *endpoint, size_t host_connections_max);
void endpoint_note_failure(struct endpoint *endpoint);

/* Forgets those that have had nothing to do for a while. */
void endpoints_sweep(struct endpoints *endpoints);
void endpoints_clear(struct endpoints *endpoints);

/* ---- webhook_feed.c: what there is to do ---- */

/* Looks, where it is time to; OUTCOME_UNAVAILABLE: the database is away. */
void webhook_look(struct webhook_sender *sender);

/* How long there is nothing to look for. */
int webhook_idle_ms(const struct webhook_sender *sender);

/* ---- webhook_attempts.c ---- */

/* Begins calls, for all endpoints in turn that have room. */
void webhook_begin_attempts(struct webhook_sender *sender);

/* Takes the calls that have ended, and lets go of all others when time is over. */
void webhook_take_ended(struct webhook_sender *sender);
void webhook_let_go(struct webhook_sender *sender);

/* ---- webhook_endings.c ---- */

/* What is to be written of an attempt that ended so. */
void webhook_note_result(struct webhook_sender *sender, const struct shot *shot,
                         const struct http_result *result);

/* The same of one that was not made. */
void webhook_note_mark(struct webhook_sender *sender, const struct shot *shot,
                       enum delivery_mark_kind kind);

/* Writes marks, and what is known of their webhooks; what cannot be written stays. */
void webhook_write_endings(struct webhook_sender *sender);
void webhook_endings_clear(struct webhook_sender *sender);

#endif
