/* The pages of a list: cursors signed with the service's keys, and the Link header to the next. */
#ifndef API_LIST_CURSOR_H
#define API_LIST_CURSOR_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "api/fields.h"
#include "app.h"
#include "base/outcome.h"
#include "base/text.h"
#include "domain/cursor.h"
#include "http/request.h"
#include "http/response.h"

#define LIST_LIMIT_DEFAULT 50
#define LIST_LIMIT_MAX     200
#define CURSOR_BYTES_MAX   200 /* of one that is given; ours are shorter */

/* The fields that the query of every list has: int limit, and char *cursor where it is signed. */
#define LIST_LIMIT_FIELD(query)                                                                    \
    {                                                                                              \
        .name = "limit", .kind = FIELD_INT, .offset = offsetof(query, limit), .min = 1,            \
        .max = LIST_LIMIT_MAX                                                                      \
    }
#define LIST_CURSOR_FIELD(query)                                                                   \
    {                                                                                              \
        .name = "cursor", .kind = FIELD_TEXT, .offset = offsetof(query, cursor), .min = 1,         \
        .max = CURSOR_BYTES_MAX                                                                    \
    }

/* Signs where a list with this filter (its canonical text) goes on: after last, whose filter hash
 * is made here. OUTCOME_UNAVAILABLE while there are no signing keys. */
enum outcome list_cursor_write(struct app *app, const char *filter, const struct cursor *last,
                               char text[CURSOR_TEXT_SIZE]);

/* OUTCOME_NOT_FOUND: text is not a cursor of ours for this account and this filter. */
enum outcome list_cursor_read(struct app *app, int64_t account_id, const char *filter,
                              const char *text, struct cursor *cursor);

/*
 * Where a list begins: at the newest when given is NULL, else where that cursor says. filter is the
 * list's, just written. Anything but OUTCOME_OK is for respond_bad_cursor; *cursor is set either
 * way.
 */
enum outcome list_cursor_start(struct app *app, const struct request *request,
                               const struct text *filter, const char *given, struct cursor *cursor);

/* 400 invalid_cursor, or 503. */
struct response respond_bad_cursor(enum outcome outcome);

/* Adds Link: <the same request with this cursor>; rel="next". */
void list_set_next_link(struct response *response, const struct app *app,
                        const struct request *request, const char *cursor);

/* 200 with the elements of a page and the cursor of the next one, which is NULL after the last;
 * with its link. Takes ownership of data; NULL: out of memory. */
struct response respond_list(const struct app *app, const struct request *request, json_t *data,
                             const char *next);

/* The same, where the next page begins after last, which is NULL when there is none. */
struct response respond_list_until(struct app *app, const struct request *request, json_t *data,
                                   const char *filter, const struct cursor *last);

#endif
