/* Names of events in a request's list, as bits. */
#ifndef API_WEBHOOK_EVENTS_H
#define API_WEBHOOK_EVENTS_H

#include <jansson.h>

#include "api/mistakes.h"

/* The bits (domain/event.h) of names, which stand at pointer; "*" alone is all. What is wrong with
 * them is noted, with all that could stand there. */
unsigned read_event_names(const json_t *names, const char *pointer, struct mistakes *mistakes);

#endif
