/* POST /s/{token} and /l/..: a submitted form becomes a vote, trusted as far as its evidence goes.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "config.h"
#include "http/exchange.h"
#include "intake/intake.h"
#include "pages/page_evidence.h"
#include "pages/pages.h"
#include "pages/render.h"
#include "store/signing_key.h"

#define SAME_VOTE_WAIT_US (2 * US_PER_SECOND)
#define SAME_VOTE_POLL_NS 10000000

/* One submitted form; outlives the handler when its vote is on its way. */
struct submitted_form {
    struct exchange *exchange; /* kept */
    struct visit visit;
    struct form_answers filled;
    struct nonce nonce; /* all zero when it could not be opened */
    bool nonce_opened;
    struct seal seal; /* for the page that answers */
};

static void submission_free(struct submitted_form *submission) {
    visit_clear(&submission->visit);
    form_answers_clear(&submission->filled);
    free(submission);
}

static void submission_release(struct submitted_form **submission) {
    if (*submission) {
        submission_free(*submission);
    }
}

static void open_nonce(struct app *app, const struct request *request,
                       struct submitted_form *submission) {
    const char *text = request_form(request, FIELD_NONCE);
    struct signing_key key;
    int id;
    submission->nonce_opened =
        nonce_key_id(text, &id) && signing_keys_find(app->signing_keys, id, &key) &&
        nonce_open(text, &key, &submission->visit.id, time_now_us(), &submission->nonce);
    if (!submission->nonce_opened) {
        submission->nonce.preselected = ANSWERS_NONE;
    }
}

static void free_vote(struct vote **vote) {
    if (*vote) {
        vote_clear(*vote);
        free(*vote);
    }
}

