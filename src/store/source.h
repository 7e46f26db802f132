/* Helpdesks that report by webhook. */
#ifndef STORE_SOURCE_H
#define STORE_SOURCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/vote.h"
#include "store/db.h"

#define SOURCE_REVISION_NONE 0 /* there is no such source */

struct source {
    int64_t account_id;
    char name[SOURCE_BYTES_MAX + 1];
    json_t *definition;    /* owned; see api/source_definition.h */
    char *secret;          /* owned; NULL when it needs none */
    char *previous_secret; /* owned; or NULL */
    int64_t previous_valid_until_us;
    int revision;
    int64_t created_at_us;
    int64_t updated_at_us;
};

void source_clear(struct source *source);

/* Fills *source (the caller clears it); OUTCOME_NOT_FOUND when the account has none of that name.
 */
enum outcome load_source(struct db_connection *connection, int64_t account_id, const char *name,
                         struct source *source);

/* Makes the source, when its revision is SOURCE_REVISION_NONE, or replaces exactly that revision;
 * fills in the new one and the times. OUTCOME_CONFLICT: it is another by now. */
enum outcome store_source(struct db_connection *connection, struct source *source);

/* With what it delivered. OUTCOME_CONFLICT: it has another revision. */
enum outcome remove_source(struct db_connection *connection, int64_t account_id, const char *name,
                           int revision);

struct source_list {
    struct source *sources; /* owned */
    size_t count;
};

/* The sources by name, from the one after `after` on, at most limit. The caller clears *list either
 * way. */
enum outcome list_sources_after(struct db_connection *connection, int64_t account_id,
                                const char *after, size_t limit, struct source_list *list);

void source_list_clear(struct source_list *list);

#endif
