/*
 * Settles a JSON array of reports, given as the argument, in one transaction: [{event, contact,
 * survey, send, reported_at}, ..]. Prints what became of each, as an array. For tests of what no
 * single route can report: several events of one contact at once, at any time.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/contact_fields.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/report.h"
#include "store/survey.h"

static struct survey *surveys; /* of the reports */

static enum report_event event_of(const char *name) {
    static const char *const names[] = {"solved", "reopened", "changed"};
    size_t i = 0;
    while (i < COUNT(names) && strcmp(names[i], name) != 0) {
        i++;
    }
    return (enum report_event)i;
}

static bool read_report(struct db_connection *connection, const json_t *json, size_t index,
                        struct report *report) {
    CLEANUP(mistakes_clear) struct mistakes mistakes = {0};
    const char *event = "solved";
    const char *survey = NULL;
    const char *at = NULL;
    int send = 0;
    json_t *contact = NULL;
    if (json_unpack((json_t *)json, "{s?s, s:o, s?s, s?b, s?s}", "event", &event, "contact",
                    &contact, "survey", &survey, "send", &send, "reported_at", &at)) {
        return false;
    }
    *report = REPORT_NONE;
    report->account_id = 1;
    report->event = event_of(event);
    report->send = send;
    snprintf(report->source, sizeof report->source, "test");
    report->reported_at_us = time_now_us();
    if (at && !time_parse(at, &report->reported_at_us)) {
        return false;
    }
    read_fields(contact, &contact_table, "", &report->contact, &mistakes);
    complete_contact(&report->contact, report->reported_at_us, "", &mistakes);
    surveys[index] = SURVEY_DEFAULT;
    report->survey = survey ? &surveys[index] : NULL;
    return mistakes_none(&mistakes) &&
           (!survey || load_survey(connection, 1, survey, &surveys[index]) == OUTCOME_OK);
}

static json_t *time_to_json(int64_t time_us) {
    char text[TIME_TEXT_SIZE];
    if (time_us == TIME_NONE) {
        return json_null();
    }
    time_format(time_us, text);
    return json_string(text);
}

static json_t *report_to_json(const struct report *report) {
    return json_pack("{s:b, s:b, s:b, s:b, s:s, s:s?, s:o, s:o}", "recorded", report->recorded,
                     "solved_again", report->solved_again, "made", report->made, "decided",
                     report->decided, "verdict", verdict_name(report->verdict), "reason",
                     skip_reason_name(report->skip_reason), "due_at",
                     time_to_json(report->invitation.due_at_us), "expires_at",
                     time_to_json(report->invitation.expires_at_us));
}

static int settle(struct db_connection *connection, const json_t *list) {
    size_t count = json_array_size(list);
    struct report *reports = calloc(count + 1, sizeof *reports);
    surveys = calloc(count + 1, sizeof *surveys);
    for (size_t i = 0; i < count; i++) {
        if (!reports || !surveys ||
            !read_report(connection, json_array_get(list, i), i, &reports[i])) {
            fprintf(stderr, "report %zu makes no sense\n", i);
            return EXIT_FAILURE;
        }
    }
    enum outcome outcome =
        settle_reports_at_once(connection, REPORT_ROLLUP_SLOT, reports, count, false);
    json_t *results = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(results, report_to_json(&reports[i]));
        report_clear(&reports[i]);
        survey_clear(&surveys[i]);
    }
    json_dumpf(results, stdout, JSON_COMPACT);
    json_decref(results);
    free(reports);
    free(surveys);
    return outcome == OUTCOME_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
    json_t *list = argc == 2 ? json_loads(argv[1], 0, NULL) : NULL;
    struct db *db = db_open(&(struct db_options){.conninfo = getenv("DATABASE_URL"),
                                                 .connections = 1,
                                                 .connect_timeout_ms = 10000,
                                                 .acquire_timeout_ms = 10000,
                                                 .statement_timeout_ms = 30000,
                                                 .prepare = true});
    struct db_connection *connection = db ? db_acquire(db) : NULL;
    int status = list && connection ? settle(connection, list) : EXIT_FAILURE;
    if (connection) {
        db_release(&connection);
    }
    db_close(db);
    json_decref(list);
    return status;
}
