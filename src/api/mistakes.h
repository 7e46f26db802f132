/* All that is wrong with a request, collected, so that the client can mend it in one go. */
#ifndef API_MISTAKES_H
#define API_MISTAKES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "http/response.h"

#define MISTAKES_MAX 50 /* more are counted, not listed */

/* Zero-initialised for a JSON body; with .in_query set, for query parameters. */
struct mistakes {
    bool in_query;
    size_t count;
    bool out_of_memory; /* counts as a failure of ours, not of the client */
    json_t *list;       /* owned [{pointer or parameter, detail}]; NULL while there are none */
};

void mistakes_clear(struct mistakes *mistakes);

/* True when nothing stands in the way of going on. */
bool mistakes_none(const struct mistakes *mistakes);

/* where is a JSON Pointer ("/contact/ref", "" for the whole body) or a parameter's name. The detail
 * is valid UTF-8 and says what to mend. */
void mistakes_add(struct mistakes *mistakes, const char *where, const char *detail, ...)
    __attribute__((format(printf, 3, 4)));

/* 422 invalid_body or invalid_query; empties mistakes. Only when there are any. */
struct response respond_mistakes(struct mistakes *mistakes);

#endif
