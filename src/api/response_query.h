/* The query parameters of GET /v1/responses. */
#ifndef API_RESPONSE_QUERY_H
#define API_RESPONSE_QUERY_H

#include "api/mistakes.h"
#include "base/text.h"
#include "http/request.h"
#include "store/response_read.h"

struct response_query {
    struct response_filter filter;
    int limit;    /* 0: not given */
    char *cursor; /* owned, or NULL */
};

/* True when there is no mistake. Either way query owns texts afterwards: clear it. */
bool read_response_query(const struct request *request, struct response_query *query,
                         struct mistakes *mistakes);

void response_query_clear(struct response_query *query);

/* Appends what the cursor is bound to: every filter and the order, but neither limit nor cursor. */
void response_filter_append(const struct response_filter *filter, struct text *text);

#endif
