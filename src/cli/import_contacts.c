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

static void read_contact(const json_t *body, struct past_contact *past, struct mistakes *mistakes) {
    struct contact *contact = &past->reported.contact;
    read_fields(body, &past_contact_table, "", past, mistakes);
    if (mistakes_none(mistakes) && past->reported.event == REPORT_SOLVED &&
        contact->solved_at_us == TIME_NONE) {
        mistakes_add(mistakes, "/solved_at", "required, unless /event is another than solved");
    }
    complete_contact(contact, time_now_us(), "", mistakes);
}

/* Takes ownership of the contact. */
static struct report report_of(const struct import *import, const struct past_contact *past) {
    struct report report = REPORT_NONE;
    report.account_id = import->account_id;
    report.event = past->reported.event;
    report.contact = past->reported.contact;
    memcpy(report.source, past->source, sizeof report.source);
    report.reported_at_us = time_now_us();
    return report;
}

static bool take(struct import *import, const struct import_row *row) {
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    struct past_contact past = {.reported = {.contact = CONTACT_NONE, .event = REPORT_SOLVED}};
    snprintf(past.source, sizeof past.source, "%s", import->source);
    read_contact(row->body, &past, &mistakes);
    if (!mistakes_none(&mistakes)) {
        import_rejects_add(&import->rejects, &row->place, mistakes.list);
        contact_clear(&past.reported.contact);
        return !mistakes.out_of_memory;
    }
    struct report report = report_of(import, &past);
    return import_batch_add(import->state, &report, &row->place);
}

static enum outcome store(struct db_connection *connection, void *items, size_t count,
                          enum batch_end ends[]) {
    struct report *reports = items;
    enum outcome outcome =
        settle_reports_at_once(connection, REPORT_ROLLUP_SLOT, reports, count, false);
    for (size_t i = 0; i < count; i++) {
        ends[i] = reports[i].recorded ? BATCH_STORED
                  : reports[i].known  ? BATCH_KNOWN
                                      : BATCH_REFUSED;
    }
    return outcome;
}

static void clear(void *item) {
    report_clear(item);
}

static const struct batch_kind batch_of_reports = {
    sizeof(struct report),
    "is of a contact that was never reported as solved",
    store,
    clear,
};

static bool begin(struct import *import) {
    import->state = import_batch_new(import, &batch_of_reports);
    return import->state != NULL;
}

static void end(struct import *import) {
    import_batch_free(import->state);
}

static const struct import_column columns[] = {
    {"contact_ref", BODY, "ref", COLUMN_TEXT, true},
    {"agents", BODY, "agents", COLUMN_TEXTS, false},
    {"team", BODY, "team", COLUMN_TEXT, false},
    {"channel", BODY, "channel", COLUMN_TEXT, false},
    {"reason", BODY, "reason", COLUMN_TEXT, false},
    {"language", BODY, "language", COLUMN_TEXT, false},
    {"customer_ref", BODY_OWN_CUSTOMER, "ref", COLUMN_TEXT, false},
    {"customer_email", BODY_OWN_CUSTOMER, "email", COLUMN_TEXT, false},
    {"customer_name", BODY_OWN_CUSTOMER, "name", COLUMN_TEXT, false},
    {"solved_at", BODY, "solved_at", COLUMN_TEXT, true},
    {"opened_at", BODY, "opened_at", COLUMN_TEXT, false},
    {"handled_s", BODY, "handled_s", COLUMN_NUMBER, false},
    {"credit_amount", BODY, "credit_amount", COLUMN_NUMBER, false},
    {"event", BODY, "event", COLUMN_TEXT, false},
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
