#include "api/report_json.h"

#include "api/invitation_json.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "pages/invitation_url.h"

static struct invitation_view view_of(const struct report *report, bool dry_run) {
    const struct invitation *invitation = &report->invitation;
    struct invitation_view view = {
        .would_be = dry_run && report->made,
        .verdict = verdict_name(report->verdict),
        .skip_reason = skip_reason_name(report->skip_reason),
    };
    if (!report->send && !report->decided) {
        view.verdict = SHOWN_EXISTING;
        view.skip_reason = NULL;
    } else if (!report->decided) {
        view.invitation_verdict = invitation_verdict(invitation, report->reported_at_us);
        view.invitation_skip_reason = invitation_skip_reason(invitation);
    }
    return view;
}

/* Whoever is not to be asked, or was, gets no further mail by mistake. */
static bool hands_out_link(const struct report *report, bool dry_run) {
    return !dry_run && report->verdict != VERDICT_SKIPPED &&
           invitation_shows_url(&report->invitation);
}

bool append_report(struct app *app, const struct report *report, bool dry_run, struct text *text) {
    CLEANUP(text_clear) struct text url = {0};
    CLEANUP(email_block_clear) struct email_block email = {0};
    const struct invitation *invitation = &report->invitation;
    struct invitation_view view = view_of(report, dry_run);
    if (hands_out_link(report, dry_run)) {
        if (!invitation_write_url(app, invitation, &url) ||
            !email_block_write(report->survey, &invitation->contact, url.bytes,
                               invitation->expires_at_us - time_now_us(), &email)) {
            return false;
        }
        view.url = url.bytes;
        view.email = &email;
    }
    invitation_append_json(text, invitation, &view);
    return true;
}
