#include "api/suppression_fields.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/import_batch.h"
#include "store/suppression.h"

#define CONNECTIONS 1

static bool take(struct import *import, const struct import_row *row) {
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    struct suppression suppression = {.account_id = import->account_id};
    if (!read_past_suppression(row->body, "", time_now_us(), &suppression, &mistakes)) {
        import_rejects_add(&import->rejects, &row->place, mistakes.list);
        suppression_clear(&suppression);
        return !mistakes.out_of_memory;
    }
    return import_batch_add(import->state, &suppression, &row->place);
}

static enum outcome store(struct db_connection *connection, void *items, size_t count,
                          enum batch_end ends[]) {
    bool created[IMPORT_BATCH_MAX];
    enum outcome outcome = store_suppressions(connection, items, count, created);
    for (size_t i = 0; outcome == OUTCOME_OK && i < count; i++) {
        ends[i] = created[i] ? BATCH_STORED : BATCH_KNOWN;
    }
    return outcome;
}

static void clear(void *item) {
    suppression_clear(item);
}

static const struct batch_kind batch_of_suppressions = {sizeof(struct suppression), NULL, store,
                                                        clear};

static bool begin(struct import *import) {
    import->state = import_batch_new(import, &batch_of_suppressions);
    return import->state != NULL;
}

static void end(struct import *import) {
    import_batch_free(import->state);
}

static const struct import_column columns[] = {
    {"email", BODY, "email", COLUMN_TEXT, true},
    {"reason", BODY, "reason", COLUMN_TEXT, false},
    {"note", BODY, "note", COLUMN_TEXT, false},
    {"created_at", BODY, "created_at", COLUMN_TEXT, false},
    {"id", BODY, "id", COLUMN_TEXT, false},
    {"invitation", BODY, "invitation", COLUMN_TEXT, false},
};

static const struct import_kind suppressions = {
    .columns = {columns, COUNT(columns), false},
    .connections = CONNECTIONS,
    .begin = begin,
    .take = take,
    .end = end,
};

int run_import_suppressions(const struct invocation *invocation) {
    return run_import(invocation, &suppressions);
}
