#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "api/event_json.h"
#include "base/array.h"
#include "base/time.h"

#define BYTES_OF_AN_ELEMENT 16 /* a list may have fewer elements than a text has bytes */
#define REAL_DIGITS         15 /* as in any answer of ours */

static bool shorten(json_t *value, size_t bytes_max);

/* A text that ends before most bytes, but not within a character. */
static json_t *cut_text(const json_t *text, size_t bytes_max) {
    const char *bytes = json_string_value(text);
    size_t length = bytes_max;
    while (length > 0 && ((unsigned char)bytes[length] & 0xC0) == 0x80) {
        length--;
    }
    return json_stringn(bytes, length);
}

static bool shorten_members(json_t *object, size_t bytes_max) {
    const char *name;
    json_t *member;
    bool done = true;
    json_object_foreach(object, name, member) {
        if (json_string_length(member) > bytes_max) {
            done = done && json_object_set_new(object, name, cut_text(member, bytes_max)) == 0;
        } else {
            done = done && shorten(member, bytes_max);
        }
    }
    return done;
}

static bool shorten_elements(json_t *array, size_t bytes_max) {
    size_t most = bytes_max / BYTES_OF_AN_ELEMENT;
    bool done = true;
    while (json_array_size(array) > most) {
        json_array_remove(array, json_array_size(array) - 1);
    }
    for (size_t i = 0; done && i < json_array_size(array); i++) {
        json_t *element = json_array_get(array, i);
        done = json_string_length(element) > bytes_max
                   ? json_array_set_new(array, i, cut_text(element, bytes_max)) == 0
                   : shorten(element, bytes_max);
    }
    return done;
}

/* False when out of memory. */
static bool shorten(json_t *value, size_t bytes_max) {
    if (json_is_object(value)) {
        return shorten_members(value, bytes_max);
    }
    return !json_is_array(value) || shorten_elements(value, bytes_max);
}

static char *write_payload(const struct event *event, int64_t sequence, bool truncated,
                           json_t *data) {
    char timestamp[TIME_TEXT_SIZE];
    time_format(event->occurred_at_us, timestamp);
    json_t *payload = json_pack("{s:s, s:s, s:I, s:o*, s:O}", "type", event_type_name(event->type),
                                "timestamp", timestamp, "sequence", (json_int_t)sequence,
                                "truncated", truncated ? json_true() : NULL, "data", data);
    char *text =
        payload ? json_dumps(payload, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS)) : NULL;
    json_decref(payload);
    return text;
}

/* Who the object is, when even without any long text it is too large. */
static json_t *only_id(const json_t *data) {
    json_t *id = json_object();
    if (id && json_object_set(id, "id", json_object_get(data, "id")) != 0) {
        json_decref(id);
        return NULL;
    }
    return id;
}

static char *write_cut(const struct event *event, const struct event_document *document,
                       size_t bytes_max) {
    json_t *cut = bytes_max ? json_deep_copy(document->data) : only_id(document->data);
    bool done = cut && (bytes_max == 0 || shorten(cut, bytes_max));
    char *text = done ? write_payload(event, document->sequence, true, cut) : NULL;
    json_decref(cut);
    return text;
}

char *event_payload(const struct event *event, const struct event_document *document) {
    static const size_t limits[] = {8000, 4000, 2000, 1000, 500, 250, 0};
    char *text = write_payload(event, document->sequence, false, document->data);
    for (size_t i = 0; text && strlen(text) >= EVENT_PAYLOAD_BYTES_MAX && i < COUNT(limits); i++) {
        free(text);
        text = write_cut(event, document, limits[i]);
    }
    return text;
}
