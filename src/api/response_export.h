/* All responses of a filter as one long answer, made page by page. */
#ifndef API_RESPONSE_EXPORT_H
#define API_RESPONSE_EXPORT_H

#include "http/response.h"
#include "store/response_read.h"

enum export_format {
    EXPORT_NDJSON, /* one response a line, as GET /v1/responses/{id} without its votes */
    EXPORT_CSV,
};

struct app;

/*
 * Streams every response that filter lets through; takes the filter's texts over. Not one snapshot:
 * each page of 1,000 is read when the client has taken the one before. Loads the first page itself,
 * so that a database that is away is a 503; one that goes away later breaks the answer off. CSV has
 * a column for each of the survey's own questions when filter names a survey, and always one
 * for answers without a column.
 */
struct response respond_export(struct app *app, struct response_filter *filter,
                               enum export_format format);

#endif
