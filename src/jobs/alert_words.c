#include "jobs/alert_words.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "domain/score.h"

#define LABEL_WIDTH 12

/* What a mail is made of: a first sentence, then rows of a label and a text. */
struct words {
    struct text subject;
    struct text plain;
    struct text html;
};

static void words_clear(struct words *words) {
    text_clear(&words->subject);
    text_clear(&words->plain);
    text_clear(&words->html);
}

static bool over(const struct alert_mail *about) {
    return about->alert.status == ALERT_RESOLVED;
}

/* ---- pieces ---- */

static void append_paragraph(struct words *words, const char *sentence, bool strong) {
    text_append_format(&words->plain, "%s\n\n", sentence);
    text_append(&words->html, strong ? "<p><strong>" : "<p>");
    text_append_html(&words->html, sentence);
    text_append(&words->html, strong ? "</strong></p>\n" : "</p>\n");
}

static void append_row(struct words *words, const char *label, const char *value) {
    text_append_format(&words->plain, "%-*s%s\n", LABEL_WIDTH, label, value);
    text_append(&words->html, "<tr><th align=\"left\">");
    text_append_html(&words->html, label);
    text_append(&words->html, "</th><td>");
    text_append_html(&words->html, value);
    text_append(&words->html, "</td></tr>\n");
}

static void append_rows_end(struct words *words) {
    text_append_char(&words->plain, '\n');
    text_append(&words->html, "</table>\n");
}

/* ---- what they say ---- */

/* The alert as it may be named in a mail. */
static void name_harmlessly(const struct alert *alert, struct alert *named) {
    *named = *alert;
    if (name_invites_a_click(alert->team)) {
        snprintf(named->team, sizeof named->team, "A team whose name reads like a link");
    }
}

static void append_subject(struct words *words, const struct alert_mail *about,
                           const struct alert *named) {
    text_append_format(&words->subject, "%sFrustration alert: %s", over(about) ? "Resolved: " : "",
                       *named->team ? named->team : "all teams together");
}

/* Who gets two mails of one bad hour is told why. */
static void append_scope(struct words *words, const struct alert *alert) {
    if (!*alert->team) {
        append_paragraph(words,
                         "This counts the answers of all teams, also of a team that has an alert "
                         "of its own: one team's bad hour may raise both.",
                         false);
    }
}

static void append_usual(struct words *words, const struct alert *alert) {
    CLEANUP(text_clear) struct text usual = {0};
    if (alert->baseline_n == 0) {
        text_append(&usual, "not known yet");
    } else {
        struct interval interval = wilson_interval(alert->baseline_frustrated, alert->baseline_n);
        text_append_format(&usual, "%d of %d answers (between %.1f %% and %.1f %%)",
                           alert->baseline_frustrated, alert->baseline_n, 100 * interval.low,
                           100 * interval.high);
    }
    append_row(words, "Usual", usual.failed ? "" : usual.bytes);
}

static void append_time(struct words *words, const char *label, const char *at, const char *zone,
                        const char *by) {
    CLEANUP(text_clear) struct text value = {0};
    text_append_format(&value, "%s (%s)%s%s", at, zone, by ? ", " : "", by ? by : "");
    append_row(words, label, value.failed ? "" : value.bytes);
}

static void append_facts(struct words *words, const struct alert_mail *about) {
    const struct alert *alert = &about->alert;
    text_append(&words->html, "<table>\n");
    append_time(words, "Raised", about->raised_at, about->time_zone, NULL);
    if (over(about)) {
        append_time(words, "Resolved", about->resolved_at, about->time_zone,
                    alert->resolved_by ? alert->resolved_by : "as it fell back by itself");
    }
    append_usual(words, alert);
    append_row(words, "Account", about->account_name);
    if (alert->note) {
        append_row(words, "Note", alert->note);
    }
}

/* How to go on; what is over needs no more than reading. */
static void append_ways(struct words *words, const struct alert_mail *about,
                        const char *public_url) {
    static const struct {
        const char *label;
        const char *method;
        const char *suffix;
    } ways[] = {{"Read", "GET", ""},
                {"Acknowledge", "POST", "/acknowledge"},
                {"Resolve", "POST", "/resolve"}};
    char id[UUID_TEXT_SIZE];
    uuid_format(&about->alert.id, id);
    for (size_t i = 0; i < (over(about) ? 1 : sizeof ways / sizeof *ways); i++) {
        CLEANUP(text_clear) struct text value = {0};
        text_append_format(&value, "%s %s/v1/alerts/%s%s", ways[i].method, public_url, id,
                           ways[i].suffix);
        append_row(words, ways[i].label, value.failed ? "" : value.bytes);
    }
}

static void write_words(struct words *words, const struct alert_mail *about,
                        const char *public_url) {
    CLEANUP(text_clear) struct text sentence = {0};
    struct alert named; /* its texts are the alert's */
    name_harmlessly(&about->alert, &named);
    append_subject(words, about, &named);
    alert_append_text(&sentence, &named);
    text_append_char(&sentence, '.');
    text_append(&words->html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
                              "<title>Alert</title></head>\n<body>\n");
    append_paragraph(words, sentence.failed ? "" : sentence.bytes, true);
    if (over(about)) {
        append_paragraph(words, "This is over.", false);
    }
    append_scope(words, &about->alert);
    append_facts(words, about);
    append_ways(words, about, public_url);
    append_rows_end(words);
    if (!over(about)) {
        append_paragraph(words,
                         "Each takes an API key; to acknowledge or resolve it, send {\"note\": "
                         "\"what you know\"} as JSON, or {}.",
                         false);
    }
    append_paragraph(words,
                     "The answers themselves are not in this mail: read the alert to see them. You "
                     "get it because your address is in [alerts] recipients.",
                     false);
    text_append(&words->html, "</body>\n</html>\n");
}

bool alert_mail_compose(const struct alert_mail *about, const char *public_url, struct mail *mail) {
    CLEANUP(words_clear) struct words words = {.subject = {0}};
    write_words(&words, about, public_url);
    if (words.subject.failed || words.plain.failed || words.html.failed) {
        return false;
    }
    mail->subject = text_take(&words.subject);
    mail->text = text_take(&words.plain);
    mail->html = text_take(&words.html);
    snprintf(mail->language, sizeof mail->language, "en");
    return mail->subject && mail->text && mail->html;
}
