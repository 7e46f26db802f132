#include "pages/visit.h"

#include <string.h>

#include "app.h"
#include "base/cleanup.h"
#include "base/time.h"
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

/* The invitation's language, else what the browser asks for. */
static void choose_language(const struct request *request, struct visit *visit) {
    const char *language = visit->invitation.contact.language;
    const struct locale *locale = locale_find(language);
    visit->page.locale =
        locale ? locale : locale_negotiate(request_header(request, "Accept-Language"));
    visit->page.language = language ? language : visit->page.locale->language;
}

/* Takes over the answer that counts so far, and closes the visit when it is final. */
static void judge_response(struct survey_response *response, struct visit *visit) {
    if (response->trust != TRUST_CONFIRMED) {
        return;
    }
    visit->answers = response->answers;
    response->answers = ANSWERS_NONE;
    int64_t window_us = visit->survey->edit_window_days * US_PER_DAY;
    bool over = time_now_us() > response->confirmed_at_us + window_us;
    visit->state = over ? VISIT_CLOSED : VISIT_OPEN;
}

static void judge_expiry(struct visit *visit) {
    bool answered = !answers_empty(&visit->answers);
    if (!answered && time_now_us() >= visit->invitation.expires_at_us) {
        visit->state = VISIT_EXPIRED;
    }
}

static enum outcome find_invitation(struct app *app, struct visit *visit) {
    enum outcome outcome = signing_keys_read(app->signing_keys, visit->token_text, &visit->token);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    return connection ? load_invitation(connection, visit->token.account_id,
                                        &visit->token.invitation_id, &visit->invitation)
                      : OUTCOME_UNAVAILABLE;
}

static enum outcome find_answers(struct app *app, struct visit *visit) {
    const struct invitation *invitation = &visit->invitation;
    if (invitation->answered_at_us == TIME_NONE) {
        return OUTCOME_OK;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    if (!connection) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(survey_response_clear)
    struct survey_response response = {.contact = CONTACT_NONE, .answers = ANSWERS_NONE};
    enum outcome outcome = load_contact_response(
        connection, invitation->account_id, invitation->survey, invitation->contact.ref, &response);
    if (outcome == OUTCOME_OK) {
        judge_response(&response, visit);
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome find_all(struct app *app, struct visit *visit) {
    enum outcome outcome = find_invitation(app, visit);
    if (outcome == OUTCOME_OK) {
        outcome = survey_cache_get(app->survey_cache, visit->token.account_id,
                                   visit->invitation.survey, true, &visit->survey);
    }
    return outcome == OUTCOME_OK ? find_answers(app, visit) : outcome;
}

void visit_open(struct app *app, const struct request *request, struct visit *visit) {
    *visit = (struct visit){.invitation = INVITATION_NONE, .answers = ANSWERS_NONE};
    const char *text = request_path_param(request, "token");
    if (text && strlen(text) == TOKEN_LENGTH) {
        memcpy(visit->token_text, text, TOKEN_TEXT_SIZE);
    }
    enum visit_state found = state_of(find_all(app, visit));
    if (found != VISIT_OPEN) {
        visit->state = found;
    } else if (visit->state == VISIT_OPEN) {
        judge_expiry(visit);
    }
    choose_language(request, visit);
    visit->page.survey = found == VISIT_OPEN ? visit->survey : NULL;
}

void visit_clear(struct visit *visit) {
    invitation_clear(&visit->invitation);
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

struct response visit_refuse(const struct visit *visit) {
    const struct page *page = &visit->page;
    const struct locale *locale = page->locale;
    switch (visit->state) {
    case VISIT_EXPIRED:
        return page_respond_message(410, page, locale->expired_title, locale->expired_text);
    case VISIT_CLOSED:
        return page_respond_message(410, page, locale->closed_title, locale->closed_text);
    case VISIT_UNKNOWN:
        return page_respond_message(404, page, locale->not_found_title, locale->not_found_text);
    case VISIT_OPEN:
    case VISIT_UNAVAILABLE:
        break;
    }
    return visit_respond_unavailable(visit);
}
