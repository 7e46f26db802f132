/* GET /s/{token}, /l/.. and their thank-you pages: nothing here records an answer. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "http/exchange.h"
#include "intake/invitation_reader.h"
#include "intake/view_log.h"
#include "pages/html.h"
#include "pages/pages.h"
#include "pages/render.h"
#include "pages/time_left.h"
#include "store/signing_key.h"

/* A browser that only loads ahead has shown the page to nobody. */
static bool is_prefetch(const struct request *request) {
    static const char *const headers[] = {"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"};
    for (size_t i = 0; i < COUNT(headers); i++) {
        const char *value = request_header(request, headers[i]);
        if (value && (strcasestr(value, "prefetch") || strcasestr(value, "preview"))) {
            return true;
        }
    }
    return false;
}

static void note_view(struct app *app, const struct request *request, const struct visit *visit,
                      const struct answers *preselected, int64_t now_us) {
    if (strcmp(request->method, "GET") == 0 && !is_prefetch(request)) {
        view_log_add(app->view_log, visit->account_id, &visit->id, preselected, now_us);
    }
}

static struct response show_form(struct app *app, const struct request *request,
                                 const struct visit *visit, bool with_links_answers) {
    CLEANUP(form_answers_clear) struct form_answers filled = {.answers = ANSWERS_NONE};
    struct answers preselected = ANSWERS_NONE;
    struct seal seal;
    int64_t now_us = time_now_us();
    if (!answers_copy(&visit->answers, &filled.answers)) {
        return visit_respond_unavailable(visit);
    }
    if (with_links_answers) {
        link_answers_read(request, visit->survey, &filled.answers, &preselected);
    }
    if (seal_prepare(app, request, &preselected, &seal) != OUTCOME_OK) {
        return visit_respond_unavailable(visit);
    }
    note_view(app, request, visit, &preselected, now_us);
    return render_survey(visit, &seal, &filled, false, now_us);
}

static struct response show_visit(struct app *app, const struct request *request,
                                  const struct visit *visit, bool with_links_answers) {
    return visit->state == VISIT_OPEN ? show_form(app, request, visit, with_links_answers)
                                      : visit_refuse(visit);
}

static struct response show_page(struct app *app, const struct request *request, visit_opener *open,
                                 bool with_links_answers) {
    CLEANUP(visit_clear) struct visit visit;
    open(app, request, &visit);
    return show_visit(app, request, &visit, with_links_answers);
}

/* How long the answer may still be changed, once there is one. */
static void append_time_to_change(struct text *text, const struct visit *visit) {
    const struct locale *locale = visit->page.locale;
    unsigned count;
    if (visit->final_at_us == TIME_NONE) {
        return;
    }
    const struct counted_text *left = time_left_text(
        visit->final_at_us - time_now_us(), &locale->thanks_days, &locale->thanks_hours, &count);
    if (left) {
        text_append(text, "<p class=\"lead\">");
        locale_append_counted_html(text, locale, left, count);
        text_append(text, "</p>");
    }
}

static void append_change(struct text *text, const struct visit *visit) {
    CLEANUP(text_clear) struct text url = {0};
    append_time_to_change(text, visit);
    visit_append_url(visit, visit->change, &url);
    html(text, "<a class=\"b alt\" href=\"%s\">%s</a>", url.bytes,
         visit->page.locale->thanks_change);
}

/* A page that waits for its invitation. */
struct waiting_page {
    struct app *app;
    const struct request *request; /* alive as long as its exchange is kept */
    struct exchange *exchange;
};

static struct response show_read(struct app *app, const struct request *request, enum outcome found,
                                 struct invitation *invitation) {
    CLEANUP(visit_clear) struct visit visit;
    visit_open_read(app, request, found, invitation, &visit);
    return show_visit(app, request, &visit, true);
}

static void answer_page(void *context, enum outcome outcome, struct invitation *invitation) {
    struct waiting_page *page = context;
    exchange_answer(page->exchange, show_read(page->app, page->request, outcome, invitation));
    free(page);
}

static bool wait_for_invitation(struct app *app, const struct request *request,
                                const struct token *token) {
    struct waiting_page *page = malloc(sizeof *page);
    if (!page) {
        return false;
    }
    *page = (struct waiting_page){app, request, exchange_keep(request->exchange)};
    if (!invitation_reader_ask(app->invitation_reader, token, answer_page, page)) {
        exchange_drop(page->exchange);
        free(page);
        return false;
    }
    return true;
}

struct response get_survey_page(struct app *app, const struct request *request) {
    struct token token;
    enum outcome found = signing_keys_read(app->signing_keys, request_path_param(request, "token"),
                                           TOKEN_ANSWERS, &token);
    if (found == OUTCOME_OK) {
        found = wait_for_invitation(app, request, &token) ? OUTCOME_OK : OUTCOME_UNAVAILABLE;
    }
    return found == OUTCOME_OK ? respond_later() : show_read(app, request, found, NULL);
}

struct response get_link_page(struct app *app, const struct request *request) {
    return show_page(app, request, visit_open_link, true);
}

/* What the thank-you page leads back to: a signed link cannot be had without the answer it was
 * signed with, and what was answered since is to be seen. */
struct response get_link_change(struct app *app, const struct request *request) {
    return show_page(app, request, visit_open_link, false);
}

static struct response thank(const struct visit *visit) {
    CLEANUP(text_clear) struct text text = {0};
    const struct locale *locale = visit->page.locale;
    page_open(&text, &visit->page, locale->thanks_title, false);
    text_append(&text, "<div class=\"card done\">");
    page_append_mark(&text);
    html(&text, "<h1>%s</h1><p>%s</p>", locale->thanks_title,
         page_text(&visit->page, SURVEY_TEXT_THANK_YOU));
    if (visit->state == VISIT_OPEN) {
        append_change(&text, visit);
    }
    text_append(&text, "</div>\n");
    page_close(&text);
    return page_respond(200, &visit->page, &text);
}

static struct response show_thanks(struct app *app, const struct request *request,
                                   visit_opener *open) {
    CLEANUP(visit_clear) struct visit visit;
    open(app, request, &visit);
    bool known = visit.state == VISIT_OPEN || visit.state == VISIT_EXPIRED ||
                 visit.state == VISIT_CLOSED || visit.state == VISIT_ANSWERED ||
                 visit.state == VISIT_ARCHIVED;
    return known ? thank(&visit) : visit_refuse(&visit);
}

struct response get_thanks(struct app *app, const struct request *request) {
    return show_thanks(app, request, visit_open_invitation);
}

struct response get_link_thanks(struct app *app, const struct request *request) {
    return show_thanks(app, request, visit_open_link);
}
