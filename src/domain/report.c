#include "domain/report.h"

void report_clear(struct report *report) {
    contact_clear(&report->contact);
    invitation_clear(&report->invitation);
    *report = REPORT_NONE;
}
