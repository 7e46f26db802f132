/* What a batch tells of its votes, beside them. */
#ifndef INTAKE_BATCH_EVENTS_H
#define INTAKE_BATCH_EVENTS_H

#include "domain/event.h"
#include "intake/batch.h"

/* Notes what the item's vote does to its response. */
void note_event(struct batch_item *item, enum event_type type);

/* The same of a vote that counts from now on, for the response as it is before it: the first one
 * records it, the others update it. */
enum outcome note_later_vote(struct db_connection *connection, struct batch_item *item,
                             const struct survey_response *before);

/* In a pipeline: those of count items' events that are wanted; a result follows if there are any.
 * params must live until it is read. */
enum outcome send_batch_events(struct db_connection *connection, const struct batch_item items[],
                               size_t count, struct params *params);

#endif
