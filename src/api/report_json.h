/* What became of a report that was to invite, as the API tells it. */
#ifndef API_REPORT_JSON_H
#define API_REPORT_JSON_H

#include <stdbool.h>

#include "app.h"
#include "base/text.h"
#include "domain/report.h"

/* The contact's invitation was there before; of a report that was not to be sent. */
#define SHOWN_EXISTING "existing"

/*
 * Appends the invitation of a settled report as JSON, with the report's verdict; with its link and
 * what to put into a mail, unless nobody is to get them. False while there is no key to sign the
 * link.
 */
bool append_report(struct app *app, const struct report *report, bool dry_run, struct text *text);

#endif
