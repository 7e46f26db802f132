/* Responses as they are listed and exported: by time, a page at a time. */
#ifndef STORE_RESPONSE_READ_H
#define STORE_RESPONSE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/uuid.h"
#include "domain/vote.h"
#include "store/db.h"
#include "store/object_key.h"

#define TRUST_ANY     (-1)
#define COMMENT_ANY   (-1)
#define ESTIMATE_ANY  INT64_MIN
#define RESPONSES_MAX 1000 /* in one page */

/* Which responses; what is NULL, TIME_NONE or ..._ANY does not matter. */
struct response_filter {
    int64_t account_id;
    char *survey; /* owned, as all the texts */
    char *agent;  /* any of the contact's agents */
    char *team;
    char *channel;
    char *reason;
    char *language;
    char *source;
    char *from;   /* answered then or later: RFC 3339, or a whole day of the account's own zone */
    char *to;     /* answered before then, or on that day at the latest */
    char *choice; /* "topic:billing"; "topic" for any choice */
    enum understood understood;
    int csat; /* CSAT_NONE, NPS_NONE, CES_NONE: any */
    int nps;
    int ces;
    int trust;               /* enum trust, or TRUST_ANY */
    int has_comment;         /* 0 or 1, or COMMENT_ANY */
    int64_t frustration_min; /* thousandths, or ESTIMATE_ANY, as the next; bounds are in it */
    int64_t frustration_max;
    int64_t polarity_min;
    int64_t polarity_max;
    bool oldest_first;
};

#define RESPONSE_FILTER_NONE                                                                       \
    ((struct response_filter){.csat = CSAT_NONE,                                                   \
                              .nps = NPS_NONE,                                                     \
                              .ces = CES_NONE,                                                     \
                              .trust = TRUST_CONFIRMED,                                            \
                              .has_comment = COMMENT_ANY,                                          \
                              .frustration_min = ESTIMATE_ANY,                                     \
                              .frustration_max = ESTIMATE_ANY,                                     \
                              .polarity_min = ESTIMATE_ANY,                                        \
                              .polarity_max = ESTIMATE_ANY})

void response_filter_clear(struct response_filter *filter);

/* Where a page starts: after this response, in the filter's order. */
struct response_position {
    bool given; /* false: at the beginning */
    int64_t answered_at_us;
    struct uuid id;
};

struct response_page {
    struct survey_response *items; /* owned */
    size_t count;
};

/* The next responses, at most limit (1..RESPONSES_MAX) of them; *page is empty at the end and on
 * failure. */
enum outcome load_responses(struct db_connection *connection, const struct response_filter *filter,
                            const struct response_position *after, size_t limit,
                            struct response_page *page);

void response_page_clear(struct response_page *page);

enum outcome load_response(struct db_connection *connection, int64_t account_id,
                           const struct uuid *id, struct survey_response *response);

/* Those of the keys that are there, each once, in any order; *page is empty on failure. */
enum outcome load_responses_with_keys(struct db_connection *connection,
                                      const struct object_key keys[], size_t count,
                                      struct response_page *page);

#endif
