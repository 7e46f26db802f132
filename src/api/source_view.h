/* A source as JSON, as its readers see it. */
#ifndef API_SOURCE_VIEW_H
#define API_SOURCE_VIEW_H

#include <jansson.h>

#include "app.h"
#include "store/source.h"

/* Why name cannot name a source, or NULL. */
const char *source_name_objection(const char *name);

/* With its definition, and its url; secret is shown when it is not NULL, which is once. NULL when
 * out of memory; the caller owns it. */
json_t *source_view(const struct app *app, const struct source *source, const char *secret);

/* What source_view adds to a definition: sent back with PUT it is not taken for a mistake. */
extern const char *const source_read_only[];
extern const size_t source_read_only_count;

#endif
