#include "pages/visit.h"

#include "app.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "domain/vote_rules.h"
#include "pages/html.h"
#include "store/contact_response.h"
#include "store/invitation.h"
#include "store/signing_key.h"
#include "store/survey_cache.h"

#define RETRY_AFTER_S "5"

static enum visit_state state_of(enum outcome outcome) {
    switch (outcome) {
    case OUTCOME_OK:
        return VISIT_OPEN;
    case OUTCOME_NOT_FOUND:
        return VISIT_UNKNOWN;
    case OUTCOME_CONFLICT:
    case OUTCOME_UNAVAILABLE:
    case OUTCOME_REJECTED:
    case OUTCOME_FAILED:
        break;
    }
    return VISIT_UNAVAILABLE;
}

/* The contact's language, else what the browser asks for. */
static void choose_language(const struct request *request, struct visit *visit) {
    const char *language = visit->contact.language;
    const struct locale *locale = locale_find(language);
    visit->page.locale =
        locale ? locale : locale_negotiate(request_header(request, "Accept-Language"));
    visit->page.language = language ? language : visit->page.locale->language;
}

/* Takes over the answer that counts so far, and closes the visit when it is final. An answer that
 * this visitor's would take the place of is none yet. */
static void judge_response(struct survey_response *response, struct visit *visit) {
    if (response_bars(response, visit->source)) {
        visit->state = VISIT_ANSWERED;
        return;
    }
    if (response->trust != TRUST_CONFIRMED || response_yields(response, visit->source)) {
        return;
    }
    visit->answers = response->answers;
    response->answers = ANSWERS_NONE;
    visit->final_at_us = response->confirmed_at_us + visit->survey->edit_window_days * US_PER_DAY;
    visit->state = time_now_us() > visit->final_at_us ? VISIT_CLOSED : VISIT_OPEN;
}

static void judge_expiry(struct visit *visit) {
    bool answered = !answers_empty(&visit->answers);
    if (!answered && time_now_us() >= visit->expires_at_us) {
        visit->state = VISIT_EXPIRED;
    }
}

