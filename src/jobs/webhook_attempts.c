/* Claims deliveries, renders them and begins their calls. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "clients/webhook_call.h"
#include "clients/webhook_metrics.h"
#include "jobs/webhook_parts.h"

#define CLAIM_MAX 64 /* deliveries, rendered together */
#define REST_US   US_PER_SECOND

/* Deliveries of one webhook, claimed together. */
struct claim {
    struct webhook_sender *sender;
    struct endpoint *endpoint;
    struct uuid id;
    int64_t claimed_us; /* monotonic */
    struct webhook webhook;
    struct claimed_delivery deliveries[CLAIM_MAX];
    struct event events[CLAIM_MAX];
    char *payloads[CLAIM_MAX]; /* owned, until a call has it */
    size_t count;
};

static void claim_clear(struct claim *claim) {
    webhook_clear(&claim->webhook);
    for (size_t i = 0; i < claim->count; i++) {
        free(claim->payloads[i]);
    }
}

/* ---- calls on their way ---- */

static void link_shot(struct webhook_sender *sender, struct shot *shot) {
    shot->older = sender->newest;
    *(shot->older ? &shot->older->newer : &sender->oldest) = shot;
    sender->newest = shot;
    sender->on_way++;
    shot->endpoint->on_way++;
}

static void unlink_shot(struct webhook_sender *sender, struct shot *shot) {
    *(shot->older ? &shot->older->newer : &sender->oldest) = shot->newer;
    *(shot->newer ? &shot->newer->older : &sender->newest) = shot->older;
    sender->on_way--;
    shot->endpoint->on_way--;
}

static void end_shot(struct webhook_sender *sender, struct shot *shot) {
    unlink_shot(sender, shot);
    free(shot->body);
    free(shot);
}

static bool call(struct webhook_sender *sender, struct shot *shot, const struct webhook *webhook) {
    const struct webhook_attempt attempt = {
        .url = webhook->url,
        .headers = webhook->headers,
        .secrets = {.current = webhook->secret,
                    .previous = webhook->previous_secret,
                    .previous_valid_until_us = webhook->previous_valid_until_us},
        .id = &shot->delivery.event.id,
        .body = shot->body,
        .body_length = strlen(shot->body),
    };
    struct webhook_call prepared;
    return webhook_call_prepare(&prepared, &attempt, time_now_us()) &&
           http_client_begin(sender->client, &prepared.call, shot);
}

/* Takes ownership of the payload. */
static void begin(struct claim *claim, size_t index) {
    static const struct http_result unmade = {.error = "the call could not be made"};
    struct webhook_sender *sender = claim->sender;
    struct shot *shot = calloc(1, sizeof *shot);
    if (!shot) {
        return; /* it is due again when its lease is over, as all that is forgotten */
    }
    *shot = (struct shot){
        .endpoint = claim->endpoint,
        .delivery = claim->deliveries[index],
        .claim_id = claim->id,
        .revision = claim->webhook.revision,
        .body = claim->payloads[index],
        .begun_us = time_monotonic_us(),
    };
    claim->payloads[index] = NULL;
    link_shot(sender, shot);
    if (!call(sender, shot, &claim->webhook)) {
        webhook_note_result(sender, shot, &unmade);
        end_shot(sender, shot);
    }
}

/* ---- rendering ---- */

static void note_mark(struct claim *claim, size_t index, enum delivery_mark_kind kind) {
    const struct shot shot = {
        .endpoint = claim->endpoint, .delivery = claim->deliveries[index], .claim_id = claim->id};
    webhook_note_mark(claim->sender, &shot, kind);
}

static void note_unrendered(struct claim *claim, size_t index) {
    static const struct http_result unmade = {.error = "what it tells could not be written"};
    const struct shot shot = {.endpoint = claim->endpoint,
                              .delivery = claim->deliveries[index],
                              .claim_id = claim->id,
                              .revision = claim->webhook.revision};
    webhook_note_result(claim->sender, &shot, &unmade);
}

static enum outcome render(struct claim *claim, struct db_connection *connection, size_t first,
                           size_t count) {
    const struct webhook_sender_options *options = &claim->sender->options;
    return options->render(options->renderer_context, connection, claim->events + first, count,
                           claim->payloads + first);
}

/* Later, and somebody else may have taken it over before it ends. */
static bool may_still_begin(const struct claim *claim) {
    const struct webhook_sender_options *options = &claim->sender->options;
    int64_t left_us = claim->claimed_us + webhook_lease_us(claim->sender) - time_monotonic_us();
    return left_us > (options->http->timeout_ms + options->statement_timeout_ms) * INT64_C(1000);
}

static void begin_range(struct claim *claim, size_t first, size_t count) {
    for (size_t i = first; i < first + count; i++) {
        if (!claim->payloads[i]) {
            note_mark(claim, i, DELIVERY_GONE);
        } else if (may_still_begin(claim)) {
            begin(claim, i);
        } else {
            note_mark(claim, i, DELIVERY_LET_GO);
        }
    }
}

static void let_go_all(struct claim *claim) {
    for (size_t i = 0; i < claim->count; i++) {
        note_mark(claim, i, DELIVERY_LET_GO);
    }
    claim->endpoint->rest_until_us = time_monotonic_us() + REST_US;
}

