/* What subscribers are told of an event: its object, as the API shows it by now. */
#ifndef API_EVENT_JSON_H
#define API_EVENT_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/event.h"
#include "store/db.h"

struct app;

struct event_document {
    json_t *data;     /* owned; NULL: the object is gone */
    int64_t sequence; /* its revision; 1 of what never changes */
};

/*
 * Fills documents[i] with the object of events[i], with one query for each kind of object; several
 * hundred at a time are fine. A response is as a list shows it, an invitation as whoever may only
 * read sees it: without its link. On failure all documents are empty.
 */
enum outcome load_event_documents(struct app *app, struct db_connection *connection,
                                  const struct event events[], size_t count,
                                  struct event_document documents[]);

void event_documents_clear(struct event_document documents[], size_t count);

#define EVENT_PAYLOAD_BYTES_MAX 20000 /* it has less */

/*
 * {"type", "timestamp", "sequence", "data"} in one line, which the caller frees; NULL when out of
 * memory. data must be there. Its long texts and lists are cut where it would be too large, and
 * "truncated": true says so.
 */
char *event_payload(const struct event *event, const struct event_document *document);

#endif
