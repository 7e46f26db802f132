#include <stddef.h>
#include <string.h>

#include "api/api.h"
#include "api/array_result.h"
#include "api/fields.h"
#include "api/invitation_batch.h"
#include "api/report_json.h"
#include "api/survey_refusal.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "store/report.h"

#define LOCATION_BYTES 64

static struct response respond_to_report(struct app *app, const struct invitation_entry *entry,
                                         bool dry_run) {
    const struct report *report = entry->report;
    struct text body = {0};
    if (!append_report(app, report, dry_run, &body)) {
        text_clear(&body);
        return respond_outcome(OUTCOME_UNAVAILABLE, "signing key");
    }
    bool made = report->made && !dry_run;
    struct response response = respond_text(made ? 201 : 200, TYPE_JSON, &body);
    if (!dry_run) {
        char location[LOCATION_BYTES] = "/v1/invitations/";
        uuid_format(&report->invitation.id, location + strlen(location));
        response_set_header(&response, made ? "Location" : "Content-Location", location);
    }
    return response;
}

static struct response respond_entry(struct app *app, const struct invitation_batch *batch,
                                     size_t index) {
    struct invitation_entry *entry = &batch->entries[index];
    if (entry->archived) {
        return respond_survey_archived();
    }
    return entry->report ? respond_to_report(app, entry, batch->dry_run)
                         : respond_mistakes(&entry->mistakes);
}

static struct response respond_array(struct app *app, const struct invitation_batch *batch) {
    struct text body = {0};
    text_append(&body, "{\"data\":[");
    for (size_t i = 0; i < batch->count; i++) {
        text_append(&body, i ? "," : "");
        append_array_result(&body, "invitation", respond_entry(app, batch, i));
    }
    text_append(&body, "]}");
    return respond_text(207, TYPE_JSON, &body);
}

static const struct field query_fields[] = {
    {.name = "dry_run", .kind = FIELD_BOOL, .offset = offsetof(struct invitation_batch, dry_run)},
};
static const struct field_table query_table = FIELD_TABLE(query_fields);

static struct response settle(struct app *app, const struct request *request,
                              struct invitation_batch *batch) {
    enum outcome outcome = invitation_batch_settle(app, request, batch);
    if (outcome == OUTCOME_NOT_FOUND) {
        return respond_survey_deleted();
    }
    if (outcome != OUTCOME_OK) {
        return respond_outcome(outcome, "invitation");
    }
    return json_is_array(request->json) ? respond_array(app, batch) : respond_entry(app, batch, 0);
}

struct response create_invitation(struct app *app, const struct request *request) {
    bool many = json_is_array(request->json);
    size_t count = json_array_size(request->json);
    if (many && (count == 0 || count > REPORTS_AT_ONCE_MAX)) {
        CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
        mistakes_add(&mistakes, "", "has %zu elements; expected 1 to %d", count,
                     REPORTS_AT_ONCE_MAX);
        return respond_mistakes(&mistakes);
    }
    CLEANUP(invitation_batch_clear) struct invitation_batch batch = {0};
    CLEANUP(mistakes_clear) struct mistakes mistakes = {.in_query = true};
    if (!read_query(request, &query_table, &batch, &mistakes)) {
        return respond_mistakes(&mistakes);
    }
    return settle(app, request, &batch);
}
