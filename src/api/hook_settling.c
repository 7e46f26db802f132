#include "api/hook_settling.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/hook_delivery.h"
#include "store/report.h"
#include "store/survey_cache.h"

void hook_result_clear(struct hook_result *result) {
    json_decref(result->detail);
    *result = (struct hook_result){0};
}

enum outcome hook_find_survey(struct app *app, struct hook *hook, const struct survey **survey) {
    const char *name = hook->definition.survey;
    *survey = NULL;
    if (!*name || !hook->readable || hook->event != REPORT_SOLVED) {
        return OUTCOME_OK;
    }
    enum outcome outcome =
        survey_cache_get(app->survey_cache, hook->source->account_id, name, true, survey);
    if (outcome == OUTCOME_NOT_FOUND) {
        *survey = NULL;
        hook_step(
            hook, "survey", false,
            json_sprintf("the source's survey %s does not exist any more: nobody is asked", name));
        return OUTCOME_OK;
    }
    return outcome;
}

static const char *event_name(enum report_event event) {
    return event == REPORT_SOLVED ? "solved" : event == REPORT_REOPENED ? "reopened" : "changed";
}

static void set_text(json_t *detail, const char *name, const char *text) {
    if (text && *text) {
        json_object_set_new(detail, name, json_string(text));
    }
}

static void set_time(json_t *detail, const char *name, int64_t time_us) {
    char text[TIME_TEXT_SIZE];
    if (time_us != TIME_NONE) {
        time_format(time_us, text);
        set_text(detail, name, text);
    }
}

static void tell_invitation(const struct report *report, json_t *detail) {
    const struct invitation *invitation = &report->invitation;
    char id[UUID_TEXT_SIZE];
    uuid_format(&invitation->id, id);
    set_text(detail, "survey", report->survey->name);
    set_text(detail, "invitation", id);
    set_time(detail, "eligible_at", invitation->eligible_at_us);
    set_time(detail, "due_at", invitation->due_at_us);
}

static enum delivery_outcome solved_outcome(const struct report *report, json_t *detail) {
    if (!report->survey) {
        return report->recorded ? DELIVERY_RECORDED : DELIVERY_CHANGED;
    }
    tell_invitation(report, detail);
    if (report->verdict == VERDICT_SKIPPED) {
        set_text(detail, "reason", skip_reason_name(report->skip_reason));
        return DELIVERY_SKIPPED;
    }
    return report->verdict == VERDICT_CREATED ? DELIVERY_CREATED : DELIVERY_SCHEDULED;
}

/* What the report is about, taken from hook. */
static struct report report_of(struct hook *hook, const struct survey *survey) {
    struct report report = REPORT_NONE;
    report.account_id = hook->source->account_id;
    report.event = hook->event;
    report.contact = hook->contact.contact;
    hook->contact.contact = CONTACT_NONE;
    snprintf(report.source, sizeof report.source, "%s", hook->source->name);
    report.reported_at_us = hook->now_us;
    report.survey = survey;
    report.send = hook->definition.send;
    return report;
}

static enum outcome settle_report(struct db_connection *connection, struct report *report,
                                  struct hook_result *result) {
    bool known = true;
    enum outcome outcome = OUTCOME_OK;
    if (report->event != REPORT_SOLVED) {
        outcome =
            delivery_knows_contact(connection, report->account_id, report->contact.ref, &known);
    }
    if (outcome == OUTCOME_OK) {
        outcome = settle_reports(connection, REPORT_ROLLUP_SLOT, report, 1);
    }
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (report->event == REPORT_SOLVED) {
        result->outcome = solved_outcome(report, result->detail);
    } else {
        result->outcome = !known                             ? DELIVERY_IGNORED
                          : report->event == REPORT_REOPENED ? DELIVERY_REOPENED
                                                             : DELIVERY_CHANGED;
    }
    return OUTCOME_OK;
}

static void tell_report(struct hook *hook, const struct hook_result *result) {
    const char *name = delivery_outcome_name(result->outcome);
    const char *reason = json_string_value(json_object_get(result->detail, "reason"));
    if (result->outcome == DELIVERY_IGNORED) {
        hook_step(hook, "report", true, json_string("ignored: no such contact was ever solved"));
    } else {
        hook_step(hook, "report", true,
                  reason ? json_sprintf("%s: %s", name, reason) : json_string(name));
    }
}

enum outcome hook_settle(struct db_connection *connection, struct hook *hook,
                         const struct survey *survey, struct hook_result *result) {
    result->detail = json_object();
    if (!hook->readable) {
        bool nothing = hook->body && hook->event == REPORT_CHANGED;
        result->outcome = nothing ? DELIVERY_IGNORED : DELIVERY_UNMAPPED;
        return OUTCOME_OK;
    }
    set_text(result->detail, "event", event_name(hook->event));
    CLEANUP(report_clear) struct report report = report_of(hook, survey);
    enum outcome outcome = settle_report(connection, &report, result);
    if (outcome == OUTCOME_OK) {
        tell_report(hook, result);
    }
    return outcome;
}