/* With its end, so that what follows cannot be taken for a part of it. */
static void hash_text(crypto_generichash_state *state, const char *text) {
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

static void hash_answers(crypto_generichash_state *state, const struct answers *answers) {
    char ratings[64];
    snprintf(ratings, sizeof ratings, "%d %d %d %d", (int)answers->understood, answers->csat,
             answers->nps, answers->ces);
    hash_text(state, ratings);
    hash_text(state, answers->comment ? answers->comment : "");
    for (size_t i = 0; i < answers->extras.count; i++) {
        hash_text(state, answers->extras.list[i].question);
        hash_text(state, answers->extras.list[i].value);
    }
}

/* The same nonce with the same answers is the same vote, however often it is sent; with other
 * answers it is another one. */
static void identify_vote(const struct submitted_form *submission,
                          struct idempotency *idempotency) {
    static const unsigned char purpose[] = "page";
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    crypto_generichash_update(&state, purpose, sizeof purpose);
    crypto_generichash_update(&state, submission->nonce.random, NONCE_RANDOM_BYTES);
    hash_answers(&state, &submission->filled.answers);
    crypto_generichash_final(&state, idempotency->key_hash, HASH_BYTES);
    memcpy(idempotency->body_hash, idempotency->key_hash, HASH_BYTES);
    idempotency->given = true;
}

/* NULL when out of memory. */
static struct vote *vote_new(const struct submitted_form *submission) {
    CLEANUP(free_vote) struct vote *vote = calloc(1, sizeof *vote);
    const struct visit *visit = &submission->visit;
    if (!vote) {
        return NULL;
    }
    *vote = (struct vote){
        .account_id = visit->account_id,
        .id = uuid_new(),
        .contact = CONTACT_NONE,
        .answers = ANSWERS_NONE,
        .answered_at_us = time_now_us(),
        .received_at_us = time_now_us(),
        .edit_window_us = visit->survey->edit_window_days * US_PER_DAY,
        .has_invitation = visit->invited,
        .invitation_id = visit->id,
    };
    memcpy(vote->survey, visit->survey->name, sizeof vote->survey);
    snprintf(vote->source, sizeof vote->source, "%s", visit->source);
    identify_vote(submission, &vote->idempotency);
    if (!contact_copy(&visit->contact, &vote->contact) ||
        !answers_copy(&submission->filled.answers, &vote->answers)) {
        return NULL;
    }
    struct vote *whole = vote;
    vote = NULL;
    return whole;
}

static struct response respond_thanks(const struct visit *visit) {
    CLEANUP(text_clear) struct text location = {0};
    visit_append_url(visit, "/thanks", &location);
    if (location.failed) {
        return visit_respond_unavailable(visit);
    }
    struct response response = respond_empty(303);
    response_set_header(&response, "Location", location.bytes);
    page_set_headers(&response);
    return response;
}

static struct response respond_result(struct submitted_form *submission,
                                      const struct vote_result *result) {
    struct visit *visit = &submission->visit;
    if (result->outcome == OUTCOME_CONFLICT) {
        visit->state = source_is_unverified(visit->source) ? VISIT_ANSWERED : VISIT_CLOSED;
        return visit_refuse(visit);
    }
    if (result->outcome == OUTCOME_NOT_FOUND) {
        visit->state = VISIT_UNKNOWN;
        return visit_refuse(visit);
    }
    if (result->outcome != OUTCOME_OK) {
        return visit_respond_unavailable(visit);
    }
    return result->effect == EFFECT_HELD
               ? render_confirm(visit, &submission->seal, &submission->filled, time_now_us())
               : respond_thanks(visit);
}

static void answer_submission(void *context, const struct vote_result *result) {
    struct submitted_form *submission = context;
    exchange_answer(submission->exchange, respond_result(submission, result));
    submission_free(submission);
}

/* A double click's second half waits for the first, and then gets the same answer. */
static enum submission submit_in_turn(struct app *app, struct vote *vote,
                                      struct submitted_form *submission) {
    int64_t until_us = time_monotonic_us() + SAME_VOTE_WAIT_US;
    int64_t deadline_us = exchange_deadline_us(submission->exchange);
    enum submission submitted;
    do {
        submitted = intake_submit(app->intake, vote, deadline_us, answer_submission, submission);
    } while (submitted == SUBMISSION_KEY_RUNNING && time_monotonic_us() < until_us &&
             nanosleep(&(struct timespec){.tv_nsec = SAME_VOTE_POLL_NS}, NULL) == 0);
    return submitted;
}

/* Takes ownership of *submission, leaving NULL, when intake takes the vote. */
static struct response submit(struct app *app, const struct request *request,
                              struct submitted_form **submission) {
    struct visit *visit = &(*submission)->visit;
    const struct nonce *nonce = &(*submission)->nonce;
    struct evidence evidence;
    CLEANUP(free_vote) struct vote *vote = vote_new(*submission);
    if (!vote || evidence_gather(app,
                                 &(struct evidence_source){.request = request,
                                                           .visit = visit,
                                                           .nonce = nonce,
                                                           .answers = &vote->answers},
                                 &evidence) != OUTCOME_OK) {
        return visit_respond_unavailable(visit);
    }
    struct suspicion suspicion =
        weigh(&evidence, (int)config_number(&app->config->trust.provisional_at));
    vote->trust = suspicion.trust;
    vote->evidence = evidence_to_json(&evidence, &suspicion, nonce);
    (*submission)->exchange = exchange_keep(request->exchange);
    if (submit_in_turn(app, vote, *submission) != SUBMITTED) {
        exchange_drop((*submission)->exchange);
        return visit_respond_unavailable(visit);
    }
    vote = NULL;
    *submission = NULL;
    return respond_later();
}

/* The same form sent twice is thanked for twice, also where a second answer is refused: whether it
 * is the same, the intake knows. */
static bool may_be_taken(const struct submitted_form *submission) {
    enum visit_state state = submission->visit.state;
    bool whole = submission->nonce_opened && submission->filled.mistake_count == 0;
    return state == VISIT_OPEN || (state == VISIT_ANSWERED && whole);
}

static struct response take_form(struct app *app, const struct request *request,
                                 struct submitted_form **taken) {
    struct submitted_form *submission = *taken;
    struct visit *visit = &submission->visit;
    open_nonce(app, request, submission);
    if (!form_answers_read(request, visit->survey, &submission->filled) ||
        seal_prepare(app, request, &submission->nonce.preselected, &submission->seal) !=
            OUTCOME_OK) {
        return visit_respond_unavailable(visit);
    }
    if (!may_be_taken(submission)) {
        return visit_refuse(visit);
    }
    bool change = request_form(request, FIELD_CHANGE) != NULL;
    if (change || !submission->nonce_opened || submission->filled.mistake_count > 0) {
        return render_survey(visit, &submission->seal, &submission->filled,
                             !change && !submission->nonce_opened, time_now_us());
    }
    return submit(app, request, taken);
}

static struct response post_form(struct app *app, const struct request *request,
                                 visit_opener *open) {
    CLEANUP(submission_release) struct submitted_form *submission = calloc(1, sizeof *submission);
    if (!submission) {
        return respond_outcome(OUTCOME_UNAVAILABLE, "page");
    }
    submission->filled.answers = ANSWERS_NONE;
    open(app, request, &submission->visit);
    enum visit_state state = submission->visit.state;
    return state == VISIT_OPEN || state == VISIT_ANSWERED ? take_form(app, request, &submission)
                                                          : visit_refuse(&submission->visit);
}

struct response post_survey_page(struct app *app, const struct request *request) {
    return post_form(app, request, visit_open_invitation);
}

struct response post_link_page(struct app *app, const struct request *request) {
    return post_form(app, request, visit_open_link);
}
