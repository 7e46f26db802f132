#include <stddef.h>
#include <string.h>

#include "api/api.h"
#include "api/array_result.h"
#include "api/contact_batch.h"
#include "api/fields.h"
#include "api/kept_contact_json.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "store/report.h"

static void set_location(struct response *response, const char *name, const char *ref) {
    CLEANUP(text_clear) struct text location = {0};
    text_append(&location, "/v1/contacts/");
    text_append_percent_encoded(&location, ref);
    if (!location.failed) {
        response_set_header(response, name, location.bytes);
    }
}

static struct response respond_entry(const struct contact_batch *batch,
                                     struct contact_entry *entry) {
    if (!entry->report) {
        return respond_mistakes(&entry->mistakes);
    }
    const char *ref = entry->report->contact.ref;
    const struct kept_contact *kept = find_contact(&batch->kept, ref);
    if (!kept || !entry->report->known) {
        return respond_problem(
            404, "not_found",
            "no such contact was reported as solved; its event \"solved\" makes it "
            "known");
    }
    struct text body = {0};
    kept_contact_append_json(&body, kept);
    bool recorded = entry->report->recorded && !batch->dry_run;
    struct response response = respond_text(recorded ? 201 : 200, TYPE_JSON, &body);
    if (!batch->dry_run) {
        set_location(&response, recorded ? "Location" : "Content-Location", ref);
    }
    return response;
}

static struct response respond_array(const struct contact_batch *batch) {
    struct text body = {0};
    text_append(&body, "{\"data\":[");
    for (size_t i = 0; i < batch->count; i++) {
        text_append(&body, i ? "," : "");
        append_array_result(&body, "contact", respond_entry(batch, &batch->entries[i]));
    }
    text_append(&body, "]}");
    return respond_text(207, TYPE_JSON, &body);
}

static const struct field query_fields[] = {
    {.name = "dry_run", .kind = FIELD_BOOL, .offset = offsetof(struct contact_batch, dry_run)},
};
static const struct field_table query_table = FIELD_TABLE(query_fields);

struct response create_contact(struct app *app, const struct request *request) {
    bool many = json_is_array(request->json);
    size_t count = json_array_size(request->json);
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    if (many && (count == 0 || count > REPORTS_AT_ONCE_MAX)) {
        mistakes_add(&mistakes, "", "has %zu elements; expected 1 to %d", count,
                     REPORTS_AT_ONCE_MAX);
        return respond_mistakes(&mistakes);
    }
    CLEANUP(contact_batch_clear) struct contact_batch batch = {0};
    mistakes.in_query = true;
    if (!read_query(request, &query_table, &batch, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    enum outcome outcome = contact_batch_settle(app, request, &batch);
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "contact");
    }
    return many ? respond_array(&batch) : respond_entry(&batch, &batch.entries[0]);
}
