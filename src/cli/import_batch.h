/* Rows of an import that are stored a thousand at a time, on the importing thread. */
#ifndef CLI_IMPORT_BATCH_H
#define CLI_IMPORT_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "cli/import.h"
#include "store/db.h"

#define IMPORT_BATCH_MAX 1000

/* How a row of a batch ended. */
enum batch_end {
    BATCH_KNOWN, /* it was there before */
    BATCH_STORED,
    BATCH_REFUSED, /* for the kind's reason */
};

/* What a row is made, and how many of those are stored. */
struct batch_kind {
    size_t item_size;
    const char *refusal;

    /* Stores them in one transaction and tells how each ended. Running the same again is safe. */
    enum outcome (*store)(struct db_connection *connection, void *items, size_t count,
                          enum batch_end ends[]);

    void (*clear)(void *item);
};

struct import_batch;

/* import and kind are lent; NULL when out of memory. */
struct import_batch *import_batch_new(struct import *import, const struct batch_kind *kind);

/* Takes what item holds, made of the row at place; stores the batch once it is full. Returns false
 * when that failed for good: its rows are counted as lost. In a dry run nothing is stored. */
bool import_batch_add(struct import_batch *batch, void *item, const struct row_place *place);

/* Stores what is left, counts it, and frees everything. */
void import_batch_free(struct import_batch *batch);

#endif
