#include "cli/import_batch.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"

#define TRIES_MAX   60
#define TRY_AGAIN_S 1
#define UNSTORABLE                                                                                 \
    "the database cannot store it; look for characters or numbers that are out of the ordinary"

struct import_batch {
    struct import *import;
    const struct batch_kind *kind;
    size_t count;
    struct row_place places[IMPORT_BATCH_MAX]; /* each owns its raw */
    enum batch_end ends[IMPORT_BATCH_MAX];
    char items[]; /* owned */
};

struct import_batch *import_batch_new(struct import *import, const struct batch_kind *kind) {
    struct import_batch *batch =
        calloc(1, sizeof *batch + IMPORT_BATCH_MAX * kind->item_size + _Alignof(max_align_t));
    if (batch) {
        batch->import = import;
        batch->kind = kind;
    }
    return batch;
}

static void *item_at(struct import_batch *batch, size_t index) {
    return batch->items + index * batch->kind->item_size;
}

static void empty(struct import_batch *batch) {
    for (size_t i = 0; i < batch->count; i++) {
        batch->kind->clear(item_at(batch, i));
        free((char *)batch->places[i].raw);
    }
    batch->count = 0;
}

/* Once more while the database is away, or somebody else was in the way. */
static enum outcome store(struct import_batch *batch, size_t first, size_t count) {
    enum outcome outcome = OUTCOME_UNAVAILABLE;
    for (int tries = 0; outcome == OUTCOME_UNAVAILABLE && tries < TRIES_MAX; tries++) {
        if (tries > 0) {
            nanosleep(&(struct timespec){.tv_sec = TRY_AGAIN_S}, NULL);
        }
        CLEANUP(db_release)
        struct db_connection *connection = db_acquire(batch->import->database.db);
        if (connection) {
            outcome =
                batch->kind->store(connection, item_at(batch, first), count, &batch->ends[first]);
        }
    }
    return outcome;
}

static void note_ends(struct import_batch *batch, size_t first, size_t count) {
    struct import *import = batch->import;
    for (size_t i = first; i < first + count; i++) {
        if (batch->ends[i] == BATCH_REFUSED) {
            import_rejects_add_one(&import->rejects, &batch->places[i], "", batch->kind->refusal);
        } else {
            atomic_fetch_add(
                batch->ends[i] == BATCH_STORED ? &import->counts.stored : &import->counts.known, 1);
        }
    }
}

/* Stores a range; when the database refuses something in it, halves it until that stands alone. */
static bool store_range(struct import_batch *batch, size_t first,
                        size_t count) { /* NOLINT(misc-no-recursion) */
    enum outcome outcome = store(batch, first, count);
    if (outcome == OUTCOME_OK) {
        note_ends(batch, first, count);
        return true;
    }
    if (outcome != OUTCOME_REJECTED) {
        atomic_fetch_add(&batch->import->counts.lost, (int_fast64_t)count);
        return false;
    }
    if (count == 1) {
        import_rejects_add_one(&batch->import->rejects, &batch->places[first], "", UNSTORABLE);
        return true;
    }
    return store_range(batch, first, count / 2) &&
           store_range(batch, first + count / 2, count - count / 2);
}

static bool flush(struct import_batch *batch) {
    bool good = batch->count == 0 || batch->import->dry_run || store_range(batch, 0, batch->count);
    empty(batch);
    return good;
}

bool import_batch_add(struct import_batch *batch, void *item, const struct row_place *place) {
    char *raw = malloc(place->raw_length + 1);
    if (!raw) {
        batch->kind->clear(item);
        return false;
    }
    memcpy(raw, place->raw, place->raw_length);
    memcpy(item_at(batch, batch->count), item, batch->kind->item_size);
    batch->places[batch->count] = *place;
    batch->places[batch->count++].raw = raw;
    return batch->count < IMPORT_BATCH_MAX || flush(batch);
}

void import_batch_free(struct import_batch *batch) {
    if (!batch) {
        return;
    }
    flush(batch);
    free(batch);
}
