#include "api/webhook_json.h"

#include <stdbool.h>

#include "api/webhook_body.h"
#include "base/time.h"
#include "domain/event.h"

/* NULL: there is none, and the member is left out. */
static json_t *time_json(int64_t time_us) {
    char text[TIME_TEXT_SIZE];
    if (time_us == TIME_NONE) {
        return NULL;
    }
    time_format(time_us, text);
    return json_string(text);
}

static json_t *events_json(unsigned mask) {
    json_t *names = json_array();
    if (mask == EVENTS_ALL) {
        json_array_append_new(names, json_string("*"));
        return names;
    }
    for (unsigned type = 0; type < EVENT_TYPES; type++) {
        if (mask & EVENT_BIT(type)) {
            json_array_append_new(names, json_string(event_type_name((enum event_type)type)));
        }
    }
    return names;
}

/* Their values are as secret as our own secret is. */
static json_t *headers_json(const json_t *headers) {
    json_t *masked = json_object();
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)headers, name, value) {
        json_object_set_new(masked, name, json_string(WEBHOOK_HEADER_KEPT));
    }
    return masked;
}

static json_t *previous_until(const struct webhook *webhook) {
    bool signs = webhook->previous_secret && webhook->previous_valid_until_us > time_now_us();
    return time_json(signs ? webhook->previous_valid_until_us : TIME_NONE);
}

json_t *webhook_to_json(const struct webhook *webhook) {
    char id[UUID_TEXT_SIZE];
    uuid_format(&webhook->id, id);
    return json_pack("{s:s, s:s, s:s*, s:o, s:o, s:b, s:i, s:o, s:o, s:o*, s:o*, s:s*, s:o*, s:o*}",
                     "id", id, "url", webhook->url, "description", webhook->description, "events",
                     events_json(webhook->event_mask), "headers", headers_json(webhook->headers),
                     "active", (int)webhook->active, "revision", webhook->revision, "created_at",
                     time_json(webhook->created_at_us), "updated_at",
                     time_json(webhook->updated_at_us), "previous_secret_valid_until",
                     previous_until(webhook), "disabled_at", time_json(webhook->disabled_at_us),
                     "disabled_reason", webhook->disabled_reason, "failing_since",
                     time_json(webhook->failing_since_us), "paused_until",
                     time_json(webhook->paused_until_us));
}
