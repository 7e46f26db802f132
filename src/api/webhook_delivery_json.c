#include "api/webhook_delivery_json.h"

#include "base/time.h"

static json_t *time_json(int64_t time_us) {
    char text[TIME_TEXT_SIZE];
    if (time_us == TIME_NONE) {
        return NULL;
    }
    time_format(time_us, text);
    return json_string(text);
}

/* What is not known is left out. */
static json_t *attempt_json(const json_t *logged) {
    json_t *attempt = json_object();
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)logged, name, value) {
        if (!json_is_null(value)) {
            json_object_set(attempt, name, value);
        }
    }
    return attempt;
}

static json_t *attempts_json(const json_t *log) {
    json_t *attempts = json_array();
    size_t index;
    json_t *logged;
    json_array_foreach(log, index, logged) {
        json_array_append_new(attempts, attempt_json(logged));
    }
    return attempts;
}

json_t *outgoing_delivery_to_json(const struct outgoing_delivery *delivery) {
    char id[UUID_TEXT_SIZE], object[UUID_TEXT_SIZE];
    const struct event *event = &delivery->event;
    uuid_format(&event->id, id);
    uuid_format(&event->object_id, object);
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:i, s:o*, s:o*, s:o}", "id", id, "type",
                     event_type_name(event->type), "occurred_at", time_json(event->occurred_at_us),
                     "object", object, "outcome", delivery->outcome ? delivery->outcome : "pending",
                     "attempt_count", delivery->attempts, "next_attempt_at",
                     time_json(delivery->due_at_us), "ended_at", time_json(delivery->ended_at_us),
                     "attempts", attempts_json(delivery->attempt_log));
}
