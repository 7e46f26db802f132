/* GET /v1/metrics's parameters. */
#ifndef API_METRICS_QUERY_H
#define API_METRICS_QUERY_H

#include "api/mistakes.h"
#include "base/time.h"
#include "domain/contact.h"
#include "domain/vote.h"
#include "http/request.h"
#include "store/metrics.h"

#define BOUND_TEXT_MAX 40

struct metrics_bound_text {
    char given[BOUND_TEXT_MAX + 1];
    char utc[TIME_TEXT_SIZE];
    int64_t time_us;
};

/* What was asked for; query points into the texts beside it. */
struct metrics_request {
    struct metrics_query query;
    char survey[SURVEY_NAME_BYTES_MAX + 1];
    struct metrics_bound_text from;
    struct metrics_bound_text to;
    char filters[DIMENSIONS][SOURCE_BYTES_MAX > DIMENSION_BYTES_MAX ? SOURCE_BYTES_MAX + 1
                                                                    : DIMENSION_BYTES_MAX + 1];
    int interval; /* enum metrics_interval */
    int by;       /* enum dimension; DIMENSIONS when groups are not asked for */
    int compare;  /* true: with the previous window */
    bool csv;     /* the caller's to say */
};

/* Fills *asked, which must then stay where it is. False: mistakes says what is wrong with it. */
bool read_metrics_request(const struct request *request, struct metrics_request *asked,
                          struct mistakes *mistakes);

/* Objects to windows that are empty, too long, or have no previous one. */
bool check_metrics_window(const struct metrics_request *asked, const struct metrics_window *window,
                          struct mistakes *mistakes);

#endif