/* One that cannot be rendered must not keep the others back. */
static void begin_one_by_one(struct claim *claim, struct db_connection *connection) {
    for (size_t i = 0; i < claim->count; i++) {
        enum outcome outcome = render(claim, connection, i, 1);
        if (outcome == OUTCOME_OK) {
            begin_range(claim, i, 1);
        } else if (outcome == OUTCOME_UNAVAILABLE) {
            note_mark(claim, i, DELIVERY_LET_GO);
        } else {
            note_unrendered(claim, i);
        }
    }
}

static void begin_all(struct claim *claim, struct db_connection *connection) {
    for (size_t i = 0; i < claim->count; i++) {
        claim->events[i] = claim->deliveries[i].event;
    }
    enum outcome outcome = render(claim, connection, 0, claim->count);
    if (outcome == OUTCOME_OK) {
        begin_range(claim, 0, claim->count);
    } else if (outcome == OUTCOME_UNAVAILABLE) {
        let_go_all(claim);
    } else {
        begin_one_by_one(claim, connection);
    }
}

/* ---- claiming ---- */

/* False when nothing is to be sent there now. */
static bool read_webhook(struct claim *claim, struct db_connection *connection) {
    struct endpoint *endpoint = claim->endpoint;
    if (load_webhook(connection, endpoint->target.account_id, &endpoint->target.id,
                     &claim->webhook) != OUTCOME_OK) {
        return false;
    }
    int64_t paused_until_us = claim->webhook.paused_until_us;
    endpoint_update(endpoint, &claim->webhook);
    return claim->webhook.active &&
           (paused_until_us == TIME_NONE || paused_until_us <= time_now_us());
}

/* Whatever is still there is found when deliveries that are due are looked for. */
static void send_due(struct webhook_sender *sender, struct endpoint *endpoint,
                     struct db_connection *connection) {
    CLEANUP(claim_clear)
    struct claim claim = {
        .sender = sender,
        .endpoint = endpoint,
        .id = uuid_new(),
        .claimed_us = time_monotonic_us(),
    };
    endpoint->due = false;
    if (!read_webhook(&claim, connection)) {
        return;
    }
    size_t room = endpoint_room(sender, endpoint);
    room = room < CLAIM_MAX ? room : CLAIM_MAX;
    if (room == 0) {
        endpoint->due = true;
        return;
    }
    const struct delivery_claim wanted = {
        .webhook = endpoint->target,
        .id = claim.id,
        .lease_us = webhook_lease_us(sender),
        .limit = room,
    };
    if (claim_deliveries(connection, &wanted, claim.deliveries, &claim.count) == OUTCOME_OK) {
        endpoint->due = claim.count == room;
        begin_all(&claim, connection);
    }
}

/* A few places are not worth a query while more are to come free. */
static bool is_worth_it(const struct webhook_sender *sender, const struct endpoint *endpoint) {
    size_t room = endpoint->due && !endpoint->end_reason ? endpoint_room(sender, endpoint) : 0;
    return room > 0 && (room >= endpoint->window / 4 || endpoint->on_way == 0);
}

/* False while the database is away. */
static bool take_turn(struct webhook_sender *sender, struct endpoint *endpoint,
                      struct db_connection **connection) {
    if (!is_worth_it(sender, endpoint)) {
        return true;
    }
    *connection = *connection ? *connection : db_acquire(sender->options.db);
    if (*connection) {
        send_due(sender, endpoint, *connection);
    }
    return *connection != NULL;
}

/* All that are doubtful, or all that are not, in turn; false while the database is away. */
static bool take_turns(struct webhook_sender *sender, bool doubtful,
                       struct db_connection **connection) {
    struct endpoints *endpoints = &sender->endpoints;
    size_t *next = doubtful ? &endpoints->next_doubtful : &endpoints->next_trusted;
    int64_t until_us = time_monotonic_us() + WEBHOOK_WAIT_US;
    bool good = true;
    for (size_t i = 0; good && i < endpoints->count; i++) {
        struct endpoint *endpoint = endpoints->all[*next % endpoints->count];
        if (time_monotonic_us() >= until_us) {
            sender->cut_short |= doubtful; /* of the others answers are to come, and wake us */
            return true;
        }
        ++*next;
        good = endpoint_is_doubtful(sender, endpoint) != doubtful ||
               take_turn(sender, endpoint, connection);
    }
    return good;
}

/* Those that answer do not wait for all the others to have had their turn. */
void webhook_begin_attempts(struct webhook_sender *sender) {
    CLEANUP(db_release) struct db_connection *connection = NULL;
    sender->cut_short = false;
    endpoints_look_around(sender);
    if (take_turns(sender, false, &connection)) {
        take_turns(sender, true, &connection);
    }
}

/* ---- ending ---- */

void webhook_take_ended(struct webhook_sender *sender) {
    struct http_result result;
    struct shot *shot;
    while ((shot = http_client_next(sender->client, &result))) {
        webhook_metrics_note_latency(sender->options.metrics, result.latency_ms);
        webhook_note_result(sender, shot, &result);
        end_shot(sender, shot);
    }
}

void webhook_let_go(struct webhook_sender *sender) {
    http_client_break_off(sender->client);
    struct shot *newer = NULL;
    for (struct shot *shot = sender->oldest; shot; shot = newer) {
        newer = shot->newer;
        webhook_note_mark(sender, shot, DELIVERY_LET_GO);
        end_shot(sender, shot);
    }
}
