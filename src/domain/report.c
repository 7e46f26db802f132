#include "domain/report.h"

#include <string.h>

void report_clear(struct report *report) {
    contact_clear(&report->contact);
    invitation_clear(&report->invitation);
    *report = REPORT_NONE;
}

bool report_reset(struct report *report, const struct contact *contact) {
    struct report fresh = REPORT_NONE;
    fresh.account_id = report->account_id;
    fresh.event = report->event;
    memcpy(fresh.source, report->source, sizeof fresh.source);
    fresh.reported_at_us = report->reported_at_us;
    fresh.survey = report->survey;
    fresh.send = report->send;
    report_clear(report);
    *report = fresh;
    return contact_copy(contact, &report->contact);
}