static enum outcome find_answers(struct app *app, struct visit *visit) {
    if (!visit->maybe_answered) {
        return OUTCOME_OK;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    if (!connection) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(survey_response_clear)
    struct survey_response response = {.contact = CONTACT_NONE, .answers = ANSWERS_NONE};
    enum outcome outcome = load_contact_response(connection, visit->account_id, visit->survey->name,
                                                 visit->contact.ref, &response);
    if (outcome == OUTCOME_OK) {
        judge_response(&response, visit);
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

void visit_settle(struct app *app, const struct request *request, enum outcome found,
                  struct visit *visit) {
    bool readable = found == OUTCOME_OK && !visit->fault.detail;
    enum visit_state state = state_of(readable ? find_answers(app, visit) : found);
    if (state != VISIT_OPEN) {
        visit->state = state;
    } else if (visit->fault.detail) { /* perhaps so malformed that no survey was looked for */
        visit->state = VISIT_FAULTY;
    } else if (visit->survey->archived) {
        visit->state = VISIT_ARCHIVED;
    } else if (visit->state == VISIT_OPEN) {
        judge_expiry(visit);
    }
    choose_language(request, visit);
    visit->page.survey = state == VISIT_OPEN ? visit->survey : NULL;
}

/* Takes over what the visit needs of its invitation. */
static void take_invitation(struct invitation *invitation, struct visit *visit) {
    visit->account_id = invitation->account_id;
    visit->id = invitation->id;
    visit->invited = true;
    visit->maybe_answered = invitation->answered_at_us != TIME_NONE;
    visit->contact = invitation->contact;
    invitation->contact = CONTACT_NONE;
    bool sent = invitation->sent_at_us != TIME_NONE;
    visit->sent_at_us = sent ? invitation->sent_at_us : invitation->created_at_us;
    visit->expires_at_us = invitation->expires_at_us;
}

static enum outcome load_token_invitation(struct app *app, const char *text,
                                          struct invitation *invitation) {
    struct token token;
    enum outcome outcome = signing_keys_read(app->signing_keys, text, TOKEN_ANSWERS, &token);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    return connection
               ? load_invitation(connection, token.account_id, &token.invitation_id, invitation)
               : OUTCOME_UNAVAILABLE;
}

static enum outcome find_survey(struct app *app, const struct request *request,
                                struct invitation *invitation, struct visit *visit) {
    take_invitation(invitation, visit);
    text_append_format(&visit->path, "/s/%s", request_path_param(request, "token"));
    return survey_cache_get(app->survey_cache, visit->account_id, invitation->survey, true,
                            &visit->survey);
}

void visit_open_read(struct app *app, const struct request *request, enum outcome found,
                     struct invitation *invitation, struct visit *visit) {
    *visit = VISIT_NONE;
    visit->source = SOURCE_PAGE;
    if (found == OUTCOME_OK) {
        found = find_survey(app, request, invitation, visit);
    }
    visit_settle(app, request, found, visit);
}

void visit_open_invitation(struct app *app, const struct request *request, struct visit *visit) {
    CLEANUP(invitation_clear) struct invitation invitation = INVITATION_NONE;
    enum outcome found =
        load_token_invitation(app, request_path_param(request, "token"), &invitation);
    visit_open_read(app, request, found, &invitation, visit);
}

void visit_append_url(const struct visit *visit, const char *suffix, struct text *url) {
    text_append_bytes(url, visit->path.bytes, visit->path.length);
    text_append(url, suffix);
    text_append_bytes(url, visit->query.bytes, visit->query.length);
}

void visit_clear(struct visit *visit) {
    text_clear(&visit->path);
    text_clear(&visit->query);
    contact_clear(&visit->contact);
    answers_clear(&visit->answers);
    survey_cache_release(&visit->survey);
}

struct response visit_respond_unavailable(const struct visit *visit) {
    const struct locale *locale = visit->page.locale;
    struct response response = page_respond_message(503, &visit->page, locale->unavailable_title,
                                                    locale->unavailable_text);
    response_set_header(&response, "Retry-After", RETRY_AFTER_S);
    return response;
}

/* What is wrong is for whoever made the link, and in English as all of the API. */
static struct response respond_faulty(const struct visit *visit) {
    CLEANUP(text_clear) struct text text = {0};
    const struct locale *locale = visit->page.locale;
    page_open(&text, &visit->page, locale->link_wrong_title, false);
    html(&text, "<div class=\"card done\"><h1>%s</h1><p>%s</p>", locale->link_wrong_title,
         locale->link_wrong_text);
    html(&text, "<p lang=\"en\" dir=\"ltr\"><code>%s: %s</code></p></div>\n",
         visit->fault.parameter, visit->fault.detail);
    page_close(&text);
    return page_respond(400, &visit->page, &text);
}

struct response visit_refuse(const struct visit *visit) {
    const struct page *page = &visit->page;
    const struct locale *locale = page->locale;
    switch (visit->state) {
    case VISIT_EXPIRED:
        return page_respond_message(410, page, locale->expired_title, locale->expired_text);
    case VISIT_CLOSED:
        return page_respond_message(410, page, locale->closed_title, locale->closed_text);
    case VISIT_ARCHIVED:
        return page_respond_message(410, page, locale->survey_closed_title,
                                    locale->survey_closed_text);
    case VISIT_ANSWERED:
        return page_respond_message(410, page, locale->answered_title, locale->answered_text);
    case VISIT_FAULTY:
        return respond_faulty(visit);
    case VISIT_UNKNOWN:
        return page_respond_message(404, page, locale->not_found_title, locale->not_found_text);
    case VISIT_OPEN:
    case VISIT_UNAVAILABLE:
        break;
    }
    return visit_respond_unavailable(visit);
}
