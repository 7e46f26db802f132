#include "api/hook_delivery_json.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/time.h"

static bool copy_member(json_t *to, const json_t *from, const char *name) {
    json_t *value = json_object_get(from, name);
    return !value || json_object_set(to, name, value) == 0;
}

json_t *delivery_answer(const struct hook_delivery *delivery) {
    char id[UUID_TEXT_SIZE];
    uuid_format(&delivery->id, id);
    json_t *answer =
        json_pack("{s:s, s:s, s:i}", "delivery", id, "outcome",
                  delivery_outcome_name(delivery->outcome), "repeats", delivery->repeats);
    if (answer && copy_member(answer, delivery->detail, "reason") &&
        copy_member(answer, delivery->detail, "invitation")) {
        return answer;
    }
    json_decref(answer);
    return NULL;
}

json_t *delivery_view(const struct hook_delivery *delivery, bool with_steps) {
    char id[UUID_TEXT_SIZE];
    char received_at[TIME_TEXT_SIZE];
    uuid_format(&delivery->id, id);
    time_format(delivery->received_at_us, received_at);
    json_t *view =
        json_pack("{s:s, s:s, s:s, s:s, s:i}", "id", id, "source", delivery->source, "received_at",
                  received_at, "outcome", delivery_outcome_name(delivery->outcome), "repeats",
                  delivery->repeats);
    bool whole =
        view && (!delivery->contact_ref ||
                 !json_object_set_new(view, "contact", json_string(delivery->contact_ref)));
    if (!whole || json_object_update(view, delivery->detail ? delivery->detail : view) != 0) {
        json_decref(view);
        return NULL;
    }
    if (!with_steps) {
        json_object_del(view, "steps");
    }
    return view;
}

static json_t *as_base64(const struct hook_delivery *delivery) {
    size_t size = sodium_base64_encoded_len(delivery->body_length, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(size);
    if (!text) {
        return NULL;
    }
    sodium_bin2base64(text, size, (const unsigned char *)delivery->body, delivery->body_length,
                      sodium_base64_VARIANT_ORIGINAL);
    json_t *json = json_string(text);
    free(text);
    return json;
}

bool delivery_add_body(json_t *view, const struct hook_delivery *delivery) {
    if (!delivery->body) {
        return true;
    }
    json_t *text = json_stringn(delivery->body, delivery->body_length);
    return text ? json_object_set_new(view, "body", text) == 0
                : json_object_set_new(view, "body_base64", as_base64(delivery)) == 0;
}
