#include <stdio.h>
#include <string.h>

#include "api/contact_fields.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/import_batch.h"
#include "store/report.h"

#define CONNECTIONS 1

/* A contact as it is reported. */
struct reported {
    struct contact contact;
    char source[SOURCE_BYTES_MAX + 1];
};

static const struct field fields[] = {
    {.name = "contact",
     .kind = FIELD_OBJECT,
     .required = true,
     .offset = offsetof(struct reported, contact),
     .object = &contact_table},
    {.name = "source",
     .kind = FIELD_NAME,
     .offset = offsetof(struct reported, source),
     .min = 1,
     .max = SOURCE_BYTES_MAX},
};

static const struct field_table table = FIELD_TABLE(fields);

static void read_contact(const json_t *body, struct reported *reported, struct mistakes *mistakes) {
    read_fields(body, &table, "", reported, mistakes);
    if (mistakes_none(mistakes) && reported->contact.solved_at_us == TIME_NONE) {
        mistakes_add(mistakes, "/contact/solved_at", "required");
    }
    complete_contact(&reported->contact, time_now_us(), "/contact", mistakes);
}

/* Takes ownership of the contact. */
static struct report report_of(const struct import *import, const struct reported *reported) {
    struct report report = REPORT_NONE;
    report.account_id = import->account_id;
    report.contact = reported->contact;
    memcpy(report.source, reported->source, sizeof report.source);
    report.reported_at_us = time_now_us();
    return report;
}

static bool take(struct import *import, const struct import_row *row) {
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    struct reported reported = {.contact = CONTACT_NONE};
    snprintf(reported.source, sizeof reported.source, "%s", import->source);
    read_contact(row->body, &reported, &mistakes);
    if (!mistakes_none(&mistakes)) {
        import_rejects_add(&import->rejects, &row->place, mistakes.list);
        contact_clear(&reported.contact);
        return !mistakes.out_of_memory;
    }
    struct report report = report_of(import, &reported);
    return import_batch_add(import->state, &report, &row->place);
}

static enum outcome store(struct db_connection *connection, void *items, size_t count,
                          bool created[]) {
    struct report *reports = items;
    enum outcome outcome =
        settle_reports_at_once(connection, REPORT_ROLLUP_SLOT, reports, count, false);
    for (size_t i = 0; i < count; i++) {
        created[i] = reports[i].recorded;
    }
    return outcome;
}

static void clear(void *item) {
    report_clear(item);
}

static const struct batch_kind batch_of_reports = {sizeof(struct report), store, clear};

static bool begin(struct import *import) {
    import->state = import_batch_new(import, &batch_of_reports);
    return import->state != NULL;
}

static void end(struct import *import) {
    import_batch_free(import->state);
}

static const struct import_column columns[] = {
    {"contact_ref", BODY_CONTACT, "ref", COLUMN_TEXT, true},
    {"agents", BODY_CONTACT, "agents", COLUMN_TEXTS, false},
    {"team", BODY_CONTACT, "team", COLUMN_TEXT, false},
    {"channel", BODY_CONTACT, "channel", COLUMN_TEXT, false},
    {"reason", BODY_CONTACT, "reason", COLUMN_TEXT, false},
    {"language", BODY_CONTACT, "language", COLUMN_TEXT, false},
    {"customer_ref", BODY_CUSTOMER, "ref", COLUMN_TEXT, false},
    {"customer_email", BODY_CUSTOMER, "email", COLUMN_TEXT, false},
    {"customer_name", BODY_CUSTOMER, "name", COLUMN_TEXT, false},
    {"solved_at", BODY_CONTACT, "solved_at", COLUMN_TEXT, true},
    {"opened_at", BODY_CONTACT, "opened_at", COLUMN_TEXT, false},
    {"handled_s", BODY_CONTACT, "handled_s", COLUMN_NUMBER, false},
    {"credit_amount", BODY_CONTACT, "credit_amount", COLUMN_NUMBER, false},
    {"source", BODY, "source", COLUMN_TEXT, false},
};

static const struct import_kind contacts = {
    .columns = {columns, COUNT(columns), false},
    .connections = CONNECTIONS,
    .begin = begin,
    .take = take,
    .end = end,
};

int run_import_contacts(const struct invocation *invocation) {
    return run_import(invocation, &contacts);
}
