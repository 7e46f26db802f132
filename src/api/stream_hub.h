/*
 * Live streams. One thread reads the feeds of the accounts that somebody listens to on this
 * process, whichever instance wrote them, and pushes each event, rendered once, to whom it
 * concerns.
 */
#ifndef API_STREAM_HUB_H
#define API_STREAM_HUB_H

#include "api/stream_filter.h"
#include "base/text.h"
#include "http/request.h"
#include "http/response.h"

struct app;
struct stream_hub;

/* NULL, having logged why, when it cannot. */
struct stream_hub *stream_hub_start(struct app *app);

/* Ends all streams, and the thread: nobody is let in any more. */
void stream_hub_close(struct stream_hub *hub);

/* Once no handler runs and no stream is read any more. */
void stream_hub_free(struct stream_hub *hub);

/*
 * The answer to a request for a stream; on a worker. Takes what is in filter. With last_event_id,
 * which may be NULL, the stream begins with what happened since, or with an event `reset` when that
 * cannot be told. 503 when there are too many listeners.
 */
struct response stream_hub_join(struct stream_hub *hub, const struct request *request,
                                struct stream_filter *filter, const char *last_event_id);

void stream_hub_append_metrics(struct stream_hub *hub, struct text *text);

#endif
