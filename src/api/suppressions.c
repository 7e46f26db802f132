/* POST and DELETE /v1/suppressions. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/api.h"
#include "api/array_result.h"
#include "api/suppression_fields.h"
#include "api/suppression_json.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "domain/contact.h"
#include "store/suppression.h"

#define POINTER_BYTES 24

/* ---- POST ---- */

/* One element of the request; place: among the batch's suppressions. */
struct entry {
    struct mistakes mistakes;
    size_t place;
};

struct batch {
    struct entry *entries; /* owned, as the others */
    size_t count;
    struct suppression *list; /* those without a mistake */
    bool *created;
    size_t valid;
};

static void batch_clear(struct batch *batch) {
    for (size_t i = 0; i < batch->count; i++) {
        mistakes_clear(&batch->entries[i].mistakes);
    }
    for (size_t i = 0; i < batch->valid; i++) {
        suppression_clear(&batch->list[i]);
    }
    free(batch->entries);
    free(batch->list);
    free(batch->created);
}

static bool make_room(struct batch *batch, size_t count) {
    batch->entries = calloc(count, sizeof *batch->entries);
    batch->list = calloc(count, sizeof *batch->list);
    batch->created = calloc(count, sizeof *batch->created);
    batch->count = batch->entries ? count : 0;
    return batch->entries && batch->list && batch->created;
}

static void read_element(const json_t *json, const char *pointer, struct suppression *read,
                         struct batch *batch, struct entry *entry) {
    if (!read_suppression(json, pointer, time_now_us(), read, &entry->mistakes)) {
        suppression_clear(read);
        return;
    }
    entry->place = batch->valid++;
    batch->list[entry->place] = *read;
}

static void read_elements(const struct request *request, struct batch *batch) {
    bool many = json_is_array(request->json);
    for (size_t i = 0; i < batch->count; i++) {
        char pointer[POINTER_BYTES] = "";
        struct suppression suppression = {
            .account_id = request->principal.account_id,
        };
        if (many) {
            snprintf(pointer, sizeof pointer, "/%zu", i);
        }
        read_element(many ? json_array_get(request->json, i) : request->json, pointer, &suppression,
                     batch, &batch->entries[i]);
    }
}

static struct response respond_entry(struct batch *batch, struct entry *entry) {
    if (!mistakes_none(&entry->mistakes)) {
        return respond_mistakes(&entry->mistakes);
    }
    struct text body = {0};
    suppression_append_json(&body, &batch->list[entry->place]);
    return respond_text(batch->created[entry->place] ? 201 : 200, TYPE_JSON, &body);
}

static struct response respond_array(struct batch *batch) {
    struct text body = {0};
    text_append(&body, "{\"data\":[");
    for (size_t i = 0; i < batch->count; i++) {
        text_append(&body, i ? "," : "");
        append_array_result(&body, "suppression", respond_entry(batch, &batch->entries[i]));
    }
    text_append(&body, "]}");
    return respond_text(207, TYPE_JSON, &body);
}

static enum outcome store_batch(struct app *app, struct batch *batch) {
    if (batch->valid == 0) {
        return OUTCOME_OK;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    return connection ? store_suppressions(connection, batch->list, batch->valid, batch->created)
                      : OUTCOME_UNAVAILABLE;
}

static struct response answer(struct app *app, const struct request *request, size_t count,
                              struct batch *batch) {
    if (!make_room(batch, count)) {
        return respond_outcome(OUTCOME_FAILED, "suppression");
    }
    read_elements(request, batch);
    enum outcome outcome = store_batch(app, batch);
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "suppression");
    }
    return json_is_array(request->json) ? respond_array(batch)
                                        : respond_entry(batch, &batch->entries[0]);
}

struct response create_suppression(struct app *app, const struct request *request) {
    size_t count = json_is_array(request->json) ? json_array_size(request->json) : 1;
    if (count == 0 || count > SUPPRESSIONS_AT_ONCE_MAX) {
        CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
        mistakes_add(&mistakes, "", "has %zu elements; expected 1 to %d", count,
                     SUPPRESSIONS_AT_ONCE_MAX);
        return respond_mistakes(&mistakes);
    }
    struct batch batch = {0};
    struct response response = answer(app, request, count, &batch);
    batch_clear(&batch);
    return response;
}

/* ---- DELETE ---- */

struct removal_query {
    char *email; /* owned */
};

static const struct field removal_fields[] = {
    {.name = "email",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = offsetof(struct removal_query, email),
     .min = 1,
     .max = CUSTOMER_TEXT_BYTES_MAX},
};
static const struct field_table removal_table = FIELD_TABLE(removal_fields);

static void removal_clear(struct removal_query *query) {
    free(query->email);
}

struct response delete_suppression(struct app *app, const struct request *request) {
    CLEANUP(removal_clear) struct removal_query query = {0};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {.in_query = true};
    bool removed = false;
    if (!read_query(request, &removal_table, &query, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    enum outcome outcome =
        connection
            ? remove_suppression(connection, request->principal.account_id, query.email, &removed)
            : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_OK && !removed) {
        outcome = OUTCOME_NOT_FOUND;
    }
    return outcome == OUTCOME_OK ? respond_empty(204) : respond_outcome(outcome, "suppression");
}
