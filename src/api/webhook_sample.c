#include "api/webhook_sample.h"

#include "api/json_pointer.h"
#include "base/cleanup.h"
#include "base/embedded.h"
#include "base/text.h"
#include "base/time.h"

/* Borrowed from specification. */
static const json_t *example_of(const json_t *specification, const char *name) {
    CLEANUP(text_clear) struct text pointer = {0};
    text_append(&pointer, "/webhooks");
    text_append_pointer_step(&pointer, name);
    text_append(&pointer, "/post/requestBody/content/application~1json/example");
    return pointer.failed ? NULL : json_pointer_get(specification, pointer.bytes);
}

json_t *webhook_sample(enum event_type type, int64_t now_us) {
    const struct embedded_file *file = embedded_file("openapi.json");
    CLEANUP(json_decrefp)
    json_t *specification = file ? json_loadb(file->bytes, file->length, 0, NULL) : NULL;
    json_t *sample = json_deep_copy(example_of(specification, event_type_name(type)));
    char timestamp[TIME_TEXT_SIZE];
    time_format(now_us, timestamp);
    if (json_object_set_new(sample, "timestamp", json_string(timestamp)) == 0 &&
        json_object_set_new(sample, "test", json_true()) == 0) {
        return sample;
    }
    json_decref(sample);
    return NULL;
}
