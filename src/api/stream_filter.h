/* What a client of GET /v1/stream wants to hear, and from where on. */
#ifndef API_STREAM_FILTER_H
#define API_STREAM_FILTER_H

#include <jansson.h>
#include <stdbool.h>

#include "api/mistakes.h"
#include "domain/event.h"
#include "http/request.h"

enum stream_type {
    STREAM_RESPONSE = 1 << 0,
    STREAM_ALERT = 1 << 1,
    STREAM_METRICS = 1 << 2,
    STREAM_ALL = STREAM_RESPONSE | STREAM_ALERT | STREAM_METRICS,
};

struct stream_filter {
    char *team;   /* owned; NULL: all */
    char *survey; /* owned; NULL: all */
    unsigned types;
};

struct stream_query {
    struct stream_filter filter;
    char *types;         /* owned; as given */
    char *last_event_id; /* owned; NULL: from now on */
    char *ticket;        /* owned; whoever reads it has been let in by it */
};

/* False: mistakes says what is wrong. Clear it either way. */
bool read_stream_query(const struct request *request, struct stream_query *query,
                       struct mistakes *mistakes);
void stream_query_clear(struct stream_query *query);
void stream_filter_clear(struct stream_filter *filter);

/* Which of them an event of the feed is; 0: none. */
unsigned stream_type_of(enum event_type type);

/* What an event is about, for filters; lent by its document. */
struct stream_subject {
    unsigned type;
    const char *team;   /* NULL: of none */
    const char *survey; /* NULL: of none in particular */
};

struct stream_subject stream_subject_of(enum event_type type, const json_t *data);

/* An alert is of no survey, and goes to whoever listens to any. */
bool stream_filter_takes(const struct stream_filter *filter, const struct stream_subject *subject);

#endif
