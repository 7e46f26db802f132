#include "api/invitation_batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/contact_fields.h"
#include "api/fields.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/invitation.h"
#include "store/survey_cache.h"

#define POINTER_BYTES 48
#define SOURCE        "api"

static const struct field fields[] = {
    {.name = "survey",
     .kind = FIELD_NAME,
     .required = true,
     .offset = offsetof(struct invitation, survey),
     .min = 1,
     .max = SURVEY_NAME_BYTES_MAX},
    {.name = "contact",
     .kind = FIELD_OBJECT,
     .required = true,
     .offset = offsetof(struct invitation, contact),
     .object = &contact_table},
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
        invitation_clear(&batch->invitations[i]);
    }
    free(batch->entries);
    free(batch->invitations);
    free(batch->created);
    *batch = (struct invitation_batch){0};
}

static void say_no_such_survey(struct invitation_entry *entry, const char *pointer) {
    char where[POINTER_BYTES];
    snprintf(where, sizeof where, "%s/survey", pointer);
    mistakes_add(&entry->mistakes, where,
                 "names a survey that does not exist; see GET /v1/surveys");
}

/* The survey, held in entry; that there is none is one more mistake. */
static enum outcome find_survey(struct app *app, const struct invitation *invitation,
                                const char *pointer, struct invitation_entry *entry) {
    if (!*invitation->survey) {
        return OUTCOME_OK;
    }
    enum outcome outcome = survey_cache_get(app->survey_cache, invitation->account_id,
                                            invitation->survey, true, &entry->survey);
    if (outcome == OUTCOME_NOT_FOUND) {
        say_no_such_survey(entry, pointer);
        return OUTCOME_OK;
    }
    return outcome;
}

static void complete_invitation(struct invitation *invitation, const struct survey *survey,
                                int64_t now_us) {
    invitation->id = uuid_new();
    memcpy(invitation->source, SOURCE, sizeof SOURCE);
    invitation->created_at_us = now_us;
    invitation->expires_at_us = now_us + survey->expires_after_days * US_PER_DAY;
}

struct element {
    const json_t *json;
    const char *pointer;
    int64_t account_id;
    int64_t now_us;
};

static enum outcome read_element(struct app *app, const struct element *element,
                                 struct invitation_batch *batch, struct invitation_entry *entry) {
    struct invitation read = INVITATION_NONE;
    char contact[POINTER_BYTES];
    snprintf(contact, sizeof contact, "%s/contact", element->pointer);
    read.account_id = element->account_id;
    read_fields(element->json, &table, element->pointer, &read, &entry->mistakes);
    complete_contact(&read.contact, element->now_us, contact, &entry->mistakes);
    enum outcome outcome = find_survey(app, &read, element->pointer, entry);
    bool good = outcome == OUTCOME_OK && mistakes_none(&entry->mistakes);
    entry->archived = good && entry->survey->archived;
    if (!good || entry->archived) {
        invitation_clear(&read);
        return entry->mistakes.out_of_memory ? OUTCOME_FAILED : outcome;
    }
    complete_invitation(&read, entry->survey, element->now_us);
    entry->invitation = &batch->invitations[batch->valid++];
    *entry->invitation = read;
    return OUTCOME_OK;
}

static bool make_room(struct invitation_batch *batch, size_t count) {
    batch->entries = calloc(count + 1, sizeof *batch->entries);
    batch->invitations = calloc(count + 1, sizeof *batch->invitations);
    batch->created = calloc(count + 1, sizeof *batch->created);
    if (!batch->entries || !batch->invitations || !batch->created) {
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

enum outcome invitation_batch_store(struct app *app, const struct request *request,
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
    outcome = store_invitations(connection, INVITATION_ROLLUP_SLOT, batch->invitations,
                                batch->valid, batch->created);
    for (size_t i = 0; i < batch->count; i++) {
        struct invitation_entry *entry = &batch->entries[i];
        entry->created =
            entry->invitation && batch->created[entry->invitation - batch->invitations];
    }
    return outcome;
}
