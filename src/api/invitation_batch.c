#include "api/invitation_batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/contact_fields.h"
#include "api/fields.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/report.h"
#include "store/survey_cache.h"

#define POINTER_BYTES 48
#define SOURCE        "api"

struct wish {
    char survey[SURVEY_NAME_BYTES_MAX + 1];
    struct contact contact;
    bool send;
};

static const struct field fields[] = {
    {.name = "survey",
     .kind = FIELD_NAME,
     .required = true,
     .offset = offsetof(struct wish, survey),
     .min = 1,
     .max = SURVEY_NAME_BYTES_MAX},
    {.name = "contact",
     .kind = FIELD_OBJECT,
     .required = true,
     .offset = offsetof(struct wish, contact),
     .object = &contact_table},
    {.name = "send", .kind = FIELD_BOOL, .offset = offsetof(struct wish, send)},
};
static const struct field_table table = FIELD_TABLE(fields);

void invitation_batch_clear(struct invitation_batch *batch) {
    for (size_t i = 0; i < batch->count; i++) {
        mistakes_clear(&batch->entries[i].mistakes);
        if (batch->entries[i].survey) {
            survey_cache_release(&batch->entries[i].survey);
        }
    }
    for (size_t i = 0; i < batch->valid; i++) {
        report_clear(&batch->reports[i]);
    }
    free(batch->entries);
    free(batch->reports);
    *batch = (struct invitation_batch){0};
}

static void say_no_such_survey(struct invitation_entry *entry, const char *pointer) {
    char where[POINTER_BYTES];
    snprintf(where, sizeof where, "%s/survey", pointer);
    mistakes_add(&entry->mistakes, where,
                 "names a survey that does not exist; see GET /v1/surveys");
}

struct element {
    const json_t *json;
    const char *pointer;
    int64_t account_id;
    int64_t now_us;
};

/* The survey, held in entry; that there is none is one more mistake. */
static enum outcome find_survey(struct app *app, const struct element *element, const char *name,
                                struct invitation_entry *entry) {
    if (!*name) {
        return OUTCOME_OK;
    }
    enum outcome outcome =
        survey_cache_get(app->survey_cache, element->account_id, name, true, &entry->survey);
    if (outcome == OUTCOME_NOT_FOUND) {
        say_no_such_survey(entry, element->pointer);
        return OUTCOME_OK;
    }
    return outcome;
}

/* Takes ownership of wish's contact. */
static struct report report_of(const struct wish *wish, const struct element *element,
                               const struct survey *survey) {
    struct report report = REPORT_NONE;
    report.account_id = element->account_id;
    report.contact = wish->contact;
    memcpy(report.source, SOURCE, sizeof SOURCE);
    report.reported_at_us = element->now_us;
    report.survey = survey;
    report.send = wish->send;
    return report;
}

static enum outcome read_element(struct app *app, const struct element *element,
                                 struct invitation_batch *batch, struct invitation_entry *entry) {
    struct wish wish = {.contact = CONTACT_NONE};
    char contact[POINTER_BYTES];
    snprintf(contact, sizeof contact, "%s/contact", element->pointer);
    read_fields(element->json, &table, element->pointer, &wish, &entry->mistakes);
    complete_contact(&wish.contact, element->now_us, contact, &entry->mistakes);
    enum outcome outcome = find_survey(app, element, wish.survey, entry);
    bool good = outcome == OUTCOME_OK && mistakes_none(&entry->mistakes);
    entry->archived = good && entry->survey->archived && !wish.send;
    if (!good || entry->archived) {
        contact_clear(&wish.contact);
        return entry->mistakes.out_of_memory ? OUTCOME_FAILED : outcome;
    }
    entry->report = &batch->reports[batch->valid++];
    *entry->report = report_of(&wish, element, entry->survey);
    return OUTCOME_OK;
}

static bool make_room(struct invitation_batch *batch, size_t count) {
    batch->entries = calloc(count + 1, sizeof *batch->entries);
    batch->reports = calloc(count + 1, sizeof *batch->reports);
    if (!batch->entries || !batch->reports) {
        return false;
    }
    batch->count = count;
    return true;
}

static enum outcome read_elements(struct app *app, const struct request *request,
                                  struct invitation_batch *batch) {
    bool many = json_is_array(request->json);
    enum outcome outcome = OUTCOME_OK;
    struct element element = {.account_id = request->principal.account_id, .now_us = time_now_us()};
    for (size_t i = 0; outcome == OUTCOME_OK && i < batch->count; i++) {
        element.json = many ? json_array_get(request->json, i) : request->json;
        char pointer[POINTER_BYTES] = "";
        if (many) {
            snprintf(pointer, sizeof pointer, "/%zu", i);
        }
        element.pointer = pointer;
        outcome = read_element(app, &element, batch, &batch->entries[i]);
    }
    return outcome;
}

enum outcome invitation_batch_settle(struct app *app, const struct request *request,
                                     struct invitation_batch *batch) {
    size_t count = json_is_array(request->json) ? json_array_size(request->json) : 1;
    if (!make_room(batch, count)) {
        return OUTCOME_FAILED;
    }
    enum outcome outcome = read_elements(app, request, batch);
    if (outcome != OUTCOME_OK || batch->valid == 0) {
        return outcome;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    if (!connection) {
        return OUTCOME_UNAVAILABLE;
    }
    return settle_reports_at_once(connection, REPORT_ROLLUP_SLOT, batch->reports, batch->valid,
                                  batch->dry_run);
}
