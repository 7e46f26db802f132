#include "jobs/webhook_sender.h"

#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/time.h"
#include "jobs/webhook_parts.h"
#include "store/db.h"

#define LEASE_ROOM_MS  4000 /* beside the statements and the call itself */
#define WRITING_MS     50   /* how soon what cannot be written yet is tried again */
#define WRITING_US_MAX US_PER_SECOND

int64_t webhook_lease_us(const struct webhook_sender *sender) {
    const struct webhook_sender_options *options = &sender->options;
    return (options->http->timeout_ms + 2 * options->statement_timeout_ms + LEASE_ROOM_MS) *
           INT64_C(1000);
}

static bool is_held(const struct webhook_sender *sender) {
    return atomic_load(&sender->held);
}

static bool out_of_time(const struct webhook_sender *sender) {
    int64_t deadline_us = atomic_load(&sender->deadline_us);
    return deadline_us != TIME_NONE && time_monotonic_us() >= deadline_us;
}

static bool is_stopping(const struct webhook_sender *sender) {
    return atomic_load(&sender->deadline_us) != TIME_NONE;
}

static bool has_more(const struct webhook_sender *sender) {
    return !is_stopping(sender) ||
           ((sender->on_way > 0 || sender->ending_count > 0) && !out_of_time(sender));
}

static int wait_ms(const struct webhook_sender *sender) {
    int idle_ms = is_held(sender) ? WRITING_MS : webhook_idle_ms(sender);
    return sender->ending_count > 0 && idle_ms > WRITING_MS ? WRITING_MS : idle_ms;
}

static void turn(struct webhook_sender *sender) {
    if (!is_held(sender)) {
        webhook_look(sender);
        webhook_begin_attempts(sender);
    }
    http_client_wait(sender->client, wait_ms(sender));
    webhook_take_ended(sender);
    webhook_write_endings(sender);
}

static void *run(void *context) {
    struct webhook_sender *sender = context;
    while (has_more(sender)) {
        turn(sender);
    }
    webhook_let_go(sender);
    sender->write_at_us = 0;
    webhook_write_endings(sender);
    atomic_store(&sender->ended, true);
    return NULL;
}

static void sender_free(struct webhook_sender *sender) {
    if (sender->client) {
        http_client_close(sender->client);
    }
    endpoints_clear(&sender->endpoints);
    webhook_endings_clear(sender);
    free(sender->accounts);
    free(sender);
}

struct webhook_sender *webhook_sender_start(const struct webhook_sender_options *options) {
    struct webhook_sender *sender = calloc(1, sizeof *sender);
    if (!sender) {
        return NULL;
    }
    sender->options = *options;
    atomic_init(&sender->held, false);
    atomic_init(&sender->ended, false);
    atomic_init(&sender->deadline_us, TIME_NONE);
    sender->client = http_client_open(options->http);
    if (!sender->client || pthread_create(&sender->thread, NULL, run, sender) != 0) {
        log_error("could not start sending webhooks");
        sender_free(sender);
        return NULL;
    }
    return sender;
}

void webhook_sender_hold(struct webhook_sender *sender) {
    atomic_store(&sender->held, true);
    http_client_wake(sender->client);
}

/* A database that is away must not hold the end up. */
static void wait_for_end(struct webhook_sender *sender, int64_t deadline_us) {
    const struct timespec pause = {.tv_nsec = WRITING_MS / 5 * INT64_C(1000000)};
    while (!atomic_load(&sender->ended) && time_monotonic_us() < deadline_us) {
        nanosleep(&pause, NULL);
    }
    db_hurry(sender->options.db);
    pthread_join(sender->thread, NULL);
}

void webhook_sender_stop(struct webhook_sender *sender, unsigned deadline_ms) {
    atomic_store(&sender->held, true);
    int64_t deadline_us = time_monotonic_us() + deadline_ms * INT64_C(1000);
    atomic_store(&sender->deadline_us, deadline_us);
    http_client_wake(sender->client);
    wait_for_end(sender, deadline_us + WRITING_US_MAX);
    sender_free(sender);
}
