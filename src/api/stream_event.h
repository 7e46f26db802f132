/* Server-sent events (WHATWG HTML 9.2) as they go over the wire. */
#ifndef API_STREAM_EVENT_H
#define API_STREAM_EVENT_H

#include <stdbool.h>

#include "api/event_json.h"
#include "api/stream_position.h"
#include "base/text.h"
#include "store/event.h"

/* The first lines of a stream: when to come again, and where it begins. */
void stream_append_greeting(struct text *text, const struct stream_position *position);

/* A comment, and how far all was told by now: nothing happens at the client but that. */
void stream_append_heartbeat(struct text *text, const struct stream_position *position);

/* What happened since the client was here last cannot be told: it is to load everything anew. */
void stream_append_reset(struct text *text, const struct stream_position *position);

/* One of the feed. */
void stream_append_event(struct text *text, const struct feed_entry *entry,
                         const struct event_document *document);

#endif
