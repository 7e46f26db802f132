#include "api/stream_event.h"

#include <sodium.h>
#include <stdlib.h>

#include "api/stream_filter.h"
#include "base/time.h"

/* Not all at once, when all were cut at once. */
#define RETRY_MS        2000
#define RETRY_SPREAD_MS 2000

static void append_id(struct text *text, const struct stream_position *position) {
    char id[STREAM_ID_SIZE];
    stream_position_format(position, id);
    text_append(text, "id: ");
    text_append(text, id);
    text_append_char(text, '\n');
}

void stream_append_greeting(struct text *text, const struct stream_position *position) {
    text_append(text, "retry: ");
    text_append_int(text, RETRY_MS + randombytes_uniform(RETRY_SPREAD_MS));
    text_append_char(text, '\n');
    append_id(text, position);
    text_append_char(text, '\n');
}

void stream_append_heartbeat(struct text *text, const struct stream_position *position) {
    text_append(text, ":\n");
    append_id(text, position);
    text_append_char(text, '\n');
}

void stream_append_reset(struct text *text, const struct stream_position *position) {
    text_append(text, "event: reset\n");
    append_id(text, position);
    text_append(text, "data: {\"type\":\"reset\"}\n\n");
}

void stream_append_event(struct text *text, const struct feed_entry *entry,
                         const struct event_document *document) {
    struct stream_position position = {.feed = entry->position, .at_us = time_now_us()};
    char *payload = event_payload(&entry->event, document);
    bool alert = stream_type_of(entry->event.type) == STREAM_ALERT;
    text_append(text, alert ? "event: alert\n" : "event: response\n");
    append_id(text, &position);
    text_append(text, "data: ");
    text_append(text, payload ? payload : "");
    text_append(text, "\n\n");
    text->failed = text->failed || !payload;
    free(payload);
}
