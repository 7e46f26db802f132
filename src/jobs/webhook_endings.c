/* What became of attempts: written down in batches, and with it what is known of their webhooks. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time.h"
#include "clients/webhook_metrics.h"
#include "domain/webhook_schedule.h"
#include "jobs/webhook_parts.h"

#define WRITE_AGAIN_US (US_PER_SECOND / 5) /* while the database is away */
#define ENDINGS_FIRST  64
#define LUCK_STEPS     1000001

double webhook_luck(void) {
    return (double)randombytes_uniform(LUCK_STEPS) / (LUCK_STEPS - 1);
}

/* ---- the list ---- */

/* Forgotten when out of memory: it is done again when its lease is over. */
static struct ending *add_ending(struct webhook_sender *sender, const struct shot *shot,
                                 enum delivery_mark_kind kind) {
    if (sender->ending_count == sender->ending_capacity) {
        size_t capacity = sender->ending_capacity ? 2 * sender->ending_capacity : ENDINGS_FIRST;
        struct ending *longer = reallocarray(sender->endings, capacity, sizeof *longer);
        if (!longer) {
            return NULL;
        }
        sender->endings = longer;
        sender->ending_capacity = capacity;
    }
    sender->unsettled = true;
    struct ending *ending = &sender->endings[sender->ending_count++];
    *ending = (struct ending){.mark = {.webhook = shot->endpoint->target,
                                       .event_id = shot->delivery.event.id,
                                       .claim_id = shot->claim_id,
                                       .kind = kind}};
    return ending;
}

void webhook_note_mark(struct webhook_sender *sender, const struct shot *shot,
                       enum delivery_mark_kind kind) {
    if (add_ending(sender, shot, kind)) {
        atomic_fetch_add(&sender->options.metrics->gone, kind == DELIVERY_GONE);
    }
}

static void clear_ending(struct ending *ending) {
    free(ending->attempt);
}

void webhook_endings_clear(struct webhook_sender *sender) {
    for (size_t i = 0; i < sender->ending_count; i++) {
        clear_ending(&sender->endings[i]);
    }
    free(sender->endings);
}

/* ---- of one attempt ---- */

static void append_status(struct text *text, int status) {
    if (status) {
        text_append_int(text, status);
    } else {
        text_append(text, "null");
    }
}

/* NULL when out of memory. */
static char *describe(const struct http_result *result) {
    char at[TIME_TEXT_SIZE];
    struct text text = {0};
    time_format(time_now_us() - result->latency_ms * 1000, at);
    text_append_format(&text, "{\"at\":\"%s\",\"status\":", at);
    append_status(&text, result->status);
    text_append(&text, ",\"latency_ms\":");
    text_append_int(&text, result->latency_ms);
    text_append(&text, ",\"error\":");
    text_append_json(&text, *result->error ? result->error : NULL);
    text_append(&text, ",\"answer\":");
    text_append_json(&text, *result->answer ? result->answer : NULL);
    text_append(&text, "}");
    char *taken = text_take(&text);
    text_clear(&text);
    return taken;
}

/* A failure that is not the last waits as the schedule says, and no less than was asked for. */
static void put_off(struct ending *ending, int attempts, int64_t pause_us) {
    int64_t wait_us = webhook_wait_us(attempts, webhook_luck());
    if (wait_us == TIME_NONE) {
        ending->mark.kind = DELIVERY_FAILED;
        return;
    }
    ending->mark.kind = DELIVERY_PUT_OFF;
    ending->mark.wait_us = wait_us > pause_us ? wait_us : pause_us;
}

static void note_failure(const struct shot *shot, const struct http_result *result,
                         bool schedule_ended) {
    struct endpoint *endpoint = shot->endpoint;
    int64_t pause_us = webhook_pause_us(result->status, result->retry_after_s);
    endpoint_note_failure(endpoint);
    endpoint->failed = true;
    endpoint->succeeded = false;
    endpoint->pause_us = pause_us > endpoint->pause_us ? pause_us : endpoint->pause_us;
    const char *reason =
        webhook_judge(result->status) == WEBHOOK_UNWANTED
            ? "its receiver answered 410 Gone"
            : webhook_giving_up(endpoint->failing_since_us, time_now_us(), schedule_ended);
    if (reason) {
        endpoint->end_reason = reason;
        endpoint->end_revision = shot->revision;
    }
}

static void note_success(struct webhook_sender *sender, struct endpoint *endpoint) {
    endpoint_note_success(endpoint, sender->options.http->host_connections_max);
    endpoint->succeeded = true;
    endpoint->failed = false;
}

static void count_kind(struct webhook_metrics *metrics, enum delivery_mark_kind kind) {
    atomic_fetch_add(&metrics->delivered, kind == DELIVERY_DELIVERED);
    atomic_fetch_add(&metrics->failed_attempts, kind != DELIVERY_DELIVERED);
    atomic_fetch_add(&metrics->given_up, kind == DELIVERY_FAILED);
}

void webhook_note_result(struct webhook_sender *sender, const struct shot *shot,
                         const struct http_result *result) {
    bool delivered = webhook_judge(result->status) == WEBHOOK_DELIVERED;
    struct ending *ending = add_ending(sender, shot, DELIVERY_DELIVERED);
    if (!ending) {
        return;
    }
    ending->attempt = describe(result);
    if (delivered) {
        note_success(sender, shot->endpoint);
    } else {
        put_off(ending, shot->delivery.attempts,
                webhook_pause_us(result->status, result->retry_after_s));
        note_failure(shot, result, ending->mark.kind == DELIVERY_FAILED);
    }
    count_kind(sender->options.metrics, ending->mark.kind);
}

