#include "api/contact_batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/contact_fields.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/report.h"

#define POINTER_BYTES 48
#define SOURCE        "api"

void contact_batch_clear(struct contact_batch *batch) {
    for (size_t i = 0; i < batch->count; i++) {
        mistakes_clear(&batch->entries[i].mistakes);
    }
    for (size_t i = 0; i < batch->valid; i++) {
        report_clear(&batch->reports[i]);
    }
    free(batch->entries);
    free(batch->reports);
    contact_list_clear(&batch->kept);
    *batch = (struct contact_batch){0};
}

static bool make_room(struct contact_batch *batch, size_t count) {
    batch->entries = calloc(count + 1, sizeof *batch->entries);
    batch->reports = calloc(count + 1, sizeof *batch->reports);
    if (!batch->entries || !batch->reports) {
        return false;
    }
    batch->count = count;
    return true;
}

struct element {
    const json_t *json;
    const char *pointer;
    int64_t account_id;
    int64_t now_us;
};

/* False when out of memory. */
static bool read_element(const struct element *element, struct contact_batch *batch,
                         struct contact_entry *entry) {
    struct reported_contact read = {.contact = CONTACT_NONE, .event = REPORT_SOLVED};
    read_fields(element->json, &reported_contact_table, element->pointer, &read, &entry->mistakes);
    complete_contact(&read.contact, element->now_us, element->pointer, &entry->mistakes);
    if (!mistakes_none(&entry->mistakes)) {
        contact_clear(&read.contact);
        return !entry->mistakes.out_of_memory;
    }
    entry->report = &batch->reports[batch->valid++];
    *entry->report = REPORT_NONE;
    entry->report->account_id = element->account_id;
    entry->report->event = read.event;
    entry->report->contact = read.contact;
    entry->report->reported_at_us = element->now_us;
    memcpy(entry->report->source, SOURCE, sizeof SOURCE);
    return true;
}

static bool read_elements(const struct request *request, struct contact_batch *batch) {
    bool many = json_is_array(request->json);
    bool read = true;
    struct element element = {.account_id = request->principal.account_id, .now_us = time_now_us()};
    for (size_t i = 0; read && i < batch->count; i++) {
        char pointer[POINTER_BYTES] = "";
        element.json = many ? json_array_get(request->json, i) : request->json;
        if (many) {
            snprintf(pointer, sizeof pointer, "/%zu", i);
        }
        element.pointer = pointer;
        read = read_element(&element, batch, &batch->entries[i]);
    }
    return read;
}

static void free_refs(char ***refs) {
    free(*refs);
}

/* Inside the transaction: a dry run shows what would be. */
static enum outcome load_kept(struct db_connection *connection, struct contact_batch *batch) {
    CLEANUP(free_refs) char **refs = calloc(batch->valid + 1, sizeof(char *));
    for (size_t i = 0; refs && i < batch->valid; i++) {
        refs[i] = batch->reports[i].contact.ref;
    }
    return refs ? load_contacts(connection, batch->reports[0].account_id, refs, batch->valid,
                                &batch->kept)
                : OUTCOME_FAILED;
}

static enum outcome settle(struct db_connection *connection, struct contact_batch *batch) {
    enum outcome outcome = db_execute(connection, REPORT_BEGIN);
    if (outcome == OUTCOME_OK) {
        outcome = settle_reports(connection, REPORT_ROLLUP_SLOT, batch->reports, batch->valid);
    }
    if (outcome == OUTCOME_OK) {
        outcome = load_kept(connection, batch);
    }
    return outcome == OUTCOME_OK ? db_execute(connection, batch->dry_run ? "ROLLBACK" : "COMMIT")
                                 : outcome;
}

enum outcome contact_batch_settle(struct app *app, const struct request *request,
                                  struct contact_batch *batch) {
    size_t count = json_is_array(request->json) ? json_array_size(request->json) : 1;
    if (!make_room(batch, count) || !read_elements(request, batch)) {
        return OUTCOME_FAILED;
    }
    if (batch->valid == 0) {
        return OUTCOME_OK;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    return connection ? settle(connection, batch) : OUTCOME_UNAVAILABLE;
}
