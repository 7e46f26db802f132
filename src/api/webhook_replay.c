/* POST /v1/webhooks/{id}/replay: what happened in a time is sent again. */
#include <inttypes.h>
#include <stddef.h>

#include "api/api.h"
#include "api/fields.h"
#include "api/webhook_events.h"
#include "api/webhook_parts.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/webhook_delivery_list.h"

struct replay {
    int64_t from_us;
    int64_t to_us;
    const json_t *types; /* lent; or NULL: what it subscribes to */
    bool only_failed;
    unsigned event_mask;
};

static const struct field fields[] = {
    {.name = "from",
     .kind = FIELD_INSTANT,
     .required = true,
     .offset = offsetof(struct replay, from_us)},
    {.name = "to", .kind = FIELD_INSTANT, .offset = offsetof(struct replay, to_us)},
    {.name = "types", .kind = FIELD_VALUE, .offset = offsetof(struct replay, types)},
    {.name = "only_failed", .kind = FIELD_BOOL, .offset = offsetof(struct replay, only_failed)},
};
static const struct field_table table = FIELD_TABLE(fields);

static void read_replay(const struct request *request, struct replay *replay,
                        struct mistakes *mistakes) {
    bool read = read_fields(request->json, &table, "", replay, mistakes);
    if (read && replay->from_us >= replay->to_us) {
        mistakes_add(mistakes, "/from", "must lie before to, which is now when it is left out");
    }
    if (replay->types) {
        replay->event_mask = read_event_names(replay->types, "/types", mistakes);
    }
}

static enum outcome run_replay(struct db_connection *connection, const struct replay *replay,
                               const struct webhook *webhook, struct replay_result *result) {
    const struct replay_order order = {
        .account_id = webhook->account_id,
        .webhook_id = webhook->id,
        .from_us = replay->from_us,
        .to_us = replay->to_us,
        .event_mask = replay->types ? replay->event_mask : webhook->event_mask,
    };
    return replay->only_failed ? replay_failed(connection, &order, result)
                               : replay_events(connection, &order, result);
}

static struct response respond_replayed(const struct replay_result *result) {
    char next[TIME_TEXT_SIZE];
    bool has_more = result->next_us != TIME_NONE;
    if (has_more) {
        time_format(result->next_us, next);
    }
    return respond(202, json_pack("{s:I, s:b, s:s*}", "replayed", (json_int_t)result->count,
                                  "has_more", (int)has_more, "next_from", has_more ? next : NULL));
}

struct response replay_webhook(struct app *app, const struct request *request) {
    struct replay replay = {.from_us = TIME_NONE, .to_us = time_now_us()};
    struct replay_result result;
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    read_replay(request, &replay, &mistakes);
    if (!mistakes_none(&mistakes)) {
        return respond_mistakes(&mistakes);
    }
    CLEANUP(webhook_clear) struct webhook webhook = {.account_id = 0};
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome =
        connection ? load_named_webhook(connection, request, &webhook) : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_OK && !webhook.active) {
        return respond_webhook_inactive();
    }
    outcome = outcome == OUTCOME_OK ? run_replay(connection, &replay, &webhook, &result) : outcome;
    return outcome == OUTCOME_OK ? respond_replayed(&result) : respond_outcome(outcome, "webhook");
}