/* ---- writing ---- */

static int by_webhook(const void *one, const void *other) {
    const struct ending *left = one;
    const struct ending *right = other;
    return memcmp(&left->mark.webhook.id, &right->mark.webhook.id, sizeof(struct uuid));
}

static size_t count_of_webhook(const struct ending *endings, size_t count) {
    size_t found = 1;
    while (found < count && by_webhook(&endings[found], &endings[0]) == 0) {
        found++;
    }
    return found;
}

static enum outcome mark_webhook(struct db_connection *connection, struct ending *endings,
                                 size_t count, bool with_attempts) {
    struct delivery_mark *marks = calloc(count, sizeof *marks);
    if (!marks) {
        return OUTCOME_UNAVAILABLE;
    }
    for (size_t i = 0; i < count; i++) {
        marks[i] = endings[i].mark;
        marks[i].attempt = with_attempts ? endings[i].attempt : NULL;
    }
    enum outcome outcome = mark_deliveries(connection, marks, count);
    free(marks);
    return outcome;
}

/* Whatever an answer brought, its delivery must not be made again and again for it. */
static enum outcome mark_somehow(struct db_connection *connection, struct ending *endings,
                                 size_t count) {
    enum outcome outcome = mark_webhook(connection, endings, count, true);
    return outcome == OUTCOME_REJECTED ? mark_webhook(connection, endings, count, false) : outcome;
}

/* How many endings are written, or never will be. */
static size_t write_marks(struct webhook_sender *sender, struct db_connection *connection) {
    size_t done = 0;
    enum outcome outcome = OUTCOME_OK;
    qsort(sender->endings, sender->ending_count, sizeof *sender->endings, by_webhook);
    while (done < sender->ending_count && outcome != OUTCOME_UNAVAILABLE) {
        struct ending *first = &sender->endings[done];
        size_t count = count_of_webhook(first, sender->ending_count - done);
        outcome = mark_somehow(connection, first, count);
        done += outcome == OUTCOME_UNAVAILABLE ? 0 : count;
    }
    return done;
}

static void forget_written(struct webhook_sender *sender, size_t count) {
    for (size_t i = 0; i < count; i++) {
        clear_ending(&sender->endings[i]);
    }
    sender->ending_count -= count;
    memmove(sender->endings, sender->endings + count,
            sender->ending_count * sizeof *sender->endings);
}

/* ---- what is known of webhooks ---- */

static void log_change(const struct endpoint *endpoint, const char *what) {
    char id[UUID_TEXT_SIZE];
    uuid_format(&endpoint->target.id, id);
    log_info("webhook %s of account %lld %s", id, (long long)endpoint->target.account_id, what);
}

static void write_success(struct endpoint *endpoint, struct db_connection *connection) {
    endpoint->succeeded = false;
    if (endpoint->failing_since_us != TIME_NONE &&
        note_webhook_succeeding(connection, &endpoint->target) == OUTCOME_OK) {
        endpoint->failing_since_us = TIME_NONE;
        log_change(endpoint, "takes what it is sent again");
    }
}

static void write_failure(struct endpoint *endpoint, struct db_connection *connection) {
    int64_t pause_us = endpoint->pause_us;
    bool new = endpoint->failing_since_us == TIME_NONE;
    endpoint->failed = false;
    endpoint->pause_us = 0;
    if ((new || pause_us > 0) &&
        note_webhook_failing(connection, &endpoint->target, pause_us) == OUTCOME_OK && new) {
        endpoint->failing_since_us = time_now_us();
        log_change(endpoint, "does not take what it is sent");
    }
}

static void disable(struct webhook_sender *sender, struct endpoint *endpoint,
                    struct db_connection *connection) {
    const char *reason = endpoint->end_reason;
    enum outcome outcome = disable_webhook(connection, endpoint->target.account_id,
                                           &endpoint->target.id, endpoint->end_revision, reason);
    if (outcome == OUTCOME_UNAVAILABLE) {
        return;
    }
    endpoint->end_reason = NULL;
    endpoint->due = false;
    if (outcome == OUTCOME_OK) {
        char id[UUID_TEXT_SIZE];
        uuid_format(&endpoint->target.id, id);
        log_error("webhook %s of account %lld is disabled: %s", id,
                  (long long)endpoint->target.account_id, reason);
        atomic_fetch_add(&sender->options.metrics->disabled, 1);
    }
}

static void write_knowledge(struct webhook_sender *sender, struct db_connection *connection) {
    sender->unsettled = false;
    for (size_t i = 0; i < sender->endpoints.count; i++) {
        struct endpoint *endpoint = sender->endpoints.all[i];
        if (endpoint->failed || endpoint->pause_us > 0) {
            write_failure(endpoint, connection);
        }
        if (endpoint->succeeded) {
            write_success(endpoint, connection);
        }
        if (endpoint->end_reason) {
            disable(sender, endpoint, connection);
            sender->unsettled |= endpoint->end_reason != NULL;
        }
    }
}

void webhook_write_endings(struct webhook_sender *sender) {
    if (!sender->unsettled || time_monotonic_us() < sender->write_at_us) {
        return;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(sender->options.db);
    if (connection) {
        forget_written(sender, write_marks(sender, connection));
    }
    if (connection && sender->ending_count == 0) {
        write_knowledge(sender, connection);
    }
    sender->write_at_us = sender->unsettled ? time_monotonic_us() + WRITE_AGAIN_US : 0;
}
